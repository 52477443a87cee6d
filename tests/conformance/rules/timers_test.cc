// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Timers: any duration, in order, never early, and never after they were cancelled.
#include <eddy/conformance/conformance_test.h>

#include <algorithm>
#include <chrono>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(timers)

EDDY_RULE(TimerTest, ZeroAndNegativeDelaysRunInAComingTurn,
          "a delay of zero or less means as soon as possible") {
  int ran = 0;
  loop().call_later(std::chrono::seconds(0), [&] { ++ran; });
  loop().call_later(std::chrono::hours(-1), [&] { ++ran; });
  loop().call_later(std::chrono::nanoseconds::min(), [&] { ++ran; });
  loop().call_at(TimePoint(), [&] { ++ran; });
  loop().call_at(TimePoint::min(), [&] { ++ran; });
  EXPECT_EQ(ran, 0);
  EXPECT_TRUE(run_until([&] { return ran == 5; }));
}

EDDY_RULE(TimerTest, FarTimersDoNotFire, "a timer may be as far away as its type can say") {
  bool fired = false;
  std::vector<TimeoutHandle> far;
  far.push_back(loop().call_later(std::chrono::hours::max(), [&] { fired = true; }));
  far.push_back(loop().call_later(std::chrono::duration<double>(1e300), [&] { fired = true; }));
  far.push_back(loop().call_at(kNever, [&] { fired = true; }));
  far.push_back(loop().call_later(std::chrono::hours(24 * 365 * 200), [&] { fired = true; }));
  bool near = false;
  loop().call_later(std::chrono::milliseconds(20), [&] { near = true; });
  EXPECT_TRUE(run_until([&] { return near; }));
  EXPECT_FALSE(fired);
  for (const TimeoutHandle handle : far) loop().remove_timeout(handle);
}

EDDY_RULE(TimerTest, TimersFireInOrderAndNeverEarly,
          "timers fire by deadline and, for equal deadlines, in order of creation; never early") {
  struct Fired {
    TimePoint deadline;
    int number;
  };
  std::vector<Fired> fired;
  int early = 0;
  // As far away as it takes that none has passed when it is set: that one's would be the present.
  for (auto ahead = std::chrono::milliseconds(30);; ahead *= 2) {
    const TimePoint start = loop().now() + ahead;
    std::vector<TimeoutHandle> set;
    for (int i = 0; i < 300; ++i) {
      // 100 different deadlines, mixed up, three timers each.
      const TimePoint deadline = start + std::chrono::microseconds(250) * ((i * 37) % 100);
      set.push_back(loop().call_at(deadline, [&, deadline, i] {
        if (loop().now() < deadline) ++early;
        fired.push_back({deadline, i});
      }));
    }
    if (loop().now() < start) break;
    for (const TimeoutHandle handle : set) loop().remove_timeout(handle);
  }
  ASSERT_TRUE(run_until([&] { return fired.size() == 300; }));
  EXPECT_EQ(early, 0);
  const bool sorted = std::is_sorted(fired.begin(), fired.end(), [](const auto& a, const auto& b) {
    return a.deadline < b.deadline || (a.deadline == b.deadline && a.number < b.number);
  });
  EXPECT_TRUE(sorted);
}

EDDY_RULE(TimerTest, TenThousandEqualDeadlinesFireInOrderOfCreation,
          "10,000 timers with one deadline fire in the order they were made") {
  std::vector<int> order;
  order.reserve(10'000);
  const TimePoint deadline = loop().now() + std::chrono::milliseconds(30);
  for (int i = 0; i < 10'000; ++i) {
    loop().call_at(deadline, [&order, i] { order.push_back(i); });
  }
  ASSERT_TRUE(run_until([&] { return order.size() == 10'000; }));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

EDDY_RULE(TimerTest, ACancelledTimerNeverFires,
          "also when another timer of the same turn cancels it, or itself") {
  bool cancelled_fired = false;
  bool done = false;
  TimeoutHandle own;
  TimeoutHandle later;
  TimeoutHandle never;
  const TimePoint deadline = loop().now() + std::chrono::milliseconds(5);
  own = loop().call_at(deadline, [&] {
    loop().remove_timeout(own);
    loop().remove_timeout(later);
  });
  later = loop().call_at(deadline, [&] { cancelled_fired = true; });
  never = loop().call_at(deadline, [&] { cancelled_fired = true; });
  loop().remove_timeout(never);
  loop().remove_timeout(never);
  loop().call_at(deadline + std::chrono::milliseconds(5), [&] { done = true; });
  EXPECT_TRUE(run_until([&] { return done; }));
  EXPECT_FALSE(cancelled_fired);
}

EDDY_RULE(TimerTest, ACancelledTimerIsDestroyedAtOnce,
          "what a cancelled timer's callable holds is released inside the call") {
  auto held = std::make_shared<int>(1);
  const TimeoutHandle handle = loop().call_later(std::chrono::hours(1), [held] {});
  EXPECT_EQ(held.use_count(), 2);
  loop().remove_timeout(handle);
  EXPECT_EQ(held.use_count(), 1);
}

EDDY_RULE(TimerTest, ANearerTimerThatComesLaterIsNotMissed,
          "the host wakes for the nearest deadline, whenever it was set") {
  bool far = false;
  bool near = false;
  const TimeoutHandle handle = loop().call_later(std::chrono::hours(1), [&] { far = true; });
  loop().post([&] { loop().call_later(std::chrono::milliseconds(10), [&] { near = true; }); });
  const TimePoint start = Clock::now();
  EXPECT_TRUE(run_until([&] { return near; }));
  EXPECT_GE(Clock::now() - start, std::chrono::milliseconds(10));
  EXPECT_FALSE(far);
  loop().remove_timeout(handle);
}

EDDY_RULE(TimerTest, TimersThatSetTimersDoNotHoldTheTurn,
          "a timer that is set to now by a timer waits for the next turn") {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  loop().call_later(Duration::zero(), [&] {
    first = gate().turns();
    loop().call_later(Duration::zero(), [&] { second = gate().turns(); });
  });
  ASSERT_TRUE(run_until([&] { return second != 0; }));
  EXPECT_GT(second, first);
}

EDDY_RULE(TimerTest, TimersSetFromOutsideRunToo,
          "a timer that is set while the host runs, from the host's own callback, wakes it") {
  bool fired = false;
  host().call_after(std::chrono::milliseconds(5), [&] {
    loop().call_later(std::chrono::milliseconds(5), [&] { fired = true; });
  });
  EXPECT_TRUE(run_until([&] { return fired; }));
}

}  // namespace eddy::inline v0::conformance
