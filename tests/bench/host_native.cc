// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tests/bench/bench_host.h>

namespace bench {
namespace {

/// Eddy's own loop, which is the host here.
class NativeProgram final : public BenchHost {
 public:
  eddy::Loop& loop() override { return loop_; }
  void run() override { (void)loop_.run(); }
  void quit() override { loop_.stop(); }
  void start_timer(std::chrono::milliseconds delay) override {
    loop_.call_later(delay, [this] { fire(); });
  }

 private:
  eddy::NativeLoop loop_;
};

}  // namespace

std::unique_ptr<BenchHost> make_host(int& /*argc*/, char** /*argv*/) {
  return std::make_unique<NativeProgram>();
}

}  // namespace bench
