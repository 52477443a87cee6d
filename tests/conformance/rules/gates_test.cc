// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host stays responsive: at most 3 dispatches between the time one of its own timers is due and
// its call, under every kind of load. (That no dispatch is too long is looked at in every test.)
#include <eddy/conformance/gate_test.h>
#include <eddy/conformance/support/busy_descriptors.h>
#include <eddy/conformance/support/line_server.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>
#include <eddy/core/task/task_group.h>

#include <atomic>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(gates)

namespace {

Task<int> ready_at_once() { co_return 1; }

Task<void> never_really_wait(long& rounds) {
  for (;;) {
    burn_cpu(20'000);
    rounds += co_await ready_at_once();
  }
}

/// As a program may write it, with `catch (...)`. Ends by itself, for hosts that it does hold.
Task<void> try_again(long& tries) {
  while (tries < 2'000'000) {
    try {
      co_await sleep(std::chrono::hours(1));
    } catch (...) {
      ++tries;
    }
  }
}

}  // namespace

EDDY_RULE_IN(GateTest, GateTest, ReadyConnectionsDoNotHoldTheHost,
             "64 always-ready connections with 1 ms handlers leave the host's timer its time") {
  const BusyDescriptors busy(loop(), 64, 0, [] { burn_cpu(1'000'000); });
  hold_to_gate();
}

EDDY_RULE_IN(
    GateTest, GateTest, QuickHandlersDoNotHoldTheHost,
    "400 always-ready connections with handlers of 10 us leave the host's timer its time") {
  const BusyDescriptors busy(loop(), 400, 0, [] { burn_cpu(10'000); });
  hold_to_gate();
}

EDDY_RULE_IN(GateTest, GateTest, ACoroutineThatNeverReallyWaitsDoesNotHoldTheHost,
             "a task whose awaits are always ready leaves the host's timer its time") {
  long rounds = 0;
  loop().spawn(never_really_wait(rounds));
  hold_to_gate();
  EXPECT_GT(rounds, 100);
}

EDDY_RULE_IN(
    GateTest, GateTest, AStoppedTaskThatTriesAgainDoesNotHoldTheHost,
    "a task that has been stopped, and awaits again whatever was thrown, leaves the host's "
    "timer its time") {
  long tries = 0;
  TaskGroup group(loop());
  group.spawn(try_again(tries));
  run_for(std::chrono::milliseconds(2));
  EXPECT_EQ(tries, 0);
  group.request_stop();
  hold_to_gate();
  EXPECT_GT(tries, 100);
}

EDDY_RULE_IN(GateTest, GateTest, AHundredThousandPostsDoNotHoldTheHost,
             "100,000 posts at once leave the host's timer its time, and all run") {
  constexpr int kPosts = 100'000;
  int ran = 0;
  for (int i = 0; i < kPosts; ++i) {
    loop().post([&] {
      burn_cpu(2'000);
      ++ran;
    });
  }
  hold_to_gate(10);
  EXPECT_TRUE(run_until([&] { return ran == kPosts; }));
  // What is no step of its own would pass for a long one, which excuses a long dispatch.
  EXPECT_GE(gate().steps(), static_cast<std::uint64_t>(kPosts));
}

EDDY_RULE_IN(GateTest, GateTest, APostThatPostsItselfDoesNotHoldTheHost,
             "a callback that posts itself for ever leaves the host's timer its time") {
  std::function<void()> again = [&] {
    burn_cpu(5'000);
    loop().post([&again] { again(); });
  };
  again();
  hold_to_gate();
}

EDDY_RULE_IN(GateTest, GateTest, DueTimersDoNotHoldTheHost,
             "20,000 timers of the Loop that are due at once leave the host's timer its time") {
  constexpr int kTimers = 20'000;
  int ran = 0;
  for (int i = 0; i < kTimers; ++i) {
    loop().call_later(std::chrono::milliseconds(1), [&] {
      burn_cpu(10'000);
      ++ran;
    });
  }
  // Where the host's timers are the Loop's own, all fire by their deadlines.
  if (!differs(Difference::no_host)) hold_to_gate(10);
  EXPECT_TRUE(run_until([&] { return ran == kTimers; }));
  EXPECT_GE(gate().steps(), static_cast<std::uint64_t>(kTimers));
}

EDDY_RULE_IN(GateTest, GateTest, PipelinedRequestsDoNotHoldTheHost,
             "1,000 requests of 1 ms in one segment leave the host's timer its time") {
  constexpr int kRequests = 1000;
  LineServer server(loop(), [](std::string_view line) {
    burn_cpu(1'000'000);
    return std::string(line);
  });
  std::atomic<int> answered{0};
  const ClientThread client([&, port = server.port(), remote = loop().remote()] {
    LineClient connection(port);
    std::string all;
    for (int i = 0; i < kRequests; ++i) all += std::to_string(i) + "\n";
    connection.send(all);
    while (answered < kRequests && connection.read_line() == std::to_string(answered)) ++answered;
    remote.post([] {});  // a turn, after which the test looks again
  });
  ASSERT_TRUE(run_until([&] { return server.served() > 0; }));
  hold_to_gate(10);
  EXPECT_TRUE(run_until([&] { return answered == kRequests; }));
  EXPECT_GE(gate().steps(), static_cast<std::uint64_t>(kRequests));
}

}  // namespace eddy::inline v0::conformance
