// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fork: a child that ends leaves the parent serving; a daemon whose parent leaves goes on serving.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/line_server.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(forking)

namespace {

std::string echo(std::string_view line) { return std::string(line); }

/// The exit status of a child, or -1.
int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class ForkTest : public ConformanceTest {
 protected:
  /// What the parent does when it has forked its daemon.
  enum class Leave { at_once, with_destructors };

  void expect_daemon(Leave leave) {
    if (differs(Difference::forking)) return;
    int ports[2];
    ASSERT_EQ(::pipe2(ports, O_CLOEXEC), 0);
    // The program that becomes a daemon is a process of its own; this one is only its client.
    destroy_loop();
    host().forked(ForkStage::before);
    const pid_t program = ::fork();
    ASSERT_GE(program, 0);
    if (program == 0) become_daemon(ports[1], leave);
    host().forked(ForkStage::in_parent);
    ::close(ports[1]);
    EXPECT_EQ(wait_for(program), 0) << "the daemon's parent should have left";
    std::uint16_t port = 0;
    ssize_t got = 0;
    do {
      got = ::read(ports[0], &port, sizeof port);
    } while (got < 0 && errno == EINTR);
    ::close(ports[0]);
    ASSERT_EQ(got, static_cast<ssize_t>(sizeof port));
    expect_service_at(port);
  }

  /// A client on another thread asks a few times, on an old connection and on new ones.
  void expect_service(LineServer& server, LineClient& old) {
    std::atomic<int> answered{0};
    ClientThread client([&, port = server.port(), remote = loop().remote()] {
      for (int i = 0; i < 5; ++i) {
        answered += old.ask("old") == "old" ? 1 : 0;
        answered += LineClient(port).ask("new") == "new" ? 1 : 0;
      }
      remote.post([this] { quit(); });
    });
    EXPECT_EQ(run(kPatience), RunEnd::quit);
    client.join();
    EXPECT_EQ(answered, 10);
  }

 private:
  /// In the first child: listens, forks, and leaves what goes on to the second one.
  [[noreturn]] void become_daemon(int ports, Leave leave) {
    // Whatever happens, nobody stays for ever.
    ::signal(SIGALRM, SIG_DFL);
    ::alarm(30);
    host().forked(ForkStage::in_child);
    std::unique_ptr<Loop> loop = make_loop();
    std::optional<WorkGuard> guard(loop->hold());
    int ticks = 0;
    std::function<void()> tick = [&] {
      ++ticks;
      loop->post([&] { loop->call_later(std::chrono::milliseconds(1), [&] { tick(); }); });
    };
    tick();
    auto server = std::make_unique<LineServer>(*loop, [&](std::string_view line) -> std::string {
      if (line == "ticks") return std::to_string(ticks);
      if (line == "end") loop->call_later(std::chrono::milliseconds(2), [this] { quit(); });
      return std::string(line);
    });
    const std::uint16_t port = server->port();
    if (::write(ports, &port, sizeof port) != sizeof port) ::_exit(1);
    host().forked(ForkStage::before);
    const pid_t daemon = ::fork();
    if (daemon < 0) ::_exit(1);
    if (daemon > 0) {
      host().forked(ForkStage::in_parent);
      if (leave == Leave::with_destructors) {
        server.reset();
        guard.reset();
        loop.reset();
      }
      ::_exit(0);
    }
    ::alarm(30);  // a child does not inherit its parent's
    // The worst case: the parent is through before the child begins.
    if (leave == Leave::with_destructors) sleep_at_least(std::chrono::milliseconds(20));
    host().forked(ForkStage::in_child);
    host().run(kPatience);
    ::_exit(0);
  }

  static void expect_service_at(std::uint16_t port) {
    int ticks = 0;
    for (int i = 0; i < 5; ++i) {
      LineClient client(port);
      ASSERT_EQ(client.ask("hi"), "hi");
      sleep_at_least(std::chrono::milliseconds(10));
      const int now = std::atoi(client.ask("ticks").c_str());
      EXPECT_GT(now, ticks) << "timers and posts go on";
      ticks = now;
    }
    LineClient last(port);
    EXPECT_EQ(last.ask("end"), "end");
    EXPECT_TRUE(last.wait_for_end());
  }
};

}  // namespace

EDDY_RULE_IN(ForkTest, ForkTest, AChildThatDestroysEverythingLeavesTheParentServing,
             "a forked child that destroys server, watches and Loop, that calls exit(), or that "
             "leaves at once, takes nothing from its parent") {
  std::optional<LineServer> server;
  server.emplace(loop(), echo);
  LineClient client(server->port());
  const TimeoutHandle timer = loop().call_later(std::chrono::hours(1), [] {});
  expect_service(*server, client);
  enum class End { destroys, exits, exits_at_once };
  for (const End end : {End::destroys, End::exits, End::exits_at_once}) {
    host().forked(ForkStage::before);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      if (end == End::destroys) {
        server.reset();
        destroy_loop();
      }
      // exit() runs the destructors of what is static, the host's library's included.
      if (end == End::exits) std::exit(7);  // NOLINT(concurrency-mt-unsafe): the child has one
      ::_exit(7);
    }
    host().forked(ForkStage::in_parent);
    EXPECT_EQ(wait_for(child), 7);
    expect_service(*server, client);
  }
  bool fired = false;
  loop().call_later(std::chrono::milliseconds(1), [&] { fired = true; });
  EXPECT_TRUE(run_until([&] { return fired; }));
  loop().remove_timeout(timer);
}

EDDY_RULE_IN(ForkTest, ForkTest, ADaemonWhoseParentLeavesGoesOnServing,
             "a process that listens, forks and leaves has a child that serves, timers and posts "
             "included") {
  expect_daemon(Leave::at_once);
}

EDDY_RULE_IN(ForkTest, ForkTest, ADaemonWhoseParentReturnsFromMainGoesOnServing,
             "the same when the parent destroys its server and its Loop before it leaves") {
  expect_daemon(Leave::with_destructors);
}

}  // namespace eddy::inline v0::conformance
