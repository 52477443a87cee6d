// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#if defined(EDDY_ASIO_STANDALONE)
#  include <asio/io_context.hpp>
#  include <asio/steady_timer.hpp>
#else
#  include <boost/asio/io_context.hpp>
#  include <boost/asio/steady_timer.hpp>
#endif

#include <eddy/asio/asio.h>
#include <tests/bench/bench_host.h>

#if defined(EDDY_ASIO_STANDALONE)
namespace net = ::asio;
#else
namespace net = ::boost::asio;
#endif

namespace bench {
namespace {

/// An io_context, run by one thread.
class AsioProgram final : public BenchHost {
 public:
  eddy::Loop& loop() override { return loop_; }
  void run() override { context_.run(); }
  void quit() override { context_.stop(); }
  void start_timer(std::chrono::milliseconds delay) override {
    timer_.expires_after(delay);
    timer_.async_wait([this](const auto& error) {
      if (!error) fire();
    });
  }

 private:
  net::io_context context_;
  net::steady_timer timer_{context_};
  eddy::AsioLoop loop_{context_};
};

}  // namespace

std::unique_ptr<BenchHost> make_host(int& /*argc*/, char** /*argv*/) {
  return std::make_unique<AsioProgram>();
}

}  // namespace bench
