// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A callback may destroy anything: its own watch or connection, its server, its Loop.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/line_server.h>
#include <eddy/conformance/support/socket_pair.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>

#include <array>
#include <atomic>
#include <optional>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(destruction)

namespace {

/// Something that a callable owns and that is looked at after the callable was "destroyed".
struct Captured {
  std::string text = "still there, and long enough not to lie in the object itself";
};

}  // namespace

EDDY_RULE(DestructionTest, AWatchMayEndItself,
          "a callback ends its own watch and goes on with what it has captured") {
  const SocketPair pair;
  pair.fill(1);
  auto watch = std::make_unique<FdWatch>();
  std::string seen;
  *watch =
      loop().watch(pair.near(), Io::read, [&watch, &seen, captured = Captured()](Io /*events*/) {
        watch.reset();
        seen = captured.text;
      });
  ASSERT_TRUE(run_until([&] { return !seen.empty(); }));
  EXPECT_EQ(seen, Captured().text);
}

EDDY_RULE(DestructionTest, AConnectionMayDestroyItsServer,
          "a handler destroys its server, other connections included, and returns") {
  std::optional<LineServer> server;
  bool destroyed = false;
  server.emplace(loop(), [&, captured = Captured()](std::string_view line) {
    if (line != "die") return std::string(line);
    server.reset();
    destroyed = true;
    return captured.text;
  });
  std::atomic<int> ended{0};
  std::vector<ClientThread> clients;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back([&, i, port = server->port(), remote = loop().remote()] {
      LineClient connection(port);
      if (connection.ask("hello") != "hello") return;
      ++ended;
      while (ended < 5) sleep_at_least(std::chrono::milliseconds(1));
      if (i == 0) connection.send("die\n");
      if (connection.wait_for_end() && ++ended == 10) remote.post([this] { quit(); });
    });
  }
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  EXPECT_TRUE(destroyed);
  clients.clear();
  EXPECT_EQ(ended, 10);
}

namespace {

/// Destroys the Loop inside one kind of callback, and lets the host go on a little.
class LoopDestructionTest : public ConformanceTest {
 protected:
  void die() {
    destroy_loop();
    ++deaths_;
    quit();
  }
  void run_to_death() {
    host().run(kPatience);
    EXPECT_EQ(deaths_, 1);
    EXPECT_FALSE(has_loop());
    host().run(std::chrono::milliseconds(5));
    EXPECT_EQ(deaths_, 1);
  }
  Task<void> die_in_task() {
    co_await yield();
    die();
    // The Loop owned this task, so nothing of it goes on after its next await.
    co_await yield();
    ADD_FAILURE() << "a task went on without its Loop";
  }

 private:
  int deaths_ = 0;
};

}  // namespace

EDDY_RULE_IN(LoopDestructionTest, DestructionTest, APostMayDestroyItsLoop,
             "a posted callback destroys the Loop it runs in; later ones do not run") {
  const WorkGuard guard = loop().hold();
  loop().post([this] { die(); });
  loop().post([] { ADD_FAILURE() << "a post ran after its Loop's end"; });
  run_to_death();
}

EDDY_RULE_IN(LoopDestructionTest, DestructionTest, ATimerMayDestroyItsLoop,
             "a timer destroys the Loop it runs in; others that are due do not run") {
  const WorkGuard guard = loop().hold();
  const TimePoint due = loop().now() + std::chrono::milliseconds(2);
  loop().call_at(due, [this] { die(); });
  loop().call_at(due, [] { ADD_FAILURE() << "a timer fired after its Loop's end"; });
  run_to_death();
}

EDDY_RULE_IN(LoopDestructionTest, DestructionTest, AWatchMayDestroyItsLoop,
             "a descriptor's callback destroys the Loop; collected events find nobody") {
  const WorkGuard guard = loop().hold();
  const std::array<SocketPair, 3> pairs;
  std::vector<FdWatch> watches;
  for (const SocketPair& pair : pairs) {
    pair.fill(1);
    watches.push_back(loop().watch(pair.near(), Io::read, [this](Io /*events*/) { die(); }));
  }
  run_to_death();
}

EDDY_RULE_IN(LoopDestructionTest, DestructionTest, ATaskMayDestroyItsLoop,
             "a background task destroys the Loop that owns it, and ends at its next await") {
  loop().spawn(die_in_task());
  run_to_death();
}

EDDY_RULE_IN(LoopDestructionTest, DestructionTest, AHandlerMayDestroyItsLoop,
             "a connection's handler destroys the Loop; the client sees the end") {
  auto server = std::make_unique<LineServer>(loop(), [this](std::string_view /*line*/) {
    die();
    return std::string("too late");
  });
  std::atomic<bool> ended{false};
  ClientThread client([&, port = server->port()] {
    LineClient connection(port);
    connection.send("hello\n");
    ended = connection.wait_for_end();
  });
  run_to_death();
  server.reset();
  client.join();
  EXPECT_TRUE(ended);
}

EDDY_RULE_IN(LoopDestructionTest, DestructionTest, AnExceptionAfterTheLoopsEndIsHarmless,
             "a callback destroys the Loop and throws: nothing reaches the host") {
  const WorkGuard guard = loop().hold();
  loop().post([this] {
    die();
    throw std::runtime_error("thrown after the Loop's end");
  });
  run_to_death();
}

namespace {

/// Depth 1 is in a callback that runs the host; depth 2 destroys. Where the host refuses to be
/// nested, or the callback holds the strand, what destroys comes when that has returned, though the
/// thread that holds the strand may come by it itself.
class DeepDestructionTest : public ConformanceTest {
 protected:
  /// To be called in the callback at depth 1.
  void run_nested(std::function<void()> destroy) {
    loop().call_later(std::chrono::milliseconds(5), [this, destroy = std::move(destroy)] {
      depth_ = gate().depth();
      destroy();
      destroyed_ = true;
      quit();
    });
    const RunEnd end = host().run(holds_the_strand_ ? std::chrono::milliseconds(50) : kPatience);
    EXPECT_EQ(end == RunEnd::refused, refuses_);
    back_ = true;
    if (destroyed_) quit();
  }

  /// Runs the host until that has happened.
  void run_to_the_end() {
    host().run(kPatience);
    EXPECT_TRUE(destroyed_);
    EXPECT_TRUE(back_) << "the callback went on with what it holds";
    if (!refuses_ && !holds_the_strand_) {
      EXPECT_EQ(depth_, 2U);
    }
    host().run(std::chrono::milliseconds(5));
  }

  void run_with(const std::function<void()>& destroy_at_depth_2) {
    find_out();
    std::atomic<bool> ended{false};
    server_ = std::make_unique<LineServer>(
        loop(), [this, destroy_at_depth_2, captured = Captured()](std::string_view /*line*/) {
          run_nested(destroy_at_depth_2);
          EXPECT_EQ(captured.text, Captured().text);
          return captured.text;
        });
    ClientThread client([&ended, port = server_->port()] {
      LineClient connection(port);
      connection.send("hello\n");
      ended = connection.wait_for_end();
    });
    run_to_the_end();
    server_.reset();
    destroy_loop();
    client.join();
    EXPECT_TRUE(ended);
  }

  /// First of all.
  void find_out() {
    refuses_ = differs(Difference::nesting);
    holds_the_strand_ = differs(Difference::strand_on_threads);
  }

  std::unique_ptr<LineServer> server_;

 private:
  bool refuses_ = false;
  bool holds_the_strand_ = false;
  bool destroyed_ = false;
  bool back_ = false;
  std::size_t depth_ = 0;
};

}  // namespace

EDDY_RULE_IN(DeepDestructionTest, DestructionTest, AWatchMayBeEndedAtDepthTwo,
             "an inner turn ends the watch whose callback waits in a nested host loop; it is not "
             "called again, whatever there is to read") {
  find_out();
  const SocketPair pair;
  pair.fill(1);
  const WorkGuard guard = loop().hold();
  int calls = 0;
  FdWatch watch;
  watch = loop().watch(pair.near(), Io::read, [&, captured = Captured()](Io /*events*/) {
    ++calls;
    (void)pair.take();
    run_nested([&] {
      pair.fill(1);
      watch.reset();
    });
    EXPECT_EQ(captured.text, Captured().text);
  });
  run_to_the_end();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(loop().stats().watches, 0U);
}

EDDY_RULE_IN(DeepDestructionTest, DestructionTest, AWatchThatIsReadyTooMayBeEndedAtDepthTwo,
             "of two descriptors that are ready at once, one callback waits in a nested host loop, "
             "and an inner turn ends the other's watch: no call of that follows") {
  find_out();
  const SocketPair pairs[2];
  for (const SocketPair& pair : pairs) pair.fill(1);
  const WorkGuard guard = loop().hold();
  std::array<FdWatch, 2> watches;
  std::array<int, 2> calls{};
  int first = -1;
  int calls_before = -1;
  for (int i = 0; i < 2; ++i) {
    watches[i] = loop().watch(pairs[i].near(), Io::read, [&, i](Io /*events*/) {
      ++calls[i];
      if (first >= 0) return;  // what is there stays there: it is ready in every turn
      first = i;
      (void)pairs[i].take();
      run_nested([&] {
        watches[1 - first].reset();
        calls_before = calls[1 - first];
      });
    });
  }
  run_to_the_end();
  run_for(std::chrono::milliseconds(10));
  ASSERT_GE(calls_before, 0);
  EXPECT_EQ(calls[1 - first], calls_before);
  EXPECT_EQ(calls[first], 1);
  EXPECT_EQ(loop().stats().watches, 1U);
}

EDDY_RULE_IN(DeepDestructionTest, DestructionTest, AServerMayBeDestroyedAtDepthTwo,
             "an inner turn destroys the server whose handler waits in a nested host loop") {
  run_with([this] { server_.reset(); });
}

EDDY_RULE_IN(DeepDestructionTest, DestructionTest, ALoopMayBeDestroyedAtDepthTwo,
             "an inner turn destroys the Loop while a handler of it waits in a nested host loop") {
  run_with([this] { destroy_loop(); });
}

EDDY_RULE_IN(DeepDestructionTest, DestructionTest, ServerAndLoopMayBeDestroyedAtDepthTwo,
             "an inner turn destroys server and Loop while a handler waits in a nested host loop") {
  run_with([this] {
    server_.reset();
    destroy_loop();
  });
}

}  // namespace eddy::inline v0::conformance
