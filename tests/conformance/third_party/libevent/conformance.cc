// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The conformance suite on an adapter from outside the tree whose host refuses nesting: libevent.
#include "event_loop.h"

#include <eddy/conformance/host_fixture.h>

#include <utility>

namespace {

using eddy::Duration;
using eddy::conformance::Difference;
using eddy::conformance::ForkStage;
using eddy::conformance::RunEnd;

timeval to_timeval(Duration time) {
  const auto micros = std::chrono::ceil<std::chrono::microseconds>(time).count();
  return {micros / 1'000'000, micros % 1'000'000};
}

class LibeventFixture final : public eddy::conformance::HostFixture {
 public:
  ~LibeventFixture() override {
    if (base_ != nullptr) event_base_free(base_);
  }

  void set_up_host() override {
    event_set_log_callback([](int /*severity*/, const char* /*message*/) {});
    event_config* const config = event_config_new();
    // To the microsecond, by a timerfd.
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    base_ = event_base_new_with_config(config);
    event_config_free(config);
  }
  void destroy_host() override {}  // the destructor does, when nothing is attached any more

  std::unique_ptr<eddy::Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<EventLoop>(base_, std::move(options));
  }

  RunEnd run(Duration limit) override {
    if (running_) return event_base_loop(base_, 0) < 0 ? RunEnd::refused : RunEnd::ended;
    running_ = true;
    end_ = RunEnd::ended;
    const timeval after = to_timeval(limit);
    event* const timer = event_new(
        base_, -1, 0,
        [](evutil_socket_t /*fd*/, short /*events*/, void* self) {
          static_cast<LibeventFixture*>(self)->finish(RunEnd::limit);
        },
        this);
    event_add(timer, &after);
    event_base_loop(base_, 0);
    event_free(timer);
    running_ = false;
    return end_;
  }
  void quit() noexcept override { finish(RunEnd::quit); }

  void call_after(Duration delay, std::function<void()> callback) override {
    const timeval after = to_timeval(delay);
    event_base_once(
        base_, -1, EV_TIMEOUT,
        [](evutil_socket_t /*fd*/, short /*events*/, void* data) {
          const std::unique_ptr<std::function<void()>> call(
              static_cast<std::function<void()>*>(data));
          (*call)();
        },
        new std::function<void()>(std::move(callback)), &after);
  }

  eddy::conformance::Holdings holdings() override {
    return {{"added events", event_base_get_num_events(base_, EVENT_BASE_COUNT_ADDED)},
            {"active events", event_base_get_num_events(base_, EVENT_BASE_COUNT_ACTIVE)}};
  }

  void forked(ForkStage stage) override {
    if (stage == ForkStage::in_child) event_reinit(base_);
  }

  [[nodiscard]] std::string declared(Difference difference) const override {
    switch (difference) {
      case Difference::nesting:
        return "event_base_loop refuses to run inside itself";
      case Difference::host_death:
        return "event_base_free tells its events nothing";
      case Difference::keeping_alive:
        return "libevent can't be told that an event is no reason to go on";
      default:
        return {};
    }
  }

 private:
  void finish(RunEnd end) noexcept {
    if (!running_) return;
    if (end_ == RunEnd::ended) end_ = end;
    event_base_loopbreak(base_);
  }

  event_base* base_ = nullptr;
  bool running_ = false;
  RunEnd end_ = RunEnd::ended;
};

EDDY_CONFORMANCE_HOST(Libevent, LibeventFixture);

}  // namespace
