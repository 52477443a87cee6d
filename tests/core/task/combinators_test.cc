// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stops, with_timeout, shield, when_all, when_any.
#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace {

using eddy::Cancelled;
using eddy::RunningTask;
using eddy::Task;
using eddy::TimeoutError;
using eddy::core_test::Alive;
using eddy::testing::CapturedLog;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

template <class T>
Task<T> later(eddy::Duration after, T value) {
  co_await eddy::sleep(after);
  co_return value;
}
Task<int> fails_later(eddy::Duration after, const char* what) {
  co_await eddy::sleep(after);
  throw std::runtime_error(what);
}

/// How long `task` takes, on the clock of `loop`.
template <class T>
eddy::Duration time_of(ManualLoop& loop, Task<T> task) {
  const auto start = loop.now();
  (void)loop.run_until(std::move(task));
  return loop.now() - start;
}

TEST(Stop, ReachesTheTaskAsCancelledInEveryLaterAwaitToo) {
  ManualLoop loop;
  int caught = 0;
  RunningTask task(
      eddy::internal::core_of(loop),
      [](int& n) -> Task<void> {
        for (int i = 0; i < 3; ++i) {
          try {
            co_await eddy::sleep(1h);
          } catch (const std::exception&) {
            ADD_FAILURE() << "Cancelled is not a std::exception";
          } catch (const Cancelled&) {
            ++n;
          }
        }
      }(caught),
      nullptr);
  task.start();
  task.request_stop();
  task.request_stop();
  EXPECT_EQ(caught, 0);
  loop.run_until_idle();
  EXPECT_EQ(caught, 3);
  EXPECT_TRUE(task.ended());
  EXPECT_EQ(loop.next_deadline(), eddy::kNever) << "no timer is left behind";
}

TEST(Stop, CanBeAskedFor) {
  ManualLoop loop;
  std::vector<bool> seen;
  RunningTask task(
      eddy::internal::core_of(loop),
      [](std::vector<bool>& out) -> Task<void> {
        const eddy::StopToken token = co_await eddy::stop_token();
        out.push_back(token.stop_requested());
        try {
          co_await eddy::yield();
        } catch (const Cancelled&) {
        }
        out.push_back(token.stop_requested());
      }(seen),
      nullptr);
  task.start();
  task.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(seen, (std::vector<bool>{false, true}));
}

TEST(Stop, BeforeTheStartIsSeenByTheFirstWait) {
  ManualLoop loop;
  bool began = false;
  bool passed = false;
  RunningTask task(
      eddy::internal::core_of(loop),
      [](bool& b, bool& p) -> Task<void> {
        b = true;
        co_await eddy::sleep(1h);
        p = true;
      }(began, passed),
      nullptr);
  task.request_stop();
  task.start_later();
  loop.run_until_idle();
  EXPECT_TRUE(began);
  EXPECT_FALSE(passed);
  EXPECT_TRUE(task.ended());
}

TEST(WithTimeout, GivesTheResultInTime) {
  ManualLoop loop;
  EXPECT_EQ(loop.run_until(eddy::with_timeout(2s, later(1s, 5))), 5);
  loop.advance(10s);
}

TEST(WithTimeout, StopsTheTaskWaitsForItsEndAndThrows) {
  ManualLoop loop;
  const auto start = loop.now();
  int live = 0;
  EXPECT_THROW(loop.run_until(eddy::with_timeout(1s,
                                                 [](int& count) -> Task<void> {
                                                   const Alive alive(count);
                                                   co_await eddy::sleep(1h);
                                                 }(live))),
               TimeoutError);
  EXPECT_EQ(loop.now() - start, 1s);
  EXPECT_EQ(live, 0);
}

TEST(WithTimeout, ALateResultIsStillGiven) {
  ManualLoop loop;
  const int result = loop.run_until(eddy::with_timeout(1s, []() -> Task<int> {
    try {
      co_await eddy::sleep(1h);
    } catch (const Cancelled&) {
    }
    co_return 3;
  }()));
  EXPECT_EQ(result, 3);
}

TEST(WithTimeout, NestsAndTheInnerTimeoutIsCaughtByTheOuterOne) {
  ManualLoop loop;
  const std::string result = loop.run_until(eddy::with_timeout(5s, []() -> Task<std::string> {
    try {
      co_await eddy::with_timeout(1s, later(1h, 0));
    } catch (const TimeoutError&) {
    }
    co_await eddy::sleep(1s);  // still allowed to wait
    co_return "went on";
  }()));
  EXPECT_EQ(result, "went on");
}

TEST(WithTimeout, AnOuterStopIsCancelledNotATimeout) {
  ManualLoop loop;
  std::string how;
  RunningTask task(
      eddy::internal::core_of(loop),
      [](std::string& out) -> Task<void> {
        try {
          co_await eddy::with_timeout(1h, later(2h, 0));
        } catch (const TimeoutError&) {
          out = "timeout";
        } catch (const Cancelled&) {
          out = "cancelled";
        }
      }(how),
      nullptr);
  task.start();
  task.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(how, "cancelled");
}

TEST(WithTimeout, ZeroAndNegativeGiveTheTaskOneChance) {
  ManualLoop loop;
  const auto ready = []() -> Task<int> { co_return 1; };
  EXPECT_EQ(loop.run_until(eddy::with_timeout(0s, ready())), 1);
  EXPECT_THROW(loop.run_until(eddy::with_timeout(-1s, later(1s, 1))), TimeoutError);
}

TEST(Shield, KeepsAStopAwayUntilItsEnd) {
  ManualLoop loop;
  std::vector<std::string> order;
  const auto saves = [](std::vector<std::string>& out) -> Task<void> {
    co_await eddy::sleep(1s);
    out.emplace_back("saved");
  };
  RunningTask task(
      eddy::internal::core_of(loop),
      [](std::vector<std::string>& out, auto save) -> Task<void> {
        co_await eddy::shield(save(out));
        out.emplace_back("after");
        try {
          co_await eddy::yield();
        } catch (const Cancelled&) {
          out.emplace_back("cancelled");
        }
      }(order, saves),
      nullptr);
  task.start();
  task.request_stop();
  loop.advance(2s);
  EXPECT_EQ(order, (std::vector<std::string>{"saved", "after", "cancelled"}));
}

TEST(WhenAll, RunsTogetherAndKeepsTheOrderOfTheArguments) {
  ManualLoop loop;
  const auto start = loop.now();
  const auto [a, b, c] =
      loop.run_until(eddy::when_all(later(3s, 1), later(1s, std::string("two")),
                                    []() -> Task<void> { co_await eddy::sleep(2s); }()));
  EXPECT_EQ(a, 1);
  EXPECT_EQ(b, "two");
  EXPECT_EQ(c, std::monostate());
  EXPECT_EQ(loop.now() - start, 3s);
}

TEST(WhenAll, OfAnEmptyVectorIsReady) {
  ManualLoop loop;
  EXPECT_TRUE(loop.run_until(eddy::when_all(std::vector<Task<int>>())).empty());
}

TEST(WhenAll, WaitsForAllThenThrowsTheFirstByOrderAndLogsTheOthers) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  const auto start = loop.now();
  try {
    loop.run_until(eddy::when_all(fails_later(2s, "first by order"), later(3s, 0),
                                  fails_later(1s, "first by time")));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "first by order");
  }
  EXPECT_EQ(loop.now() - start, 3s);
  log.expect(eddy::LogLevel::error, "first by time");
}

TEST(WhenAll, AStopReachesAll) {
  ManualLoop loop;
  int live = 0;
  const auto waits = [](int& count) -> Task<void> {
    const Alive alive(count);
    co_await eddy::sleep(1h);
  };
  RunningTask task(
      eddy::internal::core_of(loop),
      [](int& count, auto wait) -> Task<void> {
        co_await eddy::when_all(wait(count), wait(count), wait(count));
      }(live, waits),
      nullptr);
  task.start();
  EXPECT_EQ(live, 3);
  task.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(live, 0);
  EXPECT_TRUE(task.ended());
}

TEST(WhenAll, IsDestroyedWithAllItsTasks) {
  ManualLoop loop;
  int live = 0;
  const auto waits = [](int& count) -> Task<void> {
    const Alive alive(count);
    co_await eddy::sleep(1h);
  };
  RunningTask task(
      eddy::internal::core_of(loop),
      [](int& count, auto wait) -> Task<void> {
        co_await eddy::when_all(wait(count), wait(count));
      }(live, waits),
      nullptr);
  task.start();
  task.reset();
  EXPECT_EQ(live, 0);
  EXPECT_EQ(loop.next_deadline(), eddy::kNever);
}

TEST(WhenAll, ATaskOfItMayDestroyTheWhole) {
  ManualLoop loop;
  RunningTask owner;
  int live = 0;
  const auto destroys = [](RunningTask& own, int& count) -> Task<void> {
    const Alive alive(count);
    own.reset();
    co_return;
  };
  const auto waits = [](int& count) -> Task<void> {
    const Alive alive(count);
    co_await eddy::sleep(1h);
  };
  owner = RunningTask(
      eddy::internal::core_of(loop),
      [](RunningTask& own, int& count, auto destroy, auto wait) -> Task<void> {
        co_await eddy::when_all(wait(count), destroy(own, count), wait(count));
        ADD_FAILURE();
      }(owner, live, destroys, waits),
      nullptr);
  owner.start();
  loop.run_until_idle();
  EXPECT_EQ(live, 0);
}

TEST(WhenAny, GivesTheFirstAndStopsAndAwaitsTheOthers) {
  ManualLoop loop;
  const auto start = loop.now();
  const auto result =
      loop.run_until(eddy::when_any(later(3s, 1), later(1s, std::string("fast")), later(2s, 2.0)));
  EXPECT_EQ(result.index(), 1U);
  EXPECT_EQ(std::get<1>(result), "fast");
  EXPECT_EQ(loop.now() - start, 1s);
  EXPECT_EQ(loop.next_deadline(), eddy::kNever);
}

TEST(WhenAny, OfAVectorTellsWhichAndThrowsWhatTheFirstThrew) {
  ManualLoop loop;
  std::vector<Task<int>> tasks;
  tasks.push_back(later(2s, 1));
  tasks.push_back(later(1s, 2));
  const auto first = loop.run_until(eddy::when_any(std::move(tasks)));
  EXPECT_EQ(first.index, 1U);
  EXPECT_EQ(first.value, 2);
  EXPECT_THROW(loop.run_until(eddy::when_any(fails_later(1s, "no"), later(2s, 1))),
               std::runtime_error);
  EXPECT_THROW(loop.run_until(eddy::when_any(std::vector<Task<int>>())), std::invalid_argument);
}

TEST(WhenAny, WaitsForALoserThatTakesItsTimeToUnwind) {
  ManualLoop loop;
  const auto slow_to_stop = []() -> Task<int> {
    try {
      co_await eddy::sleep(1h);
    } catch (const Cancelled&) {
    }
    co_await eddy::shield([]() -> Task<void> { co_await eddy::sleep(5s); }());
    co_return 0;
  };
  EXPECT_EQ(time_of(loop, eddy::when_any(slow_to_stop(), later(1s, 1))), 6s);
}

TEST(WhenAny, WhatALoserThrowsIsLogged) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  const auto fails_when_stopped = []() -> Task<int> {
    try {
      co_await eddy::sleep(1h);
    } catch (const Cancelled&) {
    }
    throw std::runtime_error("sore loser");
  };
  const auto result = loop.run_until(eddy::when_any(fails_when_stopped(), later(1s, 1)));
  EXPECT_EQ(result.index(), 1U);
  log.expect(eddy::LogLevel::error, "sore loser");
}

TEST(WhenAny, AReadyTaskWins) {
  ManualLoop loop;
  const auto ready = []() -> Task<int> { co_return 1; };
  const auto result = loop.run_until(eddy::when_any(later(1h, 0), ready(), ready()));
  EXPECT_EQ(result.index(), 1U);
}

}  // namespace
