// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstdio>
#include <vector>

#include <eddy/conformance/conformance_test.h>

namespace eddy::inline v0::conformance {

/// A timer of the host's own that is set anew in each call.
class GateTest : public ConformanceTest {
 protected:
  static constexpr long kDispatches = 3;

  /// Lets it fire `count` times under whatever load there is, and holds it to the gate.
  void hold_to_gate(int count = 40) {
    again(count);
    ASSERT_TRUE(run_until([this, count] { return static_cast<int>(late_.size()) >= count; }));
    std::sort(late_.begin(), late_.end());
    std::printf(
        "host timer late by p50 %.2f p99 %.2f max %.2f ms, at most %ld dispatches since it was "
        "found due, %ld since its own time\n",
        ms(late_[late_.size() / 2]), ms(late_[late_.size() * 99 / 100]), ms(late_.back()), most_,
        most_uncorrected_);
    EXPECT_LE(most_, kDispatches);
    EXPECT_GT(gate().turns(), static_cast<std::uint64_t>(count)) << "there was no load";
  }

 private:
  static double ms(Duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }

  void again(int left) {
    if (left == 0) return;
    const Duration delay = std::chrono::milliseconds(5);
    host().call_after(delay, [this, left] {
      const TimePoint due = std::max(asked_, host().timer_found_due());
      most_ = std::max(most_, gate().turns_since(due));
      most_uncorrected_ = std::max(most_uncorrected_, gate().turns_since(asked_));
      late_.push_back(Clock::now() - due);
      again(left - 1);
    });
    // Behind the call: setting a timer takes time too, most of all with a sanitizer's memory.
    asked_ = Clock::now() + delay + host().timer_granularity();
  }

  long most_ = 0;
  /// Without HostFixture::timer_found_due.
  long most_uncorrected_ = 0;
  TimePoint asked_;
  std::vector<Duration> late_;
};

}  // namespace eddy::inline v0::conformance
