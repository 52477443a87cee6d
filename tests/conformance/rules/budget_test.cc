// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The budget: every kind of ready work gets its turn, alone and under load, and a turn ends.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/busy_descriptors.h>
#include <eddy/conformance/support/line_server.h>
#include <eddy/conformance/support/socket_pair.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>

#include <algorithm>
#include <atomic>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(budget)

namespace {

constexpr int kItems = 1000;
constexpr Budget kOneStep{Duration::zero(), 1};

Task<void> count_one(int& count) {
  ++count;
  co_return;
}

Task<void> yield_and_count(int& count, int times) {
  for (int i = 0; i < times; ++i) {
    co_await yield();
    ++count;
  }
}

}  // namespace

EDDY_RULE(BudgetTest, TimersAloneAllRunOneStepATurn,
          "1,000 due timers, a budget of one step and nothing else going on: all run") {
  set_budget(kOneStep);
  int ran = 0;
  for (int i = 0; i < kItems; ++i) loop().call_later(Duration::zero(), [&] { ++ran; });
  EXPECT_TRUE(run_until([&] { return ran == kItems; }));
}

EDDY_RULE(BudgetTest, PostsAloneAllRunOneStepATurn,
          "1,000 posts, a budget of one step and nothing else going on: all run") {
  set_budget(kOneStep);
  int ran = 0;
  for (int i = 0; i < kItems; ++i) loop().post([&] { ++ran; });
  EXPECT_TRUE(run_until([&] { return ran == kItems; }));
}

EDDY_RULE(BudgetTest, ReadyTasksAloneAllRunOneStepATurn,
          "1,000 tasks, a budget of one step and nothing else going on: all run") {
  set_budget(kOneStep);
  int ran = 0;
  for (int i = 0; i < kItems; ++i) loop().spawn(count_one(ran));
  EXPECT_TRUE(run_until([&] { return ran == kItems; }));
}

EDDY_RULE(BudgetTest, YieldsAloneAllRunOneStepATurn,
          "1,000 yields of ten tasks, a budget of one step and nothing else going on: all run") {
  set_budget(kOneStep);
  int ran = 0;
  for (int i = 0; i < 10; ++i) loop().spawn(yield_and_count(ran, kItems / 10));
  EXPECT_TRUE(run_until([&] { return ran == kItems; }));
}

EDDY_RULE(BudgetTest, DescriptorEventsAloneAllRunOneStepATurn,
          "1,000 descriptor events, a budget of one step and nothing else going on: all run") {
  set_budget(kOneStep);
  BusyDescriptors busy(loop(), 100, kItems / 100, [] {});
  EXPECT_TRUE(run_until([&] { return busy.calls() == kItems; }));
}

EDDY_RULE(
    BudgetTest, BufferedRequestsAloneAllRunOneStepATurn,
    "1,000 requests in one segment, a budget of one step and nothing else: all are answered") {
  set_budget(kOneStep);
  LineServer server(loop(), [](std::string_view line) { return std::string(line); });
  std::atomic<int> answered{0};
  ClientThread client([&, remote = loop().remote(), port = server.port()] {
    LineClient connection(port);
    std::string all;
    for (int i = 0; i < kItems; ++i) all += std::to_string(i) + "\n";
    connection.send(all);
    for (int i = 0; i < kItems && connection.read_line() == std::to_string(i); ++i) ++answered;
    remote.post([this] { quit(); });
  });
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  client.join();
  EXPECT_EQ(answered, kItems);
}

EDDY_RULE(BudgetTest, WorkThatAppearsInTheLastStepIsNotForgotten,
          "each kind of work, made by the last step before the host would sleep, runs") {
  set_budget(kOneStep);
  // A chain through all kinds, twenty times round, with nothing else to wake the host.
  const SocketPair pair;
  int rounds = 0;
  std::function<void()> start;
  const FdWatch watch = loop().watch(pair.near(), Io::read, [&](Io /*events*/) {
    (void)pair.take();
    if (++rounds < 20) start();
  });
  start = [&] {
    loop().post([&] {
      loop().call_later(Duration::zero(), [&] {
        loop().spawn([](SocketPair const& sockets) -> Task<void> {
          co_await yield();
          sockets.fill(1);
        }(pair));
      });
    });
  };
  start();
  EXPECT_TRUE(run_until([&] { return rounds == 20; }));
}

EDDY_RULE(BudgetTest, ATimerIsAtMostSixStepsLateUnderLoad,
          "under 64 always-ready connections with 1 ms handlers a Loop timer is at most 6 steps "
          "late") {
  const BusyDescriptors busy(loop(), 64, 0, [] { burn_cpu(1'000'000); });
  long worst = 0;
  int fired = 0;
  std::function<void()> again = [&] {
    const TimePoint due = loop().now() + std::chrono::milliseconds(7);
    loop().call_at(due, [&, due] {
      worst = std::max(worst, gate().steps_since(due));
      if (++fired < 30) again();
    });
  };
  again();
  ASSERT_TRUE(run_until([&] { return fired == 30; }));
  EXPECT_LE(worst, 6);
}

EDDY_RULE(BudgetTest, APostIsAtMostSixStepsLateUnderLoad,
          "under 64 always-ready connections with 1 ms handlers a post is at most 6 steps late") {
  const BusyDescriptors busy(loop(), 64, 0, [] { burn_cpu(1'000'000); });
  std::atomic<long> worst{0};
  std::atomic<int> ran{0};
  const ClientThread poster([&, remote = loop().remote()] {
    for (int i = 0; i < 30; ++i) {
      sleep_at_least(std::chrono::milliseconds(7));
      const TimePoint posted = Clock::now();
      remote.post([&, posted] {
        worst = std::max<long>(worst, gate().steps_since(posted));
        ++ran;
      });
    }
  });
  ASSERT_TRUE(run_until([&] { return ran == 30; }));
  EXPECT_LE(worst, 6);
}

EDDY_RULE(BudgetTest, NoConnectionStarves,
          "of 64 always-ready connections the most served has at most twice the least served") {
  BusyDescriptors busy(loop(), 64, 0, [] { burn_cpu(100'000); });
  ASSERT_TRUE(run_until([&] { return busy.calls() >= 64 * 20; }));
  EXPECT_LE(busy.most(), 2 * busy.least());
}

EDDY_RULE(BudgetTest, TheBudgetMayBeChangedWhileTheLoopRuns,
          "set_budget counts from the next turn on") {
  BusyDescriptors busy(loop(), 8, 0, [] {});
  ASSERT_TRUE(run_until([&] { return busy.calls() >= 100; }));
  bool changed = false;
  loop().post([&] {
    set_budget({std::chrono::milliseconds(1), 1});
    changed = true;
  });
  ASSERT_TRUE(run_until([&] { return changed; }));
  const auto calls = busy.calls();
  const std::uint64_t turns = gate().turns();
  const std::uint64_t steps = gate().steps();
  ASSERT_TRUE(run_until([&] { return busy.calls() >= calls + 100; }));
  EXPECT_LE(gate().steps() - steps, gate().turns() - turns + 1);
}

}  // namespace eddy::inline v0::conformance
