// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads: the Loop belongs to its host's, and use from elsewhere is an error that names the call.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/socket_pair.h>
#include <eddy/core/base/error.h>
#include <eddy/core/net/tcp_server.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>

#include <atomic>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(threads)

namespace {

/// What a call from another thread comes to, while the host runs.
class WrongThreadTest : public ConformanceTest {
 protected:
  enum class When { in_a_turn, asleep };

  /// The text of the WrongThread that `call` throws; empty when it throws none.
  [[nodiscard]] std::string misuse(When when, const std::function<void()>& call) {
    std::string text;
    std::atomic<bool> running{false};
    std::atomic<bool> over{false};
    const WorkGuard guard = loop().hold();
    loop().post([&, when] {
      running = true;
      while (when == When::in_a_turn && !over) sleep_at_least(std::chrono::microseconds(100));
    });
    ClientThread thread([&, when, remote = loop().remote()] {
      while (!running) sleep_at_least(std::chrono::microseconds(100));
      if (when == When::asleep) sleep_at_least(std::chrono::milliseconds(5));
      try {
        call();
      } catch (const WrongThread& error) {
        text = error.what();
      }
      over = true;
      remote.post([this] { quit(); });
    });
    EXPECT_EQ(host().run(kPatience), RunEnd::quit);
    thread.join();
    return text;
  }

  void expect_misuse(const std::string& name, const std::function<void()>& call) {
    std::string text = misuse(When::in_a_turn, call);
    EXPECT_NE(text.find(name), std::string::npos)
        << name << " from another thread, while a turn runs: \"" << text << '"';
    if (differs(Difference::sleeping_threads)) return;
    text = misuse(When::asleep, call);
    EXPECT_NE(text.find(name), std::string::npos)
        << name << " from another thread, while the host sleeps: \"" << text << '"';
  }

  /// The like for what may not throw. The sink is called on the Loop's thread all the same.
  void expect_log(const std::string& name, const std::function<void()>& call) {
    std::string text;
    std::thread::id wrong;
    std::thread::id told;
    loop().set_log_sink([&](const LogRecord& record) {
      if (record.level != LogLevel::error) return;
      text = record.message;
      told = std::this_thread::get_id();
    });
    EXPECT_EQ(misuse(When::in_a_turn,
                     [&] {
                       wrong = std::this_thread::get_id();
                       call();
                     }),
              "");
    EXPECT_NE(told, wrong);
    EXPECT_NE(text.find(name), std::string::npos)
        << name << " from another thread, while a turn runs: \"" << text << '"';
    loop().set_log_sink(nullptr);
  }
};

Task<void> nothing() { co_return; }

}  // namespace

EDDY_RULE_IN(WrongThreadTest, ThreadTest, WatchingFromElsewhereIsAnError,
             "watch() on another thread throws a WrongThread that names it, in every build") {
  const SocketPair pair;
  expect_misuse("watch", [&] { (void)loop().watch(pair.near(), Io::read, [](Io /*events*/) {}); });
  EXPECT_EQ(loop().stats().watches, 0U);
}

EDDY_RULE_IN(WrongThreadTest, ThreadTest, ListeningFromElsewhereIsAnError,
             "listen() on another thread throws a WrongThread that names it, in every build") {
  TcpServer server(loop(), [](const std::unique_ptr<Stream>& /*stream*/) {});
  expect_misuse("listen", [&] { server.listen("127.0.0.1", 0); });
  EXPECT_EQ(server.port(), 0);
}

EDDY_RULE_IN(WrongThreadTest, ThreadTest, RunningFromElsewhereIsAnError,
             "run() and run_until() on another thread throw a WrongThread that names them") {
  expect_misuse("run", [&] { (void)loop().run(); });
  expect_misuse("run_until", [&] { loop().run_until(nothing()); });
}

#ifndef NDEBUG
EDDY_RULE_IN(
    WrongThreadTest, ThreadTest, TimersFromElsewhereAreAnErrorInDebugBuilds,
    "call_later, call_at and spawn on another thread throw a WrongThread that names them") {
  expect_misuse("call_later", [&] { loop().call_later(Duration::zero(), [] {}); });
  expect_misuse("call_at", [&] { loop().call_at(TimePoint(), [] {}); });
  expect_misuse("spawn", [&] { loop().spawn(nothing()); });
}

EDDY_RULE_IN(
    WrongThreadTest, ThreadTest, SettingFromElsewhereIsAnErrorInDebugBuilds,
    "hold, set_log_sink, set_exception_handler and FdWatch::set_interest on another thread "
    "throw a WrongThread that names them") {
  const SocketPair pair;
  FdWatch watch = loop().watch(pair.near(), Io::read, [](Io /*events*/) {});
  expect_misuse("hold", [&] { (void)loop().hold(); });
  expect_misuse("set_log_sink", [&] { loop().set_log_sink(nullptr); });
  expect_misuse("set_exception_handler", [&] { loop().set_exception_handler(nullptr); });
  expect_misuse("set_interest", [&] { watch.set_interest(Io::none); });
}

EDDY_RULE_IN(WrongThreadTest, ThreadTest, WhatMayNotThrowIsLoggedInDebugBuilds,
             "remove_timeout, set_budget and keep_alive on another thread do nothing but log an "
             "error that names them") {
  bool ran = false;
  const TimeoutHandle timeout =
      loop().call_later(std::chrono::milliseconds(1), [&] { ran = true; });
  const Budget before = loop().budget();
  expect_log("remove_timeout", [&] { loop().remove_timeout(timeout); });
  expect_log("set_budget", [&] { loop().set_budget({.max_steps = 1}); });
  expect_log("keep_alive", [&] { loop().keep_alive(false); });
  EXPECT_EQ(loop().budget().max_steps, before.max_steps);
  EXPECT_TRUE(run_until([&] { return ran; }));
}
#endif

EDDY_RULE_IN(
    WrongThreadTest, ThreadTest, StoppingFromElsewhereIsLogged,
    "stop() on another thread does nothing but log an error that names it, in every build") {
  expect_log("stop", [&] { loop().stop(); });
}

EDDY_RULE_IN(WrongThreadTest, ThreadTest, ARemoteMayBeUsedAnywhere,
             "what remote() gives, and post(), are no misuse on any thread") {
  std::atomic<int> ran{0};
  EXPECT_EQ(misuse(When::asleep,
                   [&] {
                     loop().post([&] { ++ran; });
                     const Remote remote = loop().remote();
                     const Remote copy = remote;
                     EXPECT_TRUE(copy.post([&] { ++ran; }));
                   }),
            "");
  EXPECT_TRUE(run_until([&] { return ran == 2; }));
}

EDDY_RULE(ThreadTest, BeforeTheHostRunsTheLoopMayBeSetUp,
          "main() sets everything up before the host runs, between its runs and after them") {
  const SocketPair pair;
  for (int i = 0; i < 3; ++i) {
    bool ran = false;
    const FdWatch watch = loop().watch(pair.near(), Io::read, [](Io /*events*/) {});
    TcpServer server(loop(), [](const std::unique_ptr<Stream>& /*stream*/) {});
    server.listen("127.0.0.1", 0);
    loop().spawn(nothing());
    loop().call_later(Duration::zero(), [&] { ran = true; });
    ASSERT_TRUE(run_until([&] { return ran; }));
  }
}

EDDY_RULE(ThreadTest, EverythingRunsWhereTheHostAllowsIt,
          "timers, posts, tasks and watches run where the Loop may be used") {
  const SocketPair pair;
  pair.fill(1);
  int ran = 0;
  const auto use = [&] {
    // Throws where this is not the Loop's thread.
    const FdWatch watch = loop().watch(pair.far(), Io::read, [](Io /*events*/) {});
    ++ran;
  };
  loop().post(use);
  loop().call_later(std::chrono::milliseconds(1), use);
  loop().spawn([](std::function<void()> call) -> Task<void> {
    co_await yield();
    call();
  }(use));
  FdWatch watch;
  watch = loop().watch(pair.near(), Io::read, [&](Io /*events*/) {
    (void)pair.take();
    use();
  });
  host().call_after(std::chrono::milliseconds(1), [&] {
    use();
    loop().post([] {});  // a turn, after which the test looks again
  });
  EXPECT_TRUE(run_until([&] { return ran == 5; }));
}

}  // namespace eddy::inline v0::conformance
