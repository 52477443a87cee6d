// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/sync_waiter.h>

namespace eddy::inline v0 {

namespace internal {

struct EDDY_API ConditionState {
  void notify(std::size_t count) noexcept;
  SyncWaiter::Line line;
};

class EDDY_API ConditionAwaiter final : public SyncWaiter {
 public:
  ConditionAwaiter(std::shared_ptr<ConditionState> state, std::optional<Duration> limit) noexcept
      : SyncWaiter(limit), state_(std::move(state)) {}
  ~ConditionAwaiter() {
    // The notification was meant for one who can act on it.
    if (unclaimed()) state_->notify(1);
  }
  bool await_resume() { return finish(); }

 private:
  bool try_take() override { return false; }
  void stand_in_line() noexcept override { state_->line.push_back(*this); }

  std::shared_ptr<ConditionState> state_;
};

}  // namespace internal

/// Tasks wait here until another one notifies them, in the order in which they came. It has no lock
/// of its own: between two awaits nothing else runs.
///
/// Thread: that of the Loop, or Loops of one thread, of those who wait. Destroying it ends waits
/// with std::errc::operation_canceled. Source: tornado.locks.Condition.
class EDDY_API Condition {
 public:
  Condition();
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  ~Condition();

  /// `co_await condition.wait()`: until notified; gives true.
  [[nodiscard]] internal::ConditionAwaiter wait() noexcept { return {state_, std::nullopt}; }
  /// As above; gives false when `limit` has passed first.
  template <class Rep, class Period>
  [[nodiscard]] internal::ConditionAwaiter wait(std::chrono::duration<Rep, Period> limit) {
    return {state_, internal::to_limit(limit)};
  }
  /// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own
  /// Loop.
  [[nodiscard]] internal::WithLoop<internal::ConditionAwaiter> wait(Loop& loop) {
    return {loop, [this] { return wait(); }};
  }
  template <class Rep, class Period>
  [[nodiscard]] internal::WithLoop<internal::ConditionAwaiter> wait(
      Loop& loop, std::chrono::duration<Rep, Period> limit) {
    return {loop, [&] { return wait(limit); }};
  }

  /// Wakes the first `count` of those who wait.
  void notify(std::size_t count = 1) noexcept { state_->notify(count); }
  void notify_all() noexcept { state_->notify(static_cast<std::size_t>(-1)); }

 private:
  std::shared_ptr<internal::ConditionState> state_;
};

}  // namespace eddy::inline v0
