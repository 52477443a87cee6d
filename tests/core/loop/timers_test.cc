// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace {

using eddy::kNever;
using eddy::TimeoutHandle;
using eddy::core_test::Alive;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

TEST(Timers, ZeroAndNegativeFireInAComingTurnNotInTheCall) {
  ManualLoop loop;
  std::vector<int> order;
  loop.call_later(0s, [&] { order.push_back(1); });
  loop.call_later(-5h, [&] { order.push_back(2); });
  loop.call_at(loop.now() - 5h, [&] { order.push_back(3); });
  EXPECT_TRUE(order.empty());
  loop.run_until_idle();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Timers, NeverEarly) {
  ManualLoop loop;
  bool fired = false;
  loop.call_later(std::chrono::duration<double, std::nano>(10.5), [&] { fired = true; });
  loop.advance(10ns);
  EXPECT_FALSE(fired);
  loop.advance(1ns);
  EXPECT_TRUE(fired);
}

TEST(Timers, FarOnesStayQuietAndHarmless) {
  ManualLoop loop;
  loop.call_later(std::chrono::hours::max(), [] { FAIL(); });
  loop.call_later(std::chrono::nanoseconds::max(), [] { FAIL(); });
  loop.call_later(std::chrono::duration<double>(1e300), [] { FAIL(); });
  loop.call_at(kNever, [] { FAIL(); });
  bool fired = false;
  loop.call_later(100 * 365 * 24h, [&] { fired = true; });
  loop.advance(50 * 365 * 24h);
  EXPECT_FALSE(fired);
  loop.advance(50 * 365 * 24h);
  EXPECT_TRUE(fired);
  EXPECT_EQ(loop.next_deadline(), kNever);
}

TEST(Timers, DeadlineOrderAndCreationOrderWithinOneDeadline) {
  ManualLoop loop;
  std::vector<int> order;
  for (int i = 0; i < 10000; ++i) {
    loop.call_at(loop.now() + (i % 2 == 0 ? 2s : 1s), [&order, i] { order.push_back(i); });
  }
  loop.system().move_clock(10s);
  loop.run_until_idle();
  std::vector<int> expected;
  for (int i = 1; i < 10000; i += 2) expected.push_back(i);
  for (int i = 0; i < 10000; i += 2) expected.push_back(i);
  EXPECT_EQ(order, expected);
}

TEST(Timers, RemovedOnesNeverFireAndDropTheirCallableAtOnce) {
  ManualLoop loop;
  int live = 0;
  const TimeoutHandle handle = loop.call_later(1s, [alive = Alive(live)] { FAIL(); });
  EXPECT_EQ(live, 1);
  loop.remove_timeout(handle);
  EXPECT_EQ(live, 0);
  loop.remove_timeout(handle);
  loop.remove_timeout({});
  loop.advance(2s);
}

TEST(Timers, AnotherCallbackOfTheSameTurnCanRemoveOne) {
  ManualLoop loop;
  TimeoutHandle second;
  bool third = false;
  loop.call_later(1s, [&] { loop.remove_timeout(second); });
  second = loop.call_later(1s, [] { FAIL() << "removed by the first"; });
  loop.call_later(1s, [&] { third = true; });
  loop.advance(1s);
  EXPECT_TRUE(third);
}

TEST(Timers, RemovingOneFromWithinItselfIsHarmless) {
  ManualLoop loop;
  TimeoutHandle self;
  int live = 0;
  int calls = 0;
  self = loop.call_later(1s, [&, alive = Alive(live)] {
    loop.remove_timeout(self);
    EXPECT_EQ(live, 1) << "the callable stays while it runs";
    ++calls;
  });
  loop.advance(5s);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(live, 0);
}

TEST(Timers, AHandleThatHasFiredDoesNotNameItsSuccessor) {
  ManualLoop loop;
  const TimeoutHandle old = loop.call_later(0s, [] {});
  loop.run_until_idle();
  bool fired = false;
  loop.call_later(0s, [&] { fired = true; });
  loop.remove_timeout(old);
  loop.run_until_idle();
  EXPECT_TRUE(fired);
}

TEST(Timers, OneThatIsAddedInATurnWaitsForTheNext) {
  ManualLoop loop;
  int fired = 0;
  eddy::UniqueFunction<void()> again = [&] {
    if (++fired < 100) loop.call_later(0s, [&] { again(); });
  };
  loop.call_later(0s, [&] { again(); });
  for (int turn = 1; turn <= 100; ++turn) {
    loop.run_turns();
    EXPECT_EQ(fired, turn);
  }
}

TEST(Timers, ExceptionsAreReportedAndTheOthersFire) {
  eddy::testing::CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  bool fired = false;
  loop.call_later(1s, [] { throw std::runtime_error("disk full"); });
  loop.call_later(1s, [&] { fired = true; });
  loop.advance(1s);
  EXPECT_TRUE(fired);
  log.expect(eddy::LogLevel::error, "exception in timer: disk full");
}

TEST(Timers, LateOnesAreCounted) {
  ManualLoop loop;
  loop.call_later(1s, [] {});
  loop.call_later(2s, [] {});
  loop.system().move_clock(2s + 9ms);
  loop.run_until_idle();
  EXPECT_EQ(loop.stats().timers, 2U);
  EXPECT_EQ(loop.stats().late_timers, 1U) << "more than 10 ms late";
}

TEST(Timers, ALoopWithoutTimersIsNotWokenByThoseOfBefore) {
  ManualLoop loop;
  const TimeoutHandle handle = loop.call_later(1s, [] {});
  loop.remove_timeout(handle);
  loop.advance(10s);
  EXPECT_LE(loop.stats().turns, 1U);
  EXPECT_EQ(loop.poller().armed(), kNever);
}

// An idle timeout is pushed back with each request; the poller must hear of it rarely.
TEST(Timers, PushingBackTheNearestDoesNotArmEachTime) {
  ManualLoop loop;
  TimeoutHandle idle = loop.call_later(60s, [] { FAIL(); });
  const std::size_t arms = loop.poller().arms();
  for (int i = 0; i < 1000; ++i) {
    loop.remove_timeout(idle);
    idle = loop.call_later(60s, [] { FAIL(); });
    loop.advance(10ms);
  }
  EXPECT_LE(loop.poller().arms() - arms, 2U);
}

TEST(Timers, DestroyingTheLoopDropsCallablesEvenThoseThatKeepItsCore) {
  int live = 0;
  {
    ManualLoop loop;
    auto connection = loop.system().open_connection();
    // The watch keeps the loop's core alive, and the core must not keep the watch.
    loop.call_later(1h, [alive = Alive(live),
                         watch = loop.watch(connection.fd, eddy::Io::read, [](eddy::Io) {})] {});
    EXPECT_EQ(live, 1);
  }
  EXPECT_EQ(live, 0);
}

TEST(Timers, ADestructorOfADroppedCallableMayRemoveAnother) {
  struct RemovesAnother {
    eddy::Loop* loop;
    TimeoutHandle* handle;
    RemovesAnother(eddy::Loop& l, TimeoutHandle& h) : loop(&l), handle(&h) {}
    RemovesAnother(RemovesAnother&& other) noexcept
        : loop(std::exchange(other.loop, nullptr)), handle(other.handle) {}
    ~RemovesAnother() {
      if (loop != nullptr) loop->remove_timeout(*handle);
    }
    void operator()() const {}
  };
  int live = 0;
  TimeoutHandle first;
  {
    ManualLoop loop;
    first = loop.call_later(1h, [alive = Alive(live)] {});
    loop.call_later(1h, RemovesAnother(loop, first));
    loop.call_later(1h, [alive = Alive(live)] {});
  }
  EXPECT_EQ(live, 0);
}

TEST(Timers, RealTimersFireInRealTimeAndNeverEarly) {
  eddy::NativeLoop loop;
  const auto start = eddy::Clock::now();
  eddy::Duration after{};
  loop.call_later(20ms, [&] { after = eddy::Clock::now() - start; });
  EXPECT_FALSE(loop.run());
  EXPECT_GE(after, 20ms);
}

}  // namespace
