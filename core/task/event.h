// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/sync_waiter.h>

namespace eddy::inline v0 {

namespace internal {

struct EventState {
  bool set = false;
  SyncWaiter::Line line;
};

class EDDY_API EventAwaiter final : public SyncWaiter {
 public:
  EventAwaiter(std::shared_ptr<EventState> state, std::optional<Duration> limit) noexcept
      : SyncWaiter(limit), state_(std::move(state)) {}
  void await_resume() {
    if (!finish()) throw_timeout("Event::wait");
  }

 private:
  bool try_take() override { return state_->set; }
  void stand_in_line() noexcept override { state_->line.push_back(*this); }

  std::shared_ptr<EventState> state_;
};

}  // namespace internal

/// A flag that tasks wait for. Set, it lets everybody through until it is cleared; who waited when
/// it was set goes on even if it is cleared at once.
///
/// Thread: that of the Loop, or Loops of one thread, of those who wait. Destroying it ends waits
/// with std::errc::operation_canceled. Source: tornado.locks.Event.
class EDDY_API Event {
 public:
  Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event();

  void set() noexcept;
  void clear() noexcept { state_->set = false; }
  [[nodiscard]] bool is_set() const noexcept { return state_->set; }

  /// `co_await event.wait()`: until it is set.
  [[nodiscard]] internal::EventAwaiter wait() noexcept { return {state_, std::nullopt}; }
  /// As above; throws TimeoutError when `limit` has passed first.
  template <class Rep, class Period>
  [[nodiscard]] internal::EventAwaiter wait(std::chrono::duration<Rep, Period> limit) {
    return {state_, internal::to_limit(limit)};
  }
  /// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own
  /// Loop.
  [[nodiscard]] internal::WithLoop<internal::EventAwaiter> wait(Loop& loop) {
    return {loop, [this] { return wait(); }};
  }
  template <class Rep, class Period>
  [[nodiscard]] internal::WithLoop<internal::EventAwaiter> wait(
      Loop& loop, std::chrono::duration<Rep, Period> limit) {
    return {loop, [&] { return wait(limit); }};
  }

 private:
  std::shared_ptr<internal::EventState> state_;
};

}  // namespace eddy::inline v0
