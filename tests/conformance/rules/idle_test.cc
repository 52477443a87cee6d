// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who has nothing to do costs nothing.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/held_connections.h>
#include <eddy/conformance/support/line_server.h>
#include <eddy/web/web.h>

#include <atomic>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(idle)

namespace {

class IdleTest : public ConformanceTest {
 protected:
  static constexpr int kConnections = 500;

  [[nodiscard]] bool interrupted() const override { return false; }

  /// Runs the host until all of them are open.
  void wait_for(HeldConnections& held) {
    std::atomic<bool> open{false};
    ClientThread client([&, remote = loop().remote()] {
      open = held.wait_until_open();
      remote.post([this] { quit(); });
    });
    EXPECT_EQ(run(kPatience), RunEnd::quit);
    client.join();
    ASSERT_TRUE(open) << kConnections << " connections could not be opened";
  }

  /// Runs the host while another thread counts, over `time`, how often its threads go to sleep
  /// again.
  void expect_no_wakeups(Duration time) {
    std::map<int, long> before;
    std::map<int, long> after;
    ClientThread watcher([&, remote = loop().remote()] {
      sleep_at_least(std::chrono::milliseconds(300));
      before = sleeps_of_other_threads();
      sleep_at_least(time);
      after = sleeps_of_other_threads();
      remote.post([this] { quit(); });
    });
    EXPECT_EQ(run(kPatience), RunEnd::quit);
    watcher.join();
    EXPECT_FALSE(before.empty());
    EXPECT_EQ(before, after) << "a thread of this program has woken up";
  }
};

}  // namespace

EDDY_RULE_IN(
    IdleTest, IdleTest, FiveHundredIdleHttpConnectionsCauseNoWakeup,
    "an HTTP server with 500 connections that have been served and idle wakes up 0 times in "
    "5 seconds") {
  web::Application app;
  app.get("/", [] { return "hello"; });
  const web::Server& server = app.listen(loop(), "127.0.0.1", 0);
  const TimeoutHandle far = loop().call_later(std::chrono::hours(1), [] {});
  HeldConnections held(server.port(), kConnections, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_for(held);
  ASSERT_EQ(server.stats().connections, std::size_t{kConnections});
  const std::uint64_t turns = loop().stats().turns;
  expect_no_wakeups(std::chrono::seconds(5));
  EXPECT_LE(loop().stats().turns - turns, 3U) << "the first, and those of the post that ended it";
  loop().remove_timeout(far);
}

EDDY_RULE_IN(IdleTest, IdleTest, FiveHundredIdleStreamsCauseNoWakeup,
             "a TcpServer with 500 connections, a coroutine waiting for each, does not wake up") {
  LineServer server(loop(), [](std::string_view line) { return std::string(line); });
  HeldConnections held(server.port(), kConnections, "hello\n");
  wait_for(held);
  ASSERT_EQ(server.connections(), std::size_t{kConnections});
  const std::uint64_t turns = loop().stats().turns;
  expect_no_wakeups(std::chrono::seconds(1));
  EXPECT_LE(loop().stats().turns - turns, 3U) << "the first, and those of the post that ended it";
}

EDDY_RULE_IN(IdleTest, IdleTest, WhoHasBeenBusyGoesBackToSleep,
             "after a burst of posts, timers, tasks and requests the Loop does not wake up") {
  LineServer server(loop(), [](std::string_view line) { return std::string(line); });
  int ran = 0;
  for (int i = 0; i < 100; ++i) {
    loop().post([&] { ++ran; });
    loop().call_later(std::chrono::microseconds(i * 10), [&] { ++ran; });
    loop().remove_timeout(loop().call_later(std::chrono::milliseconds(i), [] {}));
  }
  std::atomic<bool> asked{false};
  const ClientThread client([&, port = server.port()] {
    LineClient connection(port);
    asked = connection.ask("hi") == "hi";
  });
  ASSERT_TRUE(run_until([&] { return ran == 200 && asked && server.connections() == 0; }));
  expect_no_wakeups(std::chrono::milliseconds(500));
}

}  // namespace eddy::inline v0::conformance
