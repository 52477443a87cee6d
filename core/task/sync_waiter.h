// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/base/intrusive_list.h>
#include <eddy/core/base/time.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/task/environment.h>
#include <eddy/core/task/with_loop.h>

namespace eddy::inline v0::internal {

/// A place in the line of those who wait for an event, a lock or a queue.
class WaitLink : public ListHook {
 protected:
  ~WaitLink() = default;
};

/// A coroutine that waits for another one to hand it something. It is resumed through its own
/// Loop's ready list, never inside the call that hands over. What it was handed is not lost: a stop
/// that comes later does not undo it, and if the coroutine is destroyed first, the derived class
/// gives it back.
class EDDY_API SyncWaiter : public Waiter, public WaitLink, public TimerNode {
 public:
  using eddy_awaiter = void;
  using Line = IntrusiveList<WaitLink>;

  /// Ends the wait with what was waited for. Already out of the line, or still in it.
  void grant() noexcept;
  /// Ends the wait with an error: what was waited for has been destroyed.
  void disappoint() noexcept;
  /// The first in line whose Loop lives, taken out; null when nobody waits.
  static SyncWaiter* pop(Line& line) noexcept;
  /// Disappoints all.
  static void dismiss(Line& line) noexcept;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if (!begin(handle)) return go_on_stopped();
    return start();
  }
  bool await_in(LoopCore& core, std::coroutine_handle<> handle) {
    begin_foreign(core, handle);
    return start();
  }

 protected:
  explicit SyncWaiter(std::optional<Duration> limit) noexcept : limit_(limit) {}
  ~SyncWaiter() = default;

  /// Takes what is waited for, if it is there and nobody waits longer.
  virtual bool try_take() = 0;
  /// Steps into line.
  virtual void stand_in_line() noexcept = 0;

  /// For await_resume: true when granted, false when the time was up; throws otherwise.
  bool finish();
  /// Granted, but the coroutine has not been resumed: to be asked by destructors.
  [[nodiscard]] bool unclaimed() const noexcept { return granted_ && !finished_; }

 private:
  bool start();
  void on_timer() final;
  void stop_waiting() noexcept final;

  std::optional<Duration> limit_;
  bool granted_ = false;
  bool timed_out_ = false;
  bool finished_ = false;
};

/// A limit of any duration type, for the waits that take one.
template <class Rep, class Period>
std::optional<Duration> to_limit(std::chrono::duration<Rep, Period> limit) {
  return deadline_after(TimePoint(), limit).time_since_epoch();
}

[[noreturn]] EDDY_API void throw_timeout(const char* what);

}  // namespace eddy::inline v0::internal
