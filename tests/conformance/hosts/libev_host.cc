// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libev: the default loop, and one of its own.
#include <eddy/conformance/host_fixture.h>
#include <eddy/libev/libev_loop.h>

#include <ev.h>

#include <functional>
#include <thread>
#include <utility>

namespace {

using eddy::Duration;
using eddy::Loop;
using eddy::conformance::Difference;
using eddy::conformance::HostFixture;
using eddy::conformance::RunEnd;

double to_seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

class LibevFixture : public HostFixture {
 public:
  void set_up_host() override { loop_ = make_ev_loop(); }
  void destroy_host() override { ev_loop_destroy(std::exchange(loop_, nullptr)); }

  std::unique_ptr<Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<eddy::LibevLoop>(loop_, eddy::LibevOptions(), std::move(options));
  }

  RunEnd run(Duration limit) override {
    Frame frame;
    Frame* const outer = std::exchange(frame_, &frame);
    ev_now_update(loop_);
    ev_timer timer;
    ev_timer_init(
        &timer,
        [](struct ev_loop* loop, ev_timer* watcher, int /*events*/) {
          static_cast<Frame*>(watcher->data)->end = RunEnd::limit;
          ev_break(loop, EVBREAK_ONE);
        },
        to_seconds(limit), 3600);
    timer.data = &frame;
    ev_timer_start(loop_, &timer);
    ev_unref(loop_);  // the limit is no work
    ev_run(loop_, 0);
    ev_ref(loop_);
    ev_timer_stop(loop_, &timer);
    frame_ = outer;
    return frame.end;
  }

  void quit() noexcept override {
    if (frame_ == nullptr) return;
    frame_->end = RunEnd::quit;
    ev_break(loop_, EVBREAK_ONE);
  }

  void call_after(Duration delay, std::function<void()> callback) override {
    auto* timer = new Timer{{}, std::move(callback)};
    ev_now_update(loop_);
    ev_timer_init(
        &timer->watcher,
        [](struct ev_loop* loop, ev_timer* watcher, int /*events*/) {
          const std::unique_ptr<Timer> owned(static_cast<Timer*>(watcher->data));
          ev_timer_stop(loop, watcher);
          owned->callback();
        },
        to_seconds(delay), 0);
    timer->watcher.data = timer;
    ev_timer_start(loop_, &timer->watcher);
  }
  [[nodiscard]] Duration timer_granularity() const override { return std::chrono::milliseconds(1); }

  /// ev_run gives the number of references that keep it; events that wait to be told count too.
  eddy::conformance::Holdings holdings() override {
    const int references = ev_run(loop_, EVRUN_NOWAIT);
    return {{"references", references}, {"pending", static_cast<long>(ev_pending_count(loop_))}};
  }

  void forked(eddy::conformance::ForkStage stage) override {
    if (stage == eddy::conformance::ForkStage::in_child) ev_loop_fork(loop_);
  }

 protected:
  virtual struct ev_loop* make_ev_loop() { return ev_default_loop(0); }

 private:
  struct Frame {
    RunEnd end = RunEnd::ended;
  };
  struct Timer {
    ev_timer watcher;
    std::function<void()> callback;
  };

  struct ev_loop* loop_ = nullptr;
  Frame* frame_ = nullptr;
};

/// On a thread that is not the main one, where only such a loop can be.
class LibevOwnFixture final : public LibevFixture {
  void enter(const std::function<void()>& body) override { std::thread(body).join(); }
  struct ev_loop* make_ev_loop() override {
    return ev_loop_new(0);
  }
};

EDDY_CONFORMANCE_HOST(Libev, LibevFixture);
EDDY_CONFORMANCE_HOST(LibevOwn, LibevOwnFixture);

}  // namespace
