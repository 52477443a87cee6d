// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/periodic_callback.h>

#include <eddy/core/core.h>
#include <eddy/core/loop/idle_timeout.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

namespace {

using eddy::Duration;
using eddy::PeriodicCallback;
using eddy::Task;
using eddy::core_test::Alive;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

using Times = std::vector<Duration>;

TEST(PeriodicCallback, CallsAtMultiplesOfThePeriodFromStart) {
  ManualLoop loop;
  const auto start = loop.now();
  Times times;
  PeriodicCallback periodic(
      loop, [&] { times.push_back(loop.now() - start); }, 50ms);
  EXPECT_FALSE(periodic.is_running());
  loop.advance(1s);
  EXPECT_TRUE(times.empty());
  periodic.start();
  periodic.start();
  EXPECT_TRUE(periodic.is_running());
  loop.advance(160ms);
  EXPECT_EQ(times, (Times{1050ms, 1100ms, 1150ms}));
  periodic.stop();
  EXPECT_FALSE(periodic.is_running());
  loop.advance(1s);
  EXPECT_EQ(times.size(), 3U);
  periodic.start();
  loop.advance(50ms);
  EXPECT_EQ(times.size(), 4U);
}

TEST(PeriodicCallback, SkipsWhatItMissed) {
  ManualLoop loop;
  const auto start = loop.now();
  Times times;
  // The call at one period takes 120 ms: the next ones come at 4, 5 and 6 periods.
  PeriodicCallback periodic(
      loop,
      [&] {
        times.push_back(loop.now() - start);
        if (times.size() == 1) loop.system().move_clock(120ms);
      },
      50ms);
  periodic.start();
  loop.advance(50ms);
  loop.advance(130ms);
  EXPECT_EQ(times, (Times{50ms, 200ms, 250ms, 300ms}));
}

TEST(PeriodicCallback, ATaskIsNeverOverlapped) {
  ManualLoop loop;
  const auto start = loop.now();
  Times begins;
  int inside = 0;
  PeriodicCallback periodic(
      loop,
      [&]() -> Task<void> {
        EXPECT_EQ(++inside, 1);
        begins.push_back(loop.now() - start);
        co_await eddy::sleep(70ms);
        --inside;
      },
      50ms);
  periodic.start();
  loop.advance(400ms);
  EXPECT_EQ(begins, (Times{50ms, 150ms, 250ms, 350ms}));
}

TEST(PeriodicCallback, StopLetsATaskEndAndStartDoesNotDoubleIt) {
  ManualLoop loop;
  int begun = 0;
  int ended = 0;
  PeriodicCallback periodic(
      loop,
      [&]() -> Task<void> {
        ++begun;
        co_await eddy::sleep(30ms);
        ++ended;
      },
      50ms);
  periodic.start();
  loop.advance(60ms);
  periodic.stop();
  periodic.start();
  EXPECT_EQ(begun, 1);
  loop.advance(30ms);
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(begun, 1);
  loop.advance(50ms);
  EXPECT_EQ(begun, 2);
  periodic.stop();
  loop.advance(1s);
  EXPECT_EQ(begun, 2);
  EXPECT_EQ(ended, 2);
}

TEST(PeriodicCallback, StartedAnewWithinItsCallItCallsOnePeriodFromThere) {
  ManualLoop loop;
  Times calls;
  const auto start = loop.now();
  PeriodicCallback* self = nullptr;
  PeriodicCallback periodic(
      loop,
      [&] {
        calls.push_back(loop.now() - start);
        if (calls.size() > 1) return;
        self->stop();
        self->start();
      },
      100ms);
  self = &periodic;
  periodic.start();
  loop.advance(310ms);
  EXPECT_EQ(calls, (Times{100ms, 200ms, 300ms}));
}

TEST(PeriodicCallback, StartedAnewBeforeItsCallGivesTheTaskItDoesNotOverlapIt) {
  ManualLoop loop;
  int running = 0;
  int most = 0;
  int calls = 0;
  const auto work = [&]() -> Task<void> {
    most = std::max(most, ++running);
    co_await eddy::sleep(250ms);
    --running;
  };
  PeriodicCallback* self = nullptr;
  PeriodicCallback periodic(
      loop,
      [&] {
        ++calls;
        self->stop();
        self->start();
        return work();
      },
      100ms);
  self = &periodic;
  periodic.start();
  loop.advance(1s);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(calls, 4) << "at 100, 400, 700 and 1000 ms";
}

TEST(PeriodicCallback, StartedAnewByTheHandlerOfItsExceptionItCallsOnePeriodFromThere) {
  ManualLoop loop;
  int calls = 0;
  PeriodicCallback periodic(
      loop,
      [&]() -> Task<void> {
        ++calls;
        co_await eddy::yield();
        throw std::runtime_error("again");
      },
      100ms);
  loop.set_exception_handler([&](const std::exception_ptr& /*error*/, const char* /*where*/) {
    periodic.stop();
    periodic.start();
  });
  periodic.start();
  loop.advance(250ms);
  EXPECT_EQ(calls, 2);
}

TEST(PeriodicCallback, ExceptionsAreReportedAndItGoesOn) {
  eddy::testing::CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  int calls = 0;
  PeriodicCallback plain(
      loop,
      [&] {
        if (++calls == 1) throw std::runtime_error("plain");
      },
      50ms);
  int begun = 0;
  PeriodicCallback task(
      loop,
      [&]() -> Task<void> {
        co_await eddy::yield();
        if (++begun == 1) throw std::runtime_error("task");
      },
      50ms);
  plain.start();
  task.start();
  loop.advance(100ms);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(begun, 2);
  log.expect(eddy::LogLevel::error, "exception in periodic callback: plain");
  log.expect(eddy::LogLevel::error, "exception in periodic callback: task");
}

TEST(PeriodicCallback, MayBeDestroyedWithinItsCall) {
  ManualLoop loop;
  int live = 0;
  std::optional<PeriodicCallback> periodic;
  periodic.emplace(
      loop,
      [&, alive = Alive(live)] {
        periodic.reset();
        EXPECT_EQ(live, 1) << "the callable stays while it runs";
      },
      50ms);
  periodic->start();
  loop.advance(1s);
  EXPECT_FALSE(periodic);
  EXPECT_EQ(live, 0);
}

TEST(PeriodicCallback, MayBeDestroyedWithinItsTaskAtEitherStep) {
  for (const bool at_once : {true, false}) {
    ManualLoop loop;
    int live = 0;
    std::optional<PeriodicCallback> periodic;
    periodic.emplace(
        loop,
        [&]() -> Task<void> {
          const Alive alive(live);
          if (!at_once) co_await eddy::yield();
          periodic.reset();
          co_await eddy::yield();
          ADD_FAILURE() << "nothing of it runs later";
        },
        50ms);
    periodic->start();
    loop.advance(1s);
    EXPECT_FALSE(periodic);
    EXPECT_EQ(live, 0);
  }
}

TEST(PeriodicCallback, MayStopItselfWithinItsCall) {
  ManualLoop loop;
  int calls = 0;
  std::optional<PeriodicCallback> periodic;
  periodic.emplace(
      loop,
      [&] {
        ++calls;
        periodic->stop();
      },
      50ms);
  periodic->start();
  loop.advance(1s);
  EXPECT_EQ(calls, 1);
}

TEST(PeriodicCallback, MayOutliveItsLoop) {
  std::optional<PeriodicCallback> periodic;
  {
    ManualLoop loop;
    periodic.emplace(
        loop, [] { FAIL(); }, 50ms);
    periodic->start();
  }
  periodic->stop();
  EXPECT_THROW(periodic->start(), std::system_error);
}

TEST(PeriodicCallback, JitterVariesEachPeriodWithinItsBounds) {
  ManualLoop loop;
  Times gaps;
  auto last = loop.now();
  PeriodicCallback periodic(
      loop,
      [&] {
        gaps.push_back(loop.now() - last);
        last = loop.now();
      },
      100ms, 0.5);
  periodic.start();
  loop.advance(100s);
  EXPECT_GT(gaps.size(), 700U);
  EXPECT_LT(gaps.size(), 1300U);
  for (const Duration gap : gaps) {
    EXPECT_GE(gap, 75ms);
    EXPECT_LE(gap, 125ms);
  }
  EXPECT_GT(std::set<Duration>(gaps.begin(), gaps.end()).size(), 100U);
}

TEST(PeriodicCallback, RefusesAPeriodThatIsNotPositive) {
  ManualLoop loop;
  EXPECT_THROW(PeriodicCallback(
                   loop, [] {}, 0ms),
               std::invalid_argument);
  EXPECT_THROW(PeriodicCallback(
                   loop, [] {}, -1ms),
               std::invalid_argument);
  EXPECT_THROW(PeriodicCallback(
                   loop, [] {}, 1ms, -0.1),
               std::invalid_argument);
  EXPECT_THROW(PeriodicCallback(
                   loop, [] {}, 1ms, 1.1),
               std::invalid_argument);
}

TEST(PeriodicCallback, AVeryLongPeriodIsHarmless) {
  ManualLoop loop;
  PeriodicCallback periodic(
      loop, [] { FAIL(); }, std::chrono::hours::max());
  periodic.start();
  loop.advance(1000h);
}

// ---- IdleTimeout ----

using eddy::internal::IdleTimeout;

TEST(IdleTimeout, FiresOnceTheLimitHasPassedSinceTheLastTouch) {
  ManualLoop loop;
  const auto start = loop.now();
  Duration fired{};
  IdleTimeout idle(eddy::internal::core_of(loop), [&] { fired = loop.now() - start; });
  idle.start(10s);
  for (int i = 1; i <= 5; ++i) {
    loop.call_later(std::chrono::seconds(i * 5), [&] { idle.touch(); });
  }
  loop.advance(1min);
  EXPECT_EQ(fired, 35s);
  EXPECT_FALSE(idle.running());
  idle.start(10s);
  loop.advance(10s);
  EXPECT_EQ(fired, 70s);
}

TEST(IdleTimeout, TrafficCostsNoTimerWork) {
  ManualLoop loop;
  int fired = 0;
  IdleTimeout idle(eddy::internal::core_of(loop), [&] { ++fired; });
  idle.start(60s);
  const std::size_t arms = loop.poller().arms();
  const auto deadline = loop.next_deadline();
  for (int i = 0; i < 10'000; ++i) {
    // What a connection does for a request: it is busy, then waits again.
    idle.stop();
    idle.touch();
    idle.start(60s);
    loop.advance(1ms);
  }
  EXPECT_EQ(loop.poller().arms(), arms);
  EXPECT_EQ(loop.next_deadline(), deadline) << "the timer has been left where it was";
  EXPECT_EQ(fired, 0);
  loop.advance(60s);
  EXPECT_EQ(fired, 1);
}

TEST(IdleTimeout, AShorterLimitCountsAtOnce) {
  ManualLoop loop;
  int fired = 0;
  IdleTimeout idle(eddy::internal::core_of(loop), [&] { ++fired; });
  idle.start(1h);
  idle.start(1s);
  loop.advance(1s);
  EXPECT_EQ(fired, 1);
}

TEST(IdleTimeout, AStoppedOneDoesNotFire) {
  ManualLoop loop;
  IdleTimeout idle(eddy::internal::core_of(loop), [] { FAIL(); });
  idle.start(1s);
  idle.stop();
  loop.advance(1h);
  EXPECT_EQ(loop.next_deadline(), eddy::kNever);
}

TEST(IdleTimeout, MayBeDestroyedOrStartedAgainWithinItsCallback) {
  ManualLoop loop;
  int live = 0;
  std::optional<IdleTimeout> destroyed;
  destroyed.emplace(eddy::internal::core_of(loop), [&, alive = Alive(live)] {
    destroyed.reset();
    EXPECT_EQ(live, 1);
  });
  destroyed->start(1s);
  int fired = 0;
  std::optional<IdleTimeout> again;
  again.emplace(eddy::internal::core_of(loop), [&] {
    if (++fired < 3) again->start(1s);
  });
  again->start(1s);
  loop.advance(1h);
  EXPECT_EQ(live, 0);
  EXPECT_EQ(fired, 3);
}

TEST(IdleTimeout, MayOutliveItsLoop) {
  std::optional<IdleTimeout> idle;
  {
    ManualLoop loop;
    idle.emplace(eddy::internal::core_of(loop), [] { FAIL(); });
    idle->start(1s);
  }
  idle->touch();
}

}  // namespace
