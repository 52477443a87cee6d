// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <utility>

#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

namespace internal {

/// A part of a task that can be stopped by itself. A stop of the whole reaches it too, unless it is
/// made without a parent.
class EDDY_API StopScope : public StopNode {
 public:
  StopScope(const Environment& outer, bool follow_outer) noexcept
      : environment_{outer.core, &stop_, outer.root} {
    if (!follow_outer) return;
    if (outer.stop->requested()) {
      stop_.request();
    } else {
      outer.stop->add(*this);
    }
  }
  ~StopScope() = default;

  [[nodiscard]] const Environment& environment() const noexcept { return environment_; }
  void request_stop() noexcept { environment_.root->request_stop(stop_); }

 private:
  void on_stop() noexcept override {}
  StopState* part() noexcept override { return &stop_; }

  StopState stop_;
  Environment environment_;
};

/// Stops a scope when its time is up.
class EDDY_API Deadline final : public TimerNode {
 public:
  Deadline(StopScope& scope, LoopCore& core, TimePoint when) : scope_(scope) {
    add_timer(core, *this, when);
  }
  ~Deadline() = default;
  [[nodiscard]] bool passed() const noexcept { return passed_; }

 private:
  void on_timer() override {
    passed_ = true;
    scope_.request_stop();
  }

  StopScope& scope_;
  bool passed_ = false;
};

}  // namespace internal

/// Awaits `task` for at most `limit`, then stops it and throws TimeoutError once it has ended. A
/// task that ends with a result all the same, late, gives that result. A stop of the whole is
/// Cancelled, as ever. Source: tornado.gen.with_timeout, but the task does not go on unseen.
template <class T, class Rep, class Period>
Task<T> with_timeout(std::chrono::duration<Rep, Period> limit, Task<T> task) {
  const auto* outer = co_await internal::EnvironmentAwaiter<internal::ReadEnvironment>();
  internal::StopScope scope(*outer, true);
  internal::Deadline deadline(scope, *outer->core,
                              internal::deadline_after(internal::now(*outer->core), limit));
  try {
    co_return co_await internal::TaskAwaiter<T>(task.release(), &scope.environment());
  } catch (const Cancelled&) {
    if (!deadline.passed() || outer->stop->requested()) throw;
  }
  throw TimeoutError("with_timeout: the time was up");
}

/// Awaits `task` and keeps stops of the whole away from it: for what must not be left half done.
/// The stop is seen by the first await after it.
template <class T>
Task<T> shield(Task<T> task) {
  const auto* outer = co_await internal::EnvironmentAwaiter<internal::ReadEnvironment>();
  internal::StopScope scope(*outer, false);
  co_return co_await internal::TaskAwaiter<T>(task.release(), &scope.environment());
}

}  // namespace eddy::inline v0
