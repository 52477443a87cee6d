// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>
#include <eddy/testing/manual_poller.h>
#include <eddy/testing/manual_system.h>

namespace eddy::inline v0::testing {

/// A Loop that runs only when the test says so, on a clock that stands still until the test moves
/// it: what takes an hour is tested in no time, and exactly.
///
///     ManualLoop loop;
///     loop.call_later(1h, [&] { called = true; });
///     loop.advance(1h - 1ns);   // not yet
///     loop.advance(1ns);        // called
///
/// A turn happens only when a real loop's descriptor would be readable, so a wake-up that Eddy
/// forgets is found. As time does not pass while callbacks run, the budget is bounded by steps
/// (1,000 unless the options say otherwise). run() and run_until() move the clock from deadline to
/// deadline; they return std::errc::resource_deadlock_would_occur when nothing could ever happen
/// any more (threads are waited for, a few seconds).
///
/// Thread: the test's.
class EDDY_API ManualLoop : public Loop {
 public:
  explicit ManualLoop(LoopOptions options = {});
  /// On a system that several loops share.
  explicit ManualLoop(std::shared_ptr<ManualSystem> system, LoopOptions options = {});

  [[nodiscard]] ManualSystem& system() noexcept { return *system_; }
  [[nodiscard]] const std::shared_ptr<ManualSystem>& shared_system() noexcept { return system_; }
  /// Valid while the Loop lives.
  [[nodiscard]] ManualPoller& poller() noexcept { return *poller_; }

  /// Runs `count` turns, whether there is something to do or not.
  void run_turns(std::size_t count = 1);
  /// Runs turns while there is something to do at the present time, and returns how many. Throws
  /// std::runtime_error when it does not end: something spins.
  std::size_t run_until_idle();
  /// Moves the clock by `by`, stopping at every deadline on the way to run what is due.
  template <class Rep, class Period>
  void advance(std::chrono::duration<Rep, Period> by) {
    advance_to(system_->now() + std::chrono::ceil<Duration>(by));
  }
  void advance_to(TimePoint when);

 private:
  /// Takes `poller` over.
  ManualLoop(std::shared_ptr<ManualSystem> system, ManualPoller* poller, LoopOptions options);

  std::shared_ptr<ManualSystem> system_;
  ManualPoller* poller_;
};

}  // namespace eddy::inline v0::testing
