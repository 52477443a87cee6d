// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <memory>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

class Loop;

/// Calls a function again and again.
///
///     PeriodicCallback poll(loop, [&] { look_at_sensor(); }, 50ms);
///     poll.start();
///
/// The first call comes one period after start(), the others at multiples of the period from there;
/// calls that are missed, because the loop was busy or the call itself took long, are skipped, not
/// made up for. A function that returns a Task<void> is not called again before that task has
/// ended. With a jitter j each period is multiplied by a random factor between 1 - j/2 and 1 + j/2,
/// so that many processes do not all act at once. The clock is monotonic: setting the machine's
/// clock changes nothing.
///
/// What the function or its task throws reaches the Loop's exception handler, and the calls go on.
///
/// Thread: the Loop's. Destroying it, within its own call too, ends the calls and destroys a task
/// that runs. May outlive the Loop. Source: tornado.ioloop.PeriodicCallback.
class EDDY_API PeriodicCallback {
 public:
  /// Not started yet. Throws std::invalid_argument for a period that is not positive and a jitter
  /// outside 0 to 1.
  template <class F, class Rep, class Period>
  PeriodicCallback(Loop& loop, F callback, std::chrono::duration<Rep, Period> period,
                   double jitter = 0)
      : PeriodicCallback(loop, wrap(std::move(callback)), internal::deadline_after({}, period),
                         jitter) {}
  PeriodicCallback(const PeriodicCallback&) = delete;
  PeriodicCallback& operator=(const PeriodicCallback&) = delete;
  ~PeriodicCallback();

  /// Nothing when it is running.
  void start();
  /// No more calls; a task that runs goes on to its end.
  void stop() noexcept;
  [[nodiscard]] bool is_running() const noexcept;

 private:
  class State;

  /// Calls the function and gives the task that it left, or none.
  using Call = UniqueFunction<bool(RunningTask& task, std::shared_ptr<internal::LoopCore> core,
                                   UniqueFunction<void(std::exception_ptr)> done)>;

  template <class F>
  static Call wrap(F callback) {
    return [callback = std::move(callback)](
               [[maybe_unused]] RunningTask& task,
               [[maybe_unused]] std::shared_ptr<internal::LoopCore> core,
               [[maybe_unused]] UniqueFunction<void(std::exception_ptr)> done) mutable {
      if constexpr (std::is_same_v<decltype(callback()), Task<void>>) {
        task = RunningTask(std::move(core), callback(), std::move(done));
        return true;
      } else {
        callback();
        return false;
      }
    };
  }

  PeriodicCallback(Loop& loop, Call call, TimePoint period_from_zero, double jitter);

  std::shared_ptr<State> state_;
};

}  // namespace eddy::inline v0
