// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A handler may run the host's loop: a modal dialog, g_main_context_iteration, ev_run. An inner
// dispatch is a turn like any other.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/line_server.h>
#include <eddy/conformance/support/socket_pair.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>

#include <algorithm>
#include <atomic>
#include <optional>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(nesting)

EDDY_RULE(NestingTest, TheOthersAreServedWhileAHandlerRunsTheHost,
          "while a handler runs the host's loop, 50 other connections are served, timers and posts "
          "run, and the waiting connection's next request waits") {
  constexpr int kClients = 50;
  constexpr int kLines = 10;
  const bool refuses = differs(Difference::nesting);
  const bool holds_the_strand = differs(Difference::strand_on_threads);
  std::atomic<int> served_inside{0};
  bool inside = false;
  bool next_ran_inside = false;
  bool timer_inside = false;
  bool post_inside = false;
  RunEnd nested_end = RunEnd::ended;

  std::optional<LineServer> server;
  server.emplace(loop(), [&](std::string_view line) -> std::string {
    if (line == "after") {
      next_ran_inside = inside;
      return "after";
    }
    if (line != "nest") {
      if (inside) ++served_inside;
      return std::string(line);
    }
    inside = true;
    loop().post([&] { post_inside = inside; });
    loop().call_later(std::chrono::milliseconds(1), [&] { timer_inside = inside; });
    if (refuses || holds_the_strand) {
      nested_end = host().run(std::chrono::milliseconds(50));
    } else {
      const bool all = run_until(
          [&] { return served_inside >= kClients * kLines && timer_inside && post_inside; });
      nested_end = all ? RunEnd::quit : RunEnd::limit;
    }
    inside = false;
    return "nested";
  });

  std::atomic<int> answered{0};
  std::atomic<int> left{kClients + 1};
  const Remote remote = loop().remote();
  const auto done = [&, remote] {
    if (--left == 0) remote.post([this] { quit(); });
  };
  std::atomic<bool> nested_reply{false};
  std::vector<ClientThread> clients;
  clients.emplace_back([&, port = server->port()] {
    LineClient connection(port);
    connection.send("nest\nafter\n");
    nested_reply = connection.read_line() == "nested" && connection.read_line() == "after";
    done();
  });
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back([&, port = server->port()] {
      std::vector<LineClient> connections;
      for (int c = 0; c < kClients / 5; ++c) connections.emplace_back(port);
      for (LineClient& connection : connections) {
        // Some of these come before the handler that nests; it waits for so many of its own.
        for (int line = 0; line < 2 * kLines; ++line) {
          answered += connection.ask(std::to_string(line)) == std::to_string(line) ? 1 : 0;
          if (line < kLines) sleep_at_least(std::chrono::microseconds(200));
        }
        done();
      }
    });
  }
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  clients.clear();

  EXPECT_EQ(answered, kClients * 2 * kLines) << "everything is served, at the latest afterwards";
  EXPECT_TRUE(nested_reply) << "the replies of the connection that waited, in their order";
  EXPECT_FALSE(next_ran_inside) << "a connection whose handler waits starts no next request";
  EXPECT_EQ(server->most_reentered(), 1);
  if (refuses) {
    EXPECT_EQ(nested_end, RunEnd::refused);
  } else if (holds_the_strand) {
    // The thread that holds the strand may serve some itself; nobody else does.
    EXPECT_EQ(nested_end, RunEnd::limit);
  } else {
    EXPECT_EQ(nested_end, RunEnd::quit);
    EXPECT_GE(served_inside, kClients * kLines);
    EXPECT_TRUE(timer_inside);
    EXPECT_TRUE(post_inside);
  }
}

namespace {

/// A host that refuses to be nested, or whose Loop is held by who blocks in its strand, serves what
/// a callback waits for when that has returned: nothing is lost, stuck or served twice.
class NestedTest : public ConformanceTest {
 protected:
  /// First of all.
  void find_out() {
    refuses_ = differs(Difference::nesting);
    nests_ = !refuses_ && !differs(Difference::strand_on_threads);
  }
  [[nodiscard]] bool nests() const { return nests_; }

  /// In a callback: runs the host until `done`, where that can be.
  void wait_inside(const std::function<bool()>& done) {
    if (nests_) {
      EXPECT_TRUE(run_until(done));
    } else {
      const RunEnd end = host().run(std::chrono::milliseconds(10));
      EXPECT_EQ(end == RunEnd::refused, refuses_);
    }
  }

 private:
  bool refuses_ = false;
  bool nests_ = false;
};

}  // namespace

EDDY_RULE_IN(NestedTest, NestingTest, EveryKindOfCallbackMayRunTheHost,
             "a timer, a post, a task and a descriptor's callback may each run the host's loop") {
  find_out();
  int nested = 0;
  int served = 0;
  const auto nest = [&] {
    const int before = served;
    loop().call_later(std::chrono::milliseconds(1), [&] { ++served; });
    loop().post([&] { ++served; });
    wait_inside([&, before] { return served == before + 2; });
    ++nested;
  };
  const auto nested_and_served = [&](int times) {
    return run_until([&, times] { return nested == times && served == 2 * times; });
  };
  loop().post(nest);
  ASSERT_TRUE(nested_and_served(1));
  loop().call_later(Duration::zero(), nest);
  ASSERT_TRUE(nested_and_served(2));
  loop().spawn([](std::function<void()> call) -> Task<void> {
    co_await yield();
    call();
  }(nest));
  ASSERT_TRUE(nested_and_served(3));
  const SocketPair pair;
  pair.fill(1);
  FdWatch watch;
  watch = loop().watch(pair.near(), Io::read, [&](Io /*events*/) {
    if (pair.take()) nest();
  });
  ASSERT_TRUE(nested_and_served(4));
  host().call_after(Duration::zero(), [&] {
    nest();
    loop().post([] {});  // a turn, after which the test looks again
  });
  ASSERT_TRUE(nested_and_served(5));
}

EDDY_RULE_IN(NestedTest, NestingTest, DepthThreeWorks,
             "a handler in a nested loop may nest again, and each level ends by itself") {
  find_out();
  std::size_t deepest = 0;
  int levels = 0;
  std::function<void(int)> nest = [&](int depth) {
    deepest = std::max(deepest, gate().depth());
    ++levels;
    if (depth == 3) return;
    const auto back = std::make_shared<bool>(false);
    loop().call_later(std::chrono::milliseconds(1), [&, depth, back] {
      nest(depth + 1);
      *back = true;
    });
    wait_inside([back] { return *back; });
  };
  loop().post([&] { nest(0); });
  EXPECT_TRUE(run_until([&] { return levels == 4; }));
  EXPECT_EQ(levels, 4);
  if (nests()) {
    EXPECT_EQ(deepest, 4U);
  }
}

EDDY_RULE_IN(NestedTest, NestingTest, NothingIsDispatchedTwice,
             "events that an outer turn has collected are handled once, by whichever turn comes") {
  find_out();
  constexpr std::size_t kPairs = 50;
  std::vector<SocketPair> pairs(kPairs);
  std::vector<FdWatch> watches;
  std::vector<int> spurious(kPairs);
  std::size_t taken = 0;
  for (std::size_t i = 0; i < kPairs; ++i) {
    pairs[i].fill(1);
    watches.push_back(loop().watch(pairs[i].near(), Io::read, [&, i](Io /*events*/) {
      if (!pairs[i].take()) return static_cast<void>(++spurious[i]);
      ++taken;
      // The first one handles the others from within.
      if (taken == 1) wait_inside([&] { return taken == kPairs; });
    }));
  }
  EXPECT_TRUE(run_until([&] { return taken == kPairs; }));
  run_for(std::chrono::milliseconds(5));
  EXPECT_EQ(spurious, std::vector<int>(kPairs));
}

EDDY_RULE_IN(NestedTest, NestingTest, ALoopHeldOpenForTenThousandConnectionsKeepsMemoryFlat,
             "a nested loop that is held open while 10,000 connections come and go does not grow") {
  find_out();
  constexpr std::size_t kWarmUp = 1000;
  constexpr std::size_t kConnections = 10'000;
  std::size_t bytes_before = 0;
  std::size_t bytes_after = 0;
  std::size_t descriptors_before = 0;
  std::size_t descriptors_after = 0;
  std::optional<LineServer> server;
  const auto see_them_come_and_go = [&] {
    EXPECT_TRUE(run_until([&] { return server->served() >= kWarmUp; }));
    bytes_before = allocated_bytes();
    descriptors_before = open_descriptors().size();
    EXPECT_TRUE(run_until([&] { return server->served() >= kWarmUp + kConnections; }));
    bytes_after = allocated_bytes();
    descriptors_after = open_descriptors().size();
  };
  server.emplace(loop(), [&](std::string_view line) -> std::string {
    if (line != "nest") return std::string(line);
    nests() ? see_them_come_and_go() : wait_inside([] { return false; });
    return "nested";
  });
  std::atomic<int> failed{0};
  std::atomic<bool> over{false};
  ClientThread client([&, port = server->port(), remote = loop().remote()] {
    LineClient nesting(port);
    nesting.send("nest\n");
    for (std::size_t i = 0; i < kWarmUp + kConnections; ++i) {
      LineClient connection(port);
      if (connection.ask("hi") != "hi") ++failed;
      connection.abort();
    }
    if (nesting.read_line() != "nested") ++failed;
    over = true;
    remote.post([] {});  // a turn, after which the test looks again
  });
  // Where it can't be held open the same connections come behind it.
  if (!nests()) see_them_come_and_go();
  EXPECT_TRUE(run_until([&] { return over.load(); }, kPatience * 2));
  client.join();
  EXPECT_EQ(failed, 0);
  EXPECT_LE(descriptors_after, descriptors_before + 2);
  // Six bytes a connection.
  EXPECT_LT(bytes_after, bytes_before + 64 * 1024) << "bytes before: " << bytes_before;
}

}  // namespace eddy::inline v0::conformance
