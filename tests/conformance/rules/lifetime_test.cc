// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both orders of destruction, and several Loops beside each other.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/line_server.h>
#include <eddy/conformance/support/socket_pair.h>
#include <eddy/core/base/error.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>

#include <atomic>
#include <optional>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(lifetime)

namespace {

Task<void> sleep_for_hours() { co_await sleep(std::chrono::hours(1)); }

std::string echo(std::string_view line) { return std::string(line); }

}  // namespace

EDDY_RULE(LifetimeTest, TheLoopMayGoFirst,
          "a Loop with everything pending goes, and the host goes on in silence") {
  const SocketPair pair;
  pair.fill(1);
  {
    LineServer server(loop(), echo);
    const LineClient client(server.port());
    bool called = false;
    FdWatch watch = loop().watch(pair.near(), Io::read, [&](Io /*events*/) { called = true; });
    loop().spawn(sleep_for_hours());
    ASSERT_TRUE(run_until([&] { return called && server.connections() == 1; }));
    loop().call_later(std::chrono::milliseconds(1), [] { ADD_FAILURE() << "a timer fired"; });
    loop().post([] { ADD_FAILURE() << "a post ran"; });
    destroy_loop();
    called = false;
    host().run(std::chrono::milliseconds(10));
    EXPECT_FALSE(called);
  }
  // The host is as usable as it was.
  const std::unique_ptr<Loop> next = make_loop();
  const WorkGuard guard = next->hold();
  next->post([this] { quit(); });
  EXPECT_EQ(host().run(kPatience), RunEnd::quit);
}

EDDY_RULE(LifetimeTest, TheHostMayGoFirst,
          "a host goes with a Loop in it: the Loop accepts its destruction and refuses all else") {
  const SocketPair pair;
  auto server = std::make_unique<LineServer>(loop(), echo);
  LineClient client(server->port());
  bool called = false;
  FdWatch watch = loop().watch(pair.near(), Io::read, [&](Io /*events*/) { called = true; });
  loop().spawn(sleep_for_hours());
  loop().call_later(std::chrono::hours(1), [] {});
  ASSERT_TRUE(run_until([&] { return server->connections() == 1; }));
  const Remote remote = loop().remote();
  bool ran = false;
  loop().post([&ran] { ran = true; });

  const bool unnoticed = differs(Difference::host_death);
  destroy_host();
  if (!unnoticed) {
    const std::error_code gone = Errc::host_gone;
    const auto code_of = [](const std::function<void()>& call) -> std::error_code {
      try {
        call();
      } catch (const std::system_error& error) {
        return error.code();
      }
      return {};
    };
    EXPECT_EQ(code_of([&] { loop().call_later(Duration::zero(), [] {}); }), gone);
    EXPECT_EQ(code_of([&] { (void)loop().watch(pair.far(), Io::read, [](Io /*events*/) {}); }),
              gone);
    EXPECT_EQ(code_of([&] { LineServer(loop(), echo); }), gone);
    EXPECT_EQ(code_of([&] { loop().run_until(sleep_for_hours()); }), gone);
    EXPECT_EQ(code_of([&] { (void)loop().run(); }), gone);
    EXPECT_FALSE(remote.post([] {}));
    EXPECT_FALSE(loop().post([] {}));
  }
  loop().stop();
  watch.reset();
  server.reset();
  destroy_loop();
  EXPECT_FALSE(remote.post([] {}));
  EXPECT_FALSE(ran) << "something ran after the host's end";
  EXPECT_FALSE(called);
  EXPECT_TRUE(client.wait_for_end());
}

EDDY_RULE(LifetimeTest, TheHostMayGoBeforeWhatOutlivesTheLoop,
          "watch, server, guard and Remote may outlive both Loop and host") {
  const SocketPair pair;
  auto server = std::make_unique<LineServer>(loop(), echo);
  FdWatch watch = loop().watch(pair.near(), Io::read, [](Io /*events*/) {});
  WorkGuard guard = loop().hold();
  run_for(std::chrono::milliseconds(2));
  destroy_host();
  destroy_loop();
  guard.reset();
  server.reset();
  watch.reset();
}

EDDY_RULE(LifetimeTest, SeveralLoopsLiveInOneHost,
          "three Loops of one host each serve, and one may end while the others go on") {
  if (differs(Difference::no_host)) return;
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::unique_ptr<LineServer>> servers;
  std::vector<WorkGuard> guards;
  for (int i = 0; i < 3; ++i) {
    loops.push_back(make_loop());
    servers.push_back(std::make_unique<LineServer>(*loops.back(), echo));
  }
  std::atomic<int> answered{0};
  const auto ask = [&](std::vector<std::uint16_t> ports) {
    return ClientThread([&answered, ports = std::move(ports), remote = loop().remote(), this] {
      for (int round = 0; round < 20; ++round) {
        for (const std::uint16_t port : ports) {
          answered += LineClient(port).ask("hi") == "hi" ? 1 : 0;
        }
      }
      remote.post([this] { quit(); });
    });
  };
  {
    const ClientThread client = ask({servers[0]->port(), servers[1]->port(), servers[2]->port()});
    EXPECT_EQ(run(kPatience), RunEnd::quit);
  }
  EXPECT_EQ(answered, 60);
  servers.erase(servers.begin() + 1);
  loops.erase(loops.begin() + 1);
  {
    const ClientThread client = ask({servers[0]->port(), servers[1]->port()});
    EXPECT_EQ(run(kPatience), RunEnd::quit);
  }
  EXPECT_EQ(answered, 100);
}

EDDY_RULE(LifetimeTest, ALoopOfAnotherKindLivesBeside,
          "a built-in loop on another thread of the same process serves at the same time") {
  std::atomic<std::uint16_t> native_port{0};
  std::atomic<bool> over{false};
  ClientThread native([&] {
    NativeLoop other;
    const LineServer server(other, echo);
    native_port = server.port();
    std::function<void()> look = [&] {
      if (over) return other.stop();
      other.call_later(std::chrono::milliseconds(2), [&] { look(); });
    };
    look();
    EXPECT_FALSE(other.run());
  });
  const LineServer server(loop(), echo);
  std::atomic<int> answered{0};
  ClientThread client([&, port = server.port(), remote = loop().remote()] {
    while (native_port == 0) sleep_at_least(std::chrono::milliseconds(1));
    LineClient here(port);
    LineClient there(native_port);
    for (int i = 0; i < 100; ++i) {
      answered += here.ask("hi") == "hi" ? 1 : 0;
      answered += there.ask("ho") == "ho" ? 1 : 0;
    }
    over = true;
    remote.post([this] { quit(); });
  });
  EXPECT_EQ(run(kPatience), RunEnd::quit);
  EXPECT_EQ(answered, 200);
}

}  // namespace eddy::inline v0::conformance
