// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The conformance suite on an adapter from outside the tree: libuv.
#include "uv_loop.h"

#include <eddy/conformance/host_fixture.h>

#include <cstdlib>
#include <utility>

namespace {

using eddy::Duration;
using eddy::conformance::Difference;
using eddy::conformance::ForkStage;
using eddy::conformance::RunEnd;

std::uint64_t to_ms(Duration time) {
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

class UvFixture final : public eddy::conformance::HostFixture {
 public:
  ~UvFixture() override {
    while (uv_loop_close(&loop_) == UV_EBUSY) uv_run(&loop_, UV_RUN_NOWAIT);
  }

  void set_up_host() override { uv_loop_init(&loop_); }
  void destroy_host() override {}  // the destructor does, when nothing is attached any more

  std::unique_ptr<eddy::Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<UvLoop>(&loop_, std::move(options));
  }

  RunEnd run(Duration limit) override {
    if (running_) return RunEnd::refused;
    running_ = true;
    end_ = RunEnd::ended;
    Timer* const timer = start_timer(limit, [this] { finish(RunEnd::limit); });
    uv_unref(reinterpret_cast<uv_handle_t*>(&timer->handle));  // the limit is no work
    uv_run(&loop_, UV_RUN_DEFAULT);
    if (end_ != RunEnd::limit) timer->close();
    uv_run(&loop_, UV_RUN_NOWAIT);  // what is closed is gone
    running_ = false;
    return end_;
  }
  void quit() noexcept override { finish(RunEnd::quit); }

  void call_after(Duration delay, std::function<void()> callback) override {
    start_timer(delay, std::move(callback));
  }
  [[nodiscard]] Duration timer_granularity() const override { return std::chrono::milliseconds(1); }

  eddy::conformance::Holdings holdings() override {
    long handles = 0;
    uv_walk(
        &loop_, [](uv_handle_t* /*handle*/, void* count) { ++*static_cast<long*>(count); },
        &handles);
    return {{"handles", handles}, {"alive", uv_loop_alive(&loop_)}};
  }

  void forked(ForkStage stage) override {
    if (stage == ForkStage::in_child) uv_loop_fork(&loop_);
  }

  [[nodiscard]] std::string declared(Difference difference) const override {
    switch (difference) {
      case Difference::nesting:
        return "uv_run is not reentrant";
      case Difference::host_death:
        return "uv_loop_close refuses to close a loop that something is attached to";
      default:
        return {};
    }
  }

 private:
  struct Timer {
    uv_timer_t handle;
    std::function<void()> callback;
    void close() {
      uv_close(reinterpret_cast<uv_handle_t*>(&handle),
               [](uv_handle_t* closed) { delete static_cast<Timer*>(closed->data); });
    }
  };

  Timer* start_timer(Duration delay, std::function<void()> callback) {
    auto* const timer = new Timer{{}, std::move(callback)};
    uv_update_time(&loop_);
    uv_timer_init(&loop_, &timer->handle);
    timer->handle.data = timer;
    uv_timer_start(
        &timer->handle,
        [](uv_timer_t* handle) {
          auto* const fired = static_cast<Timer*>(handle->data);
          const auto function = std::move(fired->callback);
          fired->close();
          function();
        },
        to_ms(delay), 0);
    return timer;
  }

  void finish(RunEnd end) noexcept {
    if (!running_) return;
    // The limit may pass in the very turn that quits; its timer closes itself then.
    if (end_ == RunEnd::ended || end == RunEnd::limit) end_ = end;
    uv_stop(&loop_);
  }

  uv_loop_t loop_{};
  bool running_ = false;
  RunEnd end_ = RunEnd::ended;
};

EDDY_CONFORMANCE_HOST(Uv, UvFixture);

}  // namespace
