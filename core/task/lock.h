// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>

#include <eddy/core/task/semaphore.h>

namespace eddy::inline v0 {

/// Mutual exclusion of tasks across their awaits. First come, first served: it goes from its holder
/// straight to the first who waits. Not recursive.
///
/// Thread: that of the Loop, or Loops of one thread, of those who wait. Destroying it ends waits
/// with std::errc::operation_canceled. Source: tornado.locks.Lock.
class Lock {
 public:
  /// `Permit held = co_await lock.acquire();`: held until `held` is destroyed.
  [[nodiscard]] internal::SemaphoreAwaiter acquire() noexcept { return semaphore_.acquire(); }
  /// As above; throws TimeoutError when `limit` has passed first.
  template <class Rep, class Period>
  [[nodiscard]] internal::SemaphoreAwaiter acquire(std::chrono::duration<Rep, Period> limit) {
    return semaphore_.acquire(limit);
  }
  /// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own
  /// Loop.
  [[nodiscard]] internal::WithLoop<internal::SemaphoreAwaiter> acquire(Loop& loop) {
    return semaphore_.acquire(loop);
  }
  template <class Rep, class Period>
  [[nodiscard]] internal::WithLoop<internal::SemaphoreAwaiter> acquire(
      Loop& loop, std::chrono::duration<Rep, Period> limit) {
    return semaphore_.acquire(loop, limit);
  }
  /// Without waiting; empty when somebody holds it.
  [[nodiscard]] Permit try_acquire() noexcept { return semaphore_.try_acquire(); }
  [[nodiscard]] bool locked() const noexcept { return semaphore_.available() == 0; }

 private:
  Semaphore semaphore_{1};
};

}  // namespace eddy::inline v0
