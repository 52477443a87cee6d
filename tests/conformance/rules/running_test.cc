// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Eddy's own run functions, and what keeps the host's from returning.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/line_server.h>
#include <eddy/core/base/error.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>
#include <eddy/core/task/task_group.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(running)

namespace {

Task<int> answer_after(Duration delay, int answer) {
  co_await sleep(delay);
  co_return answer;
}

Task<void> fail_after(Duration delay) {
  co_await sleep(delay);
  throw std::runtime_error("as it should");
}

Task<void> answer_never() { co_await sleep(std::chrono::hours(1)); }

std::string echo(std::string_view line) { return std::string(line); }

constexpr Duration kSoon = std::chrono::milliseconds(2);

}  // namespace

EDDY_RULE(
    RunningTest, RunUntilGivesTheTasksResult,
    "run_until runs the host until the task has ended, and gives what it gave or threw; where "
    "the host can't be run from here that is an error at once") {
  if (differs(Difference::pumping)) {
    const TimePoint start = Clock::now();
    EXPECT_THROW(loop().run_until(answer_after(std::chrono::seconds(5), 1)), std::system_error);
    EXPECT_TRUE(static_cast<bool>(loop().run()));
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(1));
    // The refusal has broken nothing.
    bool ran = false;
    loop().call_later(kSoon, [&] { ran = true; });
    EXPECT_TRUE(run_until([&] { return ran; }));
    return;
  }
  EXPECT_EQ(loop().run_until(answer_after(kSoon, 42)), 42);
  EXPECT_THROW(loop().run_until(fail_after(kSoon)), std::runtime_error);
  EXPECT_EQ(loop().run_until(answer_after(Duration::zero(), 43)), 43);
}

EDDY_RULE(RunningTest, RunUntilWorksInsideACallback,
          "run_until may be called inside a callback, or is an error at once") {
  const bool refused = differs(Difference::pumping) || differs(Difference::nesting);
  // Whether a handler that holds the strand of several threads can be served is a matter of luck.
  const bool either = differs(Difference::strand_on_threads);
  int answer = 0;
  bool threw = false;
  bool done = false;
  loop().post([&] {
    try {
      answer = loop().run_until(answer_after(kSoon, 42));
    } catch (const std::system_error&) {
      threw = true;
    }
    done = true;
  });
  ASSERT_TRUE(run_until([&] { return done; }));
  EXPECT_EQ(answer, threw ? 0 : 42);
  if (!either) {
    EXPECT_EQ(threw, refused);
  }
  bool ran = false;
  loop().call_later(kSoon, [&] { ran = true; });
  EXPECT_TRUE(run_until([&] { return ran; }));
}

EDDY_RULE(RunningTest, StopEndsTheInnermostRunAndNeverTheHost,
          "stop() ends run_until with an error, and does nothing when only the host runs") {
  bool ran = false;
  loop().post([&] {
    loop().stop();  // nothing of Eddy's runs, unless this host is Eddy's own
    loop().call_later(kSoon, [&] { ran = true; });
  });
  if (!differs(Difference::no_host)) {
    EXPECT_TRUE(run_until([&] { return ran; }));
  }
  if (differs(Difference::pumping)) return;
  loop().call_later(kSoon, [this] { loop().stop(); });
  try {
    loop().run_until(answer_after(std::chrono::hours(1), 1));
    ADD_FAILURE() << "run_until has returned";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), make_error_code(Errc::stopped));
  }
  loop().call_later(kSoon, [this] { loop().stop(); });
  const WorkGuard guard = loop().hold();
  EXPECT_FALSE(loop().run());
}

namespace {

/// Runs the host's own run function without holding the Loop.
class KeepAliveTest : public ConformanceTest {
 protected:
  /// Time for a run that should not be waited for.
  static constexpr Duration kAWhile = std::chrono::milliseconds(100);

  void expect_end() { EXPECT_EQ(host().run(kPatience), RunEnd::ended) << "something keeps it"; }
  void expect_kept() {
    EXPECT_EQ(host().run(kAWhile), RunEnd::limit) << "the host's run function has returned";
  }
};

}  // namespace

EDDY_RULE_IN(KeepAliveTest, RunningTest, NothingToDoEndsTheHostsRun,
             "a Loop without listener, connection, task or guard does not keep its host") {
  if (differs(Difference::keeping_alive)) return expect_kept();
  expect_end();
}

EDDY_RULE_IN(KeepAliveTest, RunningTest, AGuardKeepsTheHost,
             "a held guard keeps the host's run function; without it, it returns") {
  if (differs(Difference::keeping_alive)) return expect_kept();
  WorkGuard guard = loop().hold();
  expect_kept();
  loop().call_later(kSoon, [&] { guard.reset(); });
  expect_end();
}

EDDY_RULE_IN(KeepAliveTest, RunningTest, AListenerKeepsTheHost,
             "a listener keeps the host's run function, which returns within a turn of its stop") {
  if (differs(Difference::keeping_alive)) return expect_kept();
  LineServer server(loop(), echo);
  expect_kept();
  std::uint64_t turns = 0;
  loop().call_later(kSoon, [&] {
    server.stop_listening();
    turns = gate().turns();
  });
  expect_end();
  EXPECT_LE(gate().turns(), turns + 1);
}

EDDY_RULE_IN(
    KeepAliveTest, RunningTest, TheHostReturnsWithinATurnOfTheLastStop,
    "the host's run function returns within a turn of the last stop, whatever stops last: a "
    "listener, a connection, a task or a guard") {
  if (differs(Difference::keeping_alive)) return expect_kept();
  constexpr int kKinds = 4;
  for (int last = 0; last < kKinds; ++last) {
    auto server = std::make_unique<LineServer>(loop(), echo);
    auto with_connection = std::make_unique<LineServer>(loop(), echo);
    const LineClient client(with_connection->port());
    ASSERT_TRUE(run_until([&] { return with_connection->connections() == 1; }));
    with_connection->stop_listening();
    WorkGuard guard = loop().hold();
    auto task = std::make_unique<TaskGroup>(loop());
    task->spawn(answer_never());
    const std::function<void()> stops[kKinds] = {[&] { server.reset(); },
                                                 [&] { with_connection.reset(); },
                                                 [&] { task.reset(); }, [&] { guard.reset(); }};
    std::uint64_t turns = 0;
    // By posts from elsewhere: a timer of the Loop would keep the built-in run() by itself.
    ClientThread stopper([&, remote = loop().remote()] {
      sleep_at_least(kSoon);
      remote.post([&] {
        for (int kind = 0; kind < kKinds; ++kind) {
          if (kind != last) stops[kind]();
        }
      });
      sleep_at_least(10 * kSoon);
      remote.post([&] {
        stops[last]();
        turns = gate().turns();
      });
    });
    expect_end();
    stopper.join();
    ASSERT_GT(turns, 0U) << "kind " << last << " does not keep the host";
    EXPECT_LE(gate().turns(), turns + 1) << "kind " << last;
  }
}

EDDY_RULE_IN(KeepAliveTest, RunningTest, AConnectionKeepsTheHost,
             "a connection keeps the host's run function after its listener has gone") {
  if (differs(Difference::keeping_alive)) return expect_kept();
  LineServer server(loop(), echo);
  std::optional<LineClient> client(server.port());
  ASSERT_TRUE(run_until([&] { return server.connections() == 1; }));
  server.stop_listening();
  expect_kept();
  client.reset();
  expect_end();
  EXPECT_EQ(server.connections(), 0U);
}

EDDY_RULE_IN(KeepAliveTest, RunningTest, ATaskKeepsTheHost,
             "a background task keeps the host's run function until it has ended") {
  if (differs(Difference::keeping_alive)) return expect_kept();
  bool ended = false;
  loop().spawn([](bool& flag) -> Task<void> {
    co_await sleep(std::chrono::milliseconds(20));
    flag = true;
  }(ended));
  expect_end();
  EXPECT_TRUE(ended);
}

EDDY_RULE_IN(KeepAliveTest, RunningTest, ALoopThatDoesNotCountNeverKeepsTheHost,
             "after keep_alive(false) a listener does not keep the host's run function") {
  if (differs(Difference::keeping_alive)) return expect_kept();
  const LineServer server(loop(), echo);
  loop().keep_alive(false);
  // The built-in run() goes on while anything could call back.
  if (differs(Difference::no_host)) return expect_kept();
  expect_end();
  loop().keep_alive(true);
  expect_kept();
}

EDDY_RULE_IN(KeepAliveTest, RunningTest, APostAfterTheEndRunsAtTheNextRun,
             "a post to a Loop whose host has returned runs when the host runs again") {
  if (!differs(Difference::keeping_alive)) {
    LineServer server(loop(), echo);
    loop().call_later(kSoon, [&] { server.stop_listening(); });
    expect_end();
  }
  for (int i = 0; i < 3; ++i) {
    bool ran = false;
    loop().post([&] { ran = true; });
    ClientThread([&, remote = loop().remote()] { remote.post([] {}); }).join();
    host().run(kAWhile);
    EXPECT_TRUE(ran);
  }
}

}  // namespace eddy::inline v0::conformance
