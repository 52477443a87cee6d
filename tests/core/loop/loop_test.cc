// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Turns: order, budget, fairness, nesting, exceptions, figures.
#include <eddy/core/loop/loop.h>

#include <eddy/core/core.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using eddy::Budget;
using eddy::Io;
using eddy::Loop;
using eddy::Task;
using eddy::testing::CapturedLog;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using namespace std::chrono_literals;

/// Something that is ready again as often as it is asked to be.
struct Ready final : eddy::internal::ReadyItem {
  explicit Ready(eddy::UniqueFunction<void()> f) : function(std::move(f)) {}
  void run() override { function(); }
  eddy::UniqueFunction<void()> function;
};

TEST(Turn, APostFromAPostWaitsForTheNextTurn) {
  ManualLoop loop;
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    loop.post([&] { order.push_back(3); });
  });
  loop.post([&] { order.push_back(2); });
  loop.run_turns();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  loop.run_turns();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Turn, ABatchThatTheBudgetCutsKeepsItsBoundary) {
  ManualLoop loop;
  loop.set_budget({.slice = 1s, .max_steps = 2});
  std::vector<std::string> order;
  for (int i = 0; i < 5; ++i) {
    loop.post([&, i] {
      order.push_back("a" + std::to_string(i));
      loop.post([&, i] { order.push_back("b" + std::to_string(i)); });
    });
  }
  loop.run_until_idle();
  EXPECT_EQ(order,
            (std::vector<std::string>{"a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2", "b3", "b4"}));
}

TEST(Turn, TheSliceEndsATurnAfterTheStepThatPassedIt) {
  ManualLoop loop;
  loop.set_budget({.slice = 1ms});
  int steps = 0;
  for (int i = 0; i < 10; ++i) {
    loop.post([&] {
      ++steps;
      loop.system().move_clock(400us);
    });
  }
  loop.run_turns();
  EXPECT_EQ(steps, 3);
  loop.run_turns();
  EXPECT_EQ(steps, 6);
}

TEST(Turn, ASliceOfZeroIsOneStepATurn) {
  ManualLoop loop;
  loop.set_budget({.slice = 0s});
  int steps = 0;
  for (int i = 0; i < 10; ++i) loop.post([&] { ++steps; });
  for (int turn = 1; turn <= 10; ++turn) {
    loop.run_turns();
    EXPECT_EQ(steps, turn);
  }
}

// ---- Each kind of work alone, with a budget of one step: nothing else wakes the loop ----

constexpr int kItems = 1000;

TEST(OneStepBudget, AllPostsRun) {
  ManualLoop loop;
  loop.set_budget({.slice = 1s, .max_steps = 1});
  int ran = 0;
  for (int i = 0; i < kItems; ++i) loop.post([&] { ++ran; });
  loop.run_until_idle();
  EXPECT_EQ(ran, kItems);
}

TEST(OneStepBudget, AllTimersRun) {
  ManualLoop loop;
  loop.set_budget({.slice = 1s, .max_steps = 1});
  int ran = 0;
  for (int i = 0; i < kItems; ++i) loop.call_later(1s, [&] { ++ran; });
  loop.advance(1s);
  EXPECT_EQ(ran, kItems);
}

TEST(OneStepBudget, AllReadyItemsRun) {
  ManualLoop loop;
  loop.set_budget({.slice = 1s, .max_steps = 1});
  int ran = 0;
  std::vector<std::unique_ptr<Ready>> items;
  for (int i = 0; i < kItems; ++i) {
    items.push_back(std::make_unique<Ready>([&] { ++ran; }));
    eddy::internal::schedule(*eddy::internal::core_of(loop), *items.back());
  }
  loop.run_until_idle();
  EXPECT_EQ(ran, kItems);
}

TEST(OneStepBudget, AllEventsRun) {
  ManualLoop loop;
  loop.set_budget({.slice = 1s, .max_steps = 1});
  int ran = 0;
  std::vector<eddy::FdWatch> watches;
  std::vector<ManualPeer> peers;
  for (int i = 0; i < kItems; ++i) {
    auto [fd, peer] = loop.system().open_connection();
    peer.write("x");
    peers.push_back(peer);
    watches.push_back(loop.watch(fd, Io::read, [&loop, &ran, fd = fd](Io) {
      ++ran;
      std::array<char, 8> buffer;
      (void)loop.system().receive(fd, buffer);
    }));
  }
  loop.run_until_idle();
  EXPECT_EQ(ran, kItems);
  EXPECT_GT(loop.stats().carried, 0U);
}

TEST(OneStepBudget, AllYieldsRun) {
  ManualLoop loop;
  loop.set_budget({.slice = 1s, .max_steps = 1});
  int ran = 0;
  for (int i = 0; i < kItems; ++i) {
    loop.spawn([](int& n) -> Task<void> {
      co_await eddy::yield();
      ++n;
    }(ran));
  }
  loop.run_until_idle();
  EXPECT_EQ(ran, kItems);
}

// ---- Fairness ----

/// 64 connections that are always ready, each step of which takes a millisecond.
class Busy {
 public:
  explicit Busy(ManualLoop& loop) : counts_(64) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      auto [fd, peer] = loop.system().open_connection();
      peer.write("x");
      peers_.push_back(peer);
      watches_.push_back(loop.watch(fd, Io::read, [this, &loop, i](Io) {
        ++counts_[i];
        ++steps_;
        loop.system().move_clock(1ms);
      }));
    }
  }
  [[nodiscard]] int steps() const { return steps_; }
  [[nodiscard]] const std::vector<int>& counts() const { return counts_; }

 private:
  std::vector<int> counts_;
  int steps_ = 0;
  std::vector<ManualPeer> peers_;
  std::vector<eddy::FdWatch> watches_;
};

TEST(Fairness, ATimerAndAPostAreAtMostSixStepsLateUnderLoad) {
  ManualLoop loop;
  const Busy busy(loop);
  int worst = 0;
  for (int i = 0; i < 200; ++i) {
    loop.run_turns(static_cast<std::size_t>(i % 7));
    const int before = busy.steps();
    int timer_late = -1;
    int post_late = -1;
    loop.call_later(0s, [&] { timer_late = busy.steps() - before; });
    loop.post([&] { post_late = busy.steps() - before; });
    for (int turn = 0; turn < 20 && (timer_late < 0 || post_late < 0); ++turn) loop.run_turns();
    ASSERT_GE(timer_late, 0);
    ASSERT_GE(post_late, 0);
    worst = std::max({worst, timer_late, post_late});
  }
  EXPECT_LE(worst, 6);
}

TEST(Fairness, EveryReadyConnectionIsServedAlike) {
  ManualLoop loop;
  const Busy busy(loop);
  loop.run_turns(64 * 100);
  const auto [least, most] = std::minmax_element(busy.counts().begin(), busy.counts().end());
  EXPECT_LE(*most - *least, 2);
}

TEST(Fairness, NoKindStarvesAnother) {
  ManualLoop loop;
  loop.set_budget({.slice = 1s, .max_steps = 1});
  std::vector<int> counts(4);
  eddy::UniqueFunction<void()> post = [&] {
    ++counts[0];
    loop.post([&] { post(); });
  };
  eddy::UniqueFunction<void()> timer = [&] {
    ++counts[1];
    loop.call_later(0s, [&] { timer(); });
  };
  Ready* item = nullptr;
  Ready ready([&] {
    ++counts[2];
    eddy::internal::schedule(*eddy::internal::core_of(loop), *item);
  });
  item = &ready;
  auto [fd, peer] = loop.system().open_connection();
  peer.write("x");
  const auto watch = loop.watch(fd, Io::read, [&](Io) { ++counts[3]; });
  post();
  timer();
  ready.run();
  loop.run_turns(400);
  for (const int count : counts) EXPECT_GE(count, 90);
}

TEST(Fairness, AnItemThatIsAlwaysReadyDoesNotHoldATurnForEver) {
  ManualLoop loop;
  loop.system().set_tick(1us);
  loop.set_budget({.slice = 1ms});
  Ready* item = nullptr;
  Ready ready([&] { eddy::internal::schedule(*eddy::internal::core_of(loop), *item); });
  item = &ready;
  ready.run();
  const auto start = loop.now();
  loop.dispatch();
  EXPECT_LT(loop.now() - start, 1100us);
}

// ---- Nested turns ----

TEST(Nested, AnInnerTurnRunsTheRestAndNothingTwice) {
  ManualLoop loop;
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    loop.run_until_idle();  // a dialog that is open until everything has been done
    order.push_back(5);
  });
  loop.post([&] { order.push_back(2); });
  loop.call_later(0s, [&] { order.push_back(0); });
  loop.post([&] {
    order.push_back(3);
    loop.post([&] { order.push_back(4); });
  });
  loop.run_until_idle();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

TEST(Nested, TheRestOfABatchOfEventsIsHandledInside) {
  ManualLoop loop;
  std::vector<int> order;
  std::vector<eddy::FdWatch> watches;
  for (int i = 0; i < 4; ++i) {
    auto [fd, peer] = loop.system().open_connection();
    peer.write("x");
    watches.push_back(loop.watch(fd, Io::read, [&, i, fd = fd](Io) {
      std::array<char, 8> buffer;
      (void)loop.system().receive(fd, buffer);
      order.push_back(i);
      if (i == 0) {
        loop.run_until_idle();
        order.push_back(10);
      }
    }));
  }
  loop.run_until_idle();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 10}));
}

TEST(Nested, RunUntilWithinACallback) {
  ManualLoop loop;
  int result = 0;
  loop.post([&] {
    result = loop.run_until([]() -> Task<int> {
      co_await eddy::sleep(1h);
      co_return 7;
    }());
  });
  loop.run_until_idle();
  EXPECT_EQ(result, 7);
}

TEST(Nested, AnOuterRunUntilThatHasItsResultGoesOnAfterTheInnerOne) {
  ManualLoop loop;
  bool inner_done = false;
  const auto sleeps = [](eddy::Duration d) -> Task<void> { co_await eddy::sleep(d); };
  loop.post([&] {
    loop.run_until(sleeps(2h));
    inner_done = true;
  });
  loop.run_until(sleeps(1h));
  EXPECT_TRUE(inner_done);
}

// ---- Exceptions ----

TEST(Exceptions, OfEveryKindReachTheHandler) {
  ManualLoop loop;
  std::vector<std::string> seen;
  loop.set_exception_handler([&](const std::exception_ptr& error, const char* where) {
    seen.push_back(std::string(where) + ": " + eddy::describe(error));
  });
  loop.post([] { throw std::runtime_error("p"); });
  loop.call_later(0s, [] { throw std::runtime_error("t"); });
  auto [fd, peer] = loop.system().open_connection();
  peer.write("x");
  eddy::FdWatch watch;
  watch = loop.watch(fd, Io::read, [&](Io) {
    watch.reset();
    throw std::runtime_error("w");
  });
  loop.spawn([]() -> Task<void> {
    co_await eddy::yield();
    throw std::runtime_error("s");
  }());
  loop.run_until_idle();
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen,
            (std::vector<std::string>{"background task: s", "post: p", "timer: t", "watch: w"}));
}

TEST(Exceptions, AreLoggedByDefaultAndWhenTheHandlerThrows) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  loop.post([] { throw std::runtime_error("one"); });
  loop.post([] { throw 2; });
  loop.run_until_idle();
  log.expect(eddy::LogLevel::error, "exception in post: one");
  log.expect(eddy::LogLevel::error, "exception in post: something");
  loop.set_exception_handler([](const std::exception_ptr&, const char*) { throw 3; });
  loop.post([] { throw std::runtime_error("four"); });
  loop.run_until_idle();
  log.expect(eddy::LogLevel::error, "the exception handler has thrown");
  log.expect(eddy::LogLevel::error, "exception in post: four");
}

TEST(Exceptions, TheHandlerMayReplaceItself) {
  ManualLoop loop;
  int second = 0;
  loop.set_exception_handler([&](const std::exception_ptr&, const char*) {
    loop.set_exception_handler([&](const std::exception_ptr&, const char*) { ++second; });
  });
  loop.post([] { throw 1; });
  loop.post([] { throw 1; });
  loop.run_until_idle();
  EXPECT_EQ(second, 1);
}

TEST(Logging, ASinkThatThrowsIsFollowedByStderr) {
  ManualLoop loop;
  loop.set_log_sink([](const eddy::LogRecord&) { throw 1; });
  testing::internal::CaptureStderr();
  loop.log(eddy::LogLevel::warning, "test", "still told");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "test warning: still told\n");
}

TEST(Logging, ASinkMayReplaceItselfAndLogAgain) {
  ManualLoop loop;
  std::vector<std::string> lines;
  loop.set_log_sink([&](const eddy::LogRecord& record) {
    const std::string message(record.message);
    loop.set_log_sink([&](const eddy::LogRecord& r) { lines.emplace_back(r.message); });
    loop.log(eddy::LogLevel::info, "test", message + " again");
  });
  loop.log(eddy::LogLevel::info, "test", "first");
  EXPECT_EQ(lines, (std::vector<std::string>{"first again"}));
}

// ---- Figures ----

TEST(Stats, CountWhatHappens) {
  ManualLoop loop;
  loop.post([&] { loop.system().move_clock(3ms); });
  loop.post([] {});
  loop.call_later(0s, [] {});
  auto [fd, peer] = loop.system().open_connection();
  {
    const auto watch = loop.watch(fd, Io::read, [](Io) {});
    EXPECT_EQ(loop.stats().watches, 1U);
  }
  loop.run_until_idle();
  const eddy::LoopStats& stats = loop.stats();
  EXPECT_EQ(stats.watches, 0U);
  EXPECT_EQ(stats.posts, 2U);
  EXPECT_EQ(stats.timers, 1U);
  EXPECT_EQ(stats.steps, 3U);
  EXPECT_EQ(stats.longest_step, 3ms);
  EXPECT_STREQ(stats.longest_step_label, "post");
}

TEST(Stats, TheTimeAtTheEndOfAStepIsReadOnce) {
  ManualLoop loop;
  eddy::internal::LoopCore& core = *eddy::internal::core_of(loop);
  eddy::TimePoint end;
  loop.post([&] {
    loop.system().move_clock(3ms);
    end = eddy::internal::final_time(core);
    loop.system().move_clock(1ms);
  });
  loop.post([&] {
    EXPECT_EQ(eddy::internal::step_time(core), end);
    loop.system().move_clock(2ms);
  });
  loop.post([&] { EXPECT_EQ(eddy::internal::step_time(core), end + 3ms) << "nothing is lost"; });
  loop.run_turns();
  EXPECT_EQ(loop.stats().longest_step, 3ms);
}

TEST(Stats, ATurnWithinAStepIsNotBehindItsEnd) {
  ManualLoop loop;
  eddy::internal::LoopCore& core = *eddy::internal::core_of(loop);
  loop.post([&] {
    loop.system().move_clock(1ms);
    (void)eddy::internal::final_time(core);
    loop.post([&] { loop.system().move_clock(5ms); });
    loop.dispatch();
  });
  loop.post([] {});
  loop.run_turns();
  EXPECT_EQ(loop.stats().longest_step, 6ms);
  EXPECT_EQ(loop.stats().steps, 3U);
}

TEST(Stats, AProbeSeesTurnsAndSteps) {
  struct Probe final : eddy::TurnProbe {
    void turn_begins() noexcept override { log += "("; }
    void step_ended(const char* label) noexcept override { log += label[0]; }
    void turn_ended() noexcept override { log += ")"; }
    std::string log;
  };
  ManualLoop loop;
  Probe probe;
  loop.set_turn_probe(&probe);
  loop.post([&] { loop.post([] {}); });
  loop.call_later(0s, [] {});
  loop.run_until_idle();
  EXPECT_EQ(probe.log, "(tp)(p)");
  loop.set_turn_probe(nullptr);
  loop.run_turns();
  EXPECT_EQ(probe.log, "(tp)(p)");
}

// ---- Running ----

TEST(Run, ReturnsWhenNothingIsLeftThatCouldCallBack) {
  ManualLoop loop;
  int fired = 0;
  loop.call_later(1h, [&] { ++fired; });
  loop.post([&] { ++fired; });
  EXPECT_FALSE(loop.run());
  EXPECT_EQ(fired, 2);
  EXPECT_FALSE(loop.run());
}

TEST(Run, StopEndsTheInnermostOnly) {
  ManualLoop loop;
  const auto guard = loop.hold();
  std::vector<int> order;
  loop.post([&] {
    loop.post([&] { loop.stop(); });
    EXPECT_FALSE(loop.run());
    order.push_back(1);
    loop.post([&] { loop.stop(); });
  });
  EXPECT_FALSE(loop.run());
  order.push_back(2);
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  loop.stop();  // nothing runs
}

TEST(Run, RunUntilThrowsWhatTheTaskThrowsAndStoppedAfterStop) {
  ManualLoop loop;
  EXPECT_THROW(loop.run_until([]() -> Task<void> {
    co_await eddy::yield();
    throw std::runtime_error("task");
  }()),
               std::runtime_error);
  loop.post([&] { loop.stop(); });
  bool destroyed = false;
  struct Guard {
    bool* destroyed;
    ~Guard() { *destroyed = true; }
  };
  try {
    loop.run_until([](bool& flag) -> Task<void> {
      const Guard guard{&flag};
      co_await eddy::sleep(1h);
    }(destroyed));
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), eddy::Errc::stopped);
  }
  EXPECT_TRUE(destroyed);
}

TEST(Run, AWaitThatNothingCanEndIsAnErrorOfTheManualLoop) {
  ManualLoop loop;
  loop.poller().set_patience(1ms);
  auto [fd, peer] = loop.system().open_connection();
  auto stream =
      eddy::internal::make_socket_stream(eddy::internal::core_of(loop), fd, eddy::Address());
  std::array<char, 4> buffer;
  EXPECT_THROW(loop.run_until([](eddy::Stream& s, std::span<char> b) -> Task<void> {
    (void)co_await s.read_some(b);
  }(*stream, buffer)),
               std::system_error);
}

TEST(EmbeddedLoop, IsPolledThroughOneDescriptorAndRefusesToRun) {
  eddy::EmbeddedLoop loop;
  EXPECT_GE(loop.fd(), 0);
  EXPECT_EQ(loop.next_deadline(), eddy::kNever);
  {
    const auto guard = loop.hold();
    EXPECT_EQ(loop.run(), eddy::Errc::not_pumpable);
  }
  bool ran = false;
  loop.post([&] { ran = true; });
  const auto next = loop.next_deadline();
  EXPECT_LE(next, eddy::Clock::now());
  loop.dispatch();
  EXPECT_TRUE(ran);
}

}  // namespace
