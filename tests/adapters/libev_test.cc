// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/libev/libev.h>

#include <ev.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <tests/adapters/support.h>

namespace {

using eddy::LibevLoop;
using eddy_test::open_descriptors;
using eddy_test::Pulse;
using namespace std::chrono_literals;

struct EvLoop {
  EvLoop() = default;
  EvLoop(const EvLoop&) = delete;
  EvLoop& operator=(const EvLoop&) = delete;
  ~EvLoop() { destroy(); }
  void destroy() {
    if (loop != nullptr) ev_loop_destroy(loop);
    loop = nullptr;
  }
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
};

TEST(LibevLoop, RunsInTheDefaultLoop) {
  LibevLoop loop(EV_DEFAULT);
  eddy::WorkGuard work = loop.hold();
  int called = 0;
  loop.post([&] { ++called; });
  loop.call_later(1ms, [&] {
    ++called;
    work.reset();
  });
  ev_run(EV_DEFAULT, 0);
  EXPECT_EQ(called, 2);
}

TEST(LibevLoop, EvRunReturnsAtOnceWhenNothingCounts) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  loop.call_later(1h, [] {});
  EXPECT_FALSE(ev_run(ev.loop, 0));
}

TEST(LibevLoop, EvRunReturnsWithTheLastGuardAndPostsRunAtTheNext) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  eddy::WorkGuard work = loop.hold();
  loop.call_later(1ms, [&] { work.reset(); });
  EXPECT_FALSE(ev_run(ev.loop, 0));
  bool posted = false;
  loop.post([&] { posted = true; });
  ev_run(ev.loop, 0);
  EXPECT_TRUE(posted);
}

TEST(LibevLoop, IsServedWhileTheHostRunsForOtherReasons) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  ev_timer other;
  ev_timer_init(
      &other, [](struct ev_loop* l, ev_timer*, int) { ev_break(l, EVBREAK_ALL); }, 5., 0.);
  ev_timer_start(ev.loop, &other);
  bool called = false;
  loop.call_later(1ms, [&] {
    called = true;
    ev_break(ev.loop, EVBREAK_ALL);
  });
  ev_run(ev.loop, 0);
  EXPECT_TRUE(called);
  ev_timer_stop(ev.loop, &other);
}

TEST(LibevLoop, ALoopThatNeverCountsDoesNotHoldTheHost) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  loop.keep_alive(false);
  const eddy::WorkGuard work = loop.hold();
  EXPECT_FALSE(ev_run(ev.loop, 0));
}

TEST(LibevLoop, LeavesTheReferencesAsTheyWere) {
  EvLoop ev;
  // A watcher of the host's own, unreferenced, as background watchers are.
  ev_timer own;
  ev_timer_init(
      &own, [](struct ev_loop*, ev_timer*, int) {}, 60., 0.);
  ev_timer_start(ev.loop, &own);
  for (int i = 0; i < 3; ++i) {
    LibevLoop loop(ev.loop);
    eddy::WorkGuard work = loop.hold();
    if (i == 1) work.reset();
    ev_run(ev.loop, EVRUN_NOWAIT);
  }
  EXPECT_TRUE(ev_run(ev.loop, EVRUN_NOWAIT));  // the timer still counts
  ev_timer_stop(ev.loop, &own);
  EXPECT_FALSE(ev_run(ev.loop, EVRUN_NOWAIT));
  EXPECT_EQ(ev_pending_count(ev.loop), 0U);
}

TEST(LibevLoop, SurvivesItsHost) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  const eddy::WorkGuard work = loop.hold();
  const eddy::Remote remote = loop.remote();
  loop.call_later(1ms, [] { FAIL(); });
  ev.destroy();
  EXPECT_FALSE(remote.post([] {}));
  EXPECT_THROW(loop.call_later(1ms, [] {}), std::system_error);
}

TEST(LibevLoop, SeveralSurviveOneHost) {
  EvLoop ev;
  LibevLoop first(ev.loop);
  { const LibevLoop second(ev.loop); }
  LibevLoop third(ev.loop);
  ev.destroy();
  EXPECT_FALSE(first.post([] {}));
  EXPECT_FALSE(third.post([] {}));
}

TEST(LibevLoop, PriorityDecidesWithinARound) {
  for (const int priority : {-2, 2}) {
    EvLoop ev;
    LibevLoop loop(ev.loop, {.priority = priority});
    std::string order;
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(write(ends[1], "x", 1), 1);
    ev_io other;
    ev_io_init(
        &other,
        [](struct ev_loop*, ev_io* w, int) { static_cast<std::string*>(w->data)->append("h"); },
        ends[0], EV_READ);
    other.data = &order;
    ev_io_start(ev.loop, &other);
    loop.post([&] { order += "e"; });
    ev_run(ev.loop, EVRUN_NOWAIT);
    EXPECT_EQ(order, priority > 0 ? "eh" : "he");
    ev_io_stop(ev.loop, &other);
    close(ends[0]);
    close(ends[1]);
  }
}

TEST(LibevLoop, NestedEvRunServesPostsAndTimers) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  const eddy::WorkGuard work = loop.hold();
  Pulse pulse(loop);
  bool nested_served = false;
  loop.post([&] {
    pulse.start_again();
    for (int i = 0; i < 10000 && !pulse.beaten(5); ++i) ev_run(ev.loop, EVRUN_ONCE);
    nested_served = pulse.beaten(5);
  });
  for (int i = 0; i < 100 && !nested_served; ++i) ev_run(ev.loop, EVRUN_ONCE);
  EXPECT_TRUE(nested_served);
}

TEST(LibevLoop, MayBeDestroyedByItsOwnCallbackAlsoWhenNested) {
  EvLoop ev;
  auto* loop = new LibevLoop(ev.loop);
  bool destroyed = false;
  loop->post([&] {
    loop->post([&] {
      delete loop;
      destroyed = true;
    });
    while (!destroyed) ev_run(ev.loop, EVRUN_ONCE);
  });
  while (!destroyed) ev_run(ev.loop, EVRUN_ONCE);
  EXPECT_FALSE(ev_run(ev.loop, EVRUN_NOWAIT));
}

TEST(LibevLoop, RunWaitsForTimersThatDoNotCount) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  bool called = false;
  loop.call_later(20ms, [&] { called = true; });
  const auto turns = loop.stats().turns;
  EXPECT_FALSE(loop.run());
  EXPECT_TRUE(called);
  EXPECT_LE(loop.stats().turns - turns, 5U);
}

/// Calls ev_break once, after `delay`.
class Break {
 public:
  Break(struct ev_loop* loop, double delay, int how) : loop_(loop), how_(how) {
    ev_timer_init(
        &timer_,
        [](struct ev_loop* at, ev_timer* timer, int /*events*/) {
          ev_break(at, static_cast<Break*>(timer->data)->how_);
        },
        delay, 0);
    timer_.data = this;
    ev_timer_start(loop_, &timer_);
  }
  Break(const Break&) = delete;
  Break& operator=(const Break&) = delete;
  ~Break() { ev_timer_stop(loop_, &timer_); }
  [[nodiscard]] bool made() const { return !ev_is_active(&timer_); }

 private:
  struct ev_loop* loop_;
  int how_;
  ev_timer timer_{};
};

std::error_code run_for_hours(LibevLoop& loop) {
  try {
    loop.run_until([]() -> eddy::Task<void> { co_await eddy::sleep(1h); }());
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

TEST(LibevLoop, ABreakOfAllEndsANestedRunUntilAndTheEvRunAroundIt) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  const eddy::WorkGuard work = loop.hold();
  const Break all(ev.loop, 0.01, EVBREAK_ALL);
  const Break late(ev.loop, 10, EVBREAK_ALL);
  std::error_code outer;
  std::error_code inner;
  loop.post([&] {
    loop.post([&] { inner = run_for_hours(loop); });
    outer = run_for_hours(loop);
  });
  ev_run(ev.loop, 0);
  EXPECT_EQ(inner, eddy::Errc::stopped);
  EXPECT_EQ(outer, eddy::Errc::stopped);
  EXPECT_FALSE(late.made()) << "ev_run did not end";
  EXPECT_EQ(ev_depth(ev.loop), 0U);
}

TEST(LibevLoop, ABreakOfOneEndsTheNestedRunUntilOnly) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  eddy::WorkGuard work = loop.hold();
  const Break one(ev.loop, 0.01, EVBREAK_ONE);
  std::error_code error;
  bool went_on = false;
  loop.post([&] {
    error = run_for_hours(loop);
    loop.call_later(5ms, [&] {
      went_on = true;
      work.reset();
    });
  });
  ev_run(ev.loop, 0);
  EXPECT_EQ(error, eddy::Errc::stopped);
  EXPECT_TRUE(went_on);
}

TEST(LibevLoop, WhatRanItMayLeaveItToAnotherThread) {
  EvLoop ev;
  bool logged = false;
  bool destroyed = false;
  {
    eddy::LoopOptions options;
    options.log = [&](const eddy::LogRecord& /*record*/) { logged = true; };
    LibevLoop loop(ev.loop, {}, std::move(options));
    eddy::TcpServer server(loop, [](const std::unique_ptr<eddy::Stream>& /*stream*/) {});
    server.listen("127.0.0.1", 0);
    loop.call_later(1h,
                    [held = std::shared_ptr<void>(nullptr, [&](void*) { destroyed = true; })] {});
    std::thread([&] {
      const Break one(ev.loop, 0.005, EVBREAK_ONE);
      bool refused = false;
      loop.post([&] {
        std::thread([&] {
          try {
            (void)loop.run();
          } catch (const eddy::WrongThread&) {
            refused = true;
          }
        }).join();
      });
      ev_run(ev.loop, 0);
      EXPECT_TRUE(refused) << "while ev_run runs here it is nobody else's";
    }).join();
    EXPECT_NO_THROW(loop.call_later(1ms, [] {}));
    server.listen("127.0.0.1", 0);
  }
  EXPECT_FALSE(logged);
  EXPECT_TRUE(destroyed) << "leaked";
}

TEST(LibevLoop, WhoRunsItBelongsToItBeforeItsFirstTurn) {
  EvLoop ev;
  LibevLoop loop(ev.loop);
  const eddy::WorkGuard work = loop.hold();
  std::thread([&] {
    const Break one(ev.loop, 0.005, EVBREAK_ONE);
    loop.post([] {});
    ev_run(ev.loop, 0);
  }).join();
  // A callback of the host's own comes first, and stops what another thread has run before.
  ev_timer stop;
  ev_timer_init(
      &stop,
      [](struct ev_loop*, ev_timer* timer, int) { static_cast<LibevLoop*>(timer->data)->stop(); },
      0, 0);
  stop.data = &loop;
  ev_timer_start(ev.loop, &stop);
  const Break too_late(ev.loop, 5, EVBREAK_ALL);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(loop.run());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
}

TEST(LibevLoop, RefusesToBeBuiltWithoutALoop) {
  EXPECT_THROW(LibevLoop(nullptr), std::invalid_argument);
}

TEST(LibevLoop, AThousandStartsAndStopsLeaveNothing) {
  EvLoop ev;
  { const LibevLoop first(ev.loop); }
  ev_run(ev.loop, EVRUN_NOWAIT);
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    LibevLoop loop(ev.loop);
    loop.post([] {});
    ev_run(ev.loop, EVRUN_NOWAIT);
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
