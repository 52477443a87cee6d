// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <ev.h>

#include <eddy/libev/libev.h>
#include <tests/bench/bench_host.h>

namespace bench {
namespace {

/// libev's default loop.
class LibevProgram final : public BenchHost {
 public:
  LibevProgram() : ev_(ev_default_loop(EVFLAG_AUTO)), loop_(ev_) {
    ev_init(&timer_, [](struct ev_loop*, ev_timer* timer, int) {
      static_cast<LibevProgram*>(timer->data)->fire();
    });
    timer_.data = this;
  }
  ~LibevProgram() override { ev_timer_stop(ev_, &timer_); }

  eddy::Loop& loop() override { return loop_; }
  void run() override { ev_run(ev_, 0); }
  void quit() override { ev_break(ev_, EVBREAK_ALL); }
  void start_timer(std::chrono::milliseconds delay) override {
    // Its time is cached from the beginning of the iteration; the delay counts from now.
    ev_now_update(ev_);
    ev_timer_stop(ev_, &timer_);
    ev_timer_set(&timer_, std::chrono::duration<double>(delay).count(), 0.);
    ev_timer_start(ev_, &timer_);
  }

 private:
  struct ev_loop* ev_;
  ev_timer timer_;
  eddy::LibevLoop loop_;
};

}  // namespace

std::unique_ptr<BenchHost> make_host(int& /*argc*/, char** /*argv*/) {
  return std::make_unique<LibevProgram>();
}

}  // namespace bench
