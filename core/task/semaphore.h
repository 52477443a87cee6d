// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/sync_waiter.h>

namespace eddy::inline v0 {

namespace internal {

/// Permits, and who waits for one. There is never both.
struct EDDY_API SemaphoreState {
  explicit SemaphoreState(std::size_t count) noexcept : permits(count) {}
  void release() noexcept;

  std::size_t permits;
  SyncWaiter::Line line;
};

class SemaphoreAwaiter;

}  // namespace internal

/// What was acquired of a Semaphore or a Lock; gives it back when it is destroyed or reset. May
/// outlive both. Thread: the Loop's.
class EDDY_API Permit {
 public:
  Permit() noexcept = default;
  Permit(Permit&& other) noexcept = default;
  Permit& operator=(Permit&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Permit() { reset(); }

  void reset() noexcept {
    if (const auto state = std::move(state_)) state->release();
  }
  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend class Semaphore;
  friend class internal::SemaphoreAwaiter;
  explicit Permit(std::shared_ptr<internal::SemaphoreState> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<internal::SemaphoreState> state_;
};

namespace internal {

class EDDY_API SemaphoreAwaiter final : public SyncWaiter {
 public:
  SemaphoreAwaiter(std::shared_ptr<SemaphoreState> state, std::optional<Duration> limit) noexcept
      : SyncWaiter(limit), state_(std::move(state)) {}
  ~SemaphoreAwaiter() {
    if (unclaimed()) state_->release();
  }
  [[nodiscard]] Permit await_resume() {
    if (!finish()) throw_timeout("acquire");
    return Permit(state_);
  }

 private:
  bool try_take() override {
    if (state_->permits == 0) return false;
    --state_->permits;
    return true;
  }
  void stand_in_line() noexcept override { state_->line.push_back(*this); }

  std::shared_ptr<SemaphoreState> state_;
};

}  // namespace internal

/// A number of permits that tasks acquire and give back. First come, first served: a permit that is
/// given back while somebody waits goes straight to the first of them.
///
/// Thread: that of the Loop, or Loops of one thread, of those who wait. Destroying it ends waits
/// with std::errc::operation_canceled. Source: tornado.locks.Semaphore.
class EDDY_API Semaphore {
 public:
  explicit Semaphore(std::size_t permits = 1);
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore();

  /// `Permit permit = co_await semaphore.acquire();`
  [[nodiscard]] internal::SemaphoreAwaiter acquire() noexcept { return {state_, std::nullopt}; }
  /// As above; throws TimeoutError when `limit` has passed first.
  template <class Rep, class Period>
  [[nodiscard]] internal::SemaphoreAwaiter acquire(std::chrono::duration<Rep, Period> limit) {
    return {state_, internal::to_limit(limit)};
  }
  /// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own
  /// Loop.
  [[nodiscard]] internal::WithLoop<internal::SemaphoreAwaiter> acquire(Loop& loop) {
    return {loop, [this] { return acquire(); }};
  }
  template <class Rep, class Period>
  [[nodiscard]] internal::WithLoop<internal::SemaphoreAwaiter> acquire(
      Loop& loop, std::chrono::duration<Rep, Period> limit) {
    return {loop, [&] { return acquire(limit); }};
  }
  /// Without waiting; empty when there is none.
  [[nodiscard]] Permit try_acquire() noexcept;

  /// Adds a permit to those that there have been so far. Permits that were acquired give themselves
  /// back.
  void release() noexcept { state_->release(); }
  /// Permits that can be acquired now.
  [[nodiscard]] std::size_t available() const noexcept { return state_->permits; }

 private:
  std::shared_ptr<internal::SemaphoreState> state_;
};

}  // namespace eddy::inline v0
