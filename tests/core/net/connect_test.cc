// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/connect.h>

#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/task/plain_coroutine.h>

#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace {

using eddy::Address;
using eddy::Loop;
using eddy::Stream;
using eddy::Task;
using eddy::TcpServer;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using namespace std::chrono_literals;

Address tcp(std::uint16_t port, std::string_view host = "127.0.0.1") {
  std::error_code error;
  return Address::parse(host, port, error);
}

Address local(std::string_view path) {
  std::error_code error;
  return Address::local(path, error);
}

/// Sends `text` and gives what comes back until the end.
Task<std::string> exchange(Address address, std::string text) {
  const std::unique_ptr<Stream> stream = co_await eddy::connect(address);
  co_await stream->write(std::move(text));
  stream->shutdown_write();
  std::string all;
  std::array<char, 16> buffer;
  while (const std::size_t n = co_await stream->read_some(buffer)) all.append(buffer.data(), n);
  co_return all;
}

Task<void> connect_only(Address address) { (void)co_await eddy::connect(address); }

/// The text of what is thrown.
std::string error_of(Loop& loop, const Address& address) {
  try {
    loop.run_until(connect_only(address));
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "connected";
}

Task<void> echo(std::unique_ptr<Stream> stream) {
  std::array<char, 5> buffer;
  while (const std::size_t n = co_await stream->read_some(buffer)) {
    co_await stream->write("<" + std::string(buffer.data(), n) + ">");
  }
}

/// A server that answers by what it is told, in brackets.
TcpServer::OnConnection echo_in(Loop& loop) {
  return [&loop](std::unique_ptr<Stream> stream) { loop.spawn(echo(std::move(stream))); };
}

TEST(Connect, GivesAStreamToTheOtherEnd) {
  ManualLoop loop;
  ManualPeer peer = loop.system().expect_connect(80);
  peer.write("welcome");
  peer.shutdown_write();
  EXPECT_EQ(loop.run_until(exchange(tcp(80), "hello")), "welcome");
  EXPECT_EQ(peer.read(), "hello");
  EXPECT_TRUE(peer.closed());
}

TEST(Connect, ReachesAServerOfTheSameLoop) {
  ManualLoop loop;
  TcpServer server(loop, echo_in(loop));
  server.listen(8000);
  server.listen_unix("@name");
  EXPECT_EQ(loop.run_until(exchange(tcp(8000), "hello, world")), "<hello><, wor><ld>");
  EXPECT_EQ(loop.run_until(exchange(tcp(8000, "::1"), "six")), "<six>");
  EXPECT_EQ(loop.run_until(exchange(local("@name"), "unix")), "<unix>");
  loop.run_until_idle();
  EXPECT_EQ(loop.system().open_descriptors(), 3U) << "listening sockets only";
}

TEST(Connect, WorksOnRealSockets) {
  eddy::NativeLoop loop;
  TcpServer server(loop, echo_in(loop));
  server.listen("127.0.0.1", 0);
  server.listen_unix("@eddy-connect-test-" + std::to_string(server.port()));
  EXPECT_EQ(loop.run_until(exchange(tcp(server.port()), "hello, world")), "<hello><, wor><ld>");
  EXPECT_EQ(loop.run_until(exchange(server.addresses().back(), "unix")), "<unix>");

  const std::uint16_t port = server.port();
  server.stop();
  EXPECT_EQ(error_of(loop, tcp(port)),
            "connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
  EXPECT_EQ(error_of(loop, local("/nowhere/socket")),
            "connect to /nowhere/socket: No such file or directory");
}

TEST(Connect, AUnixSocketWithNoRoomForMoreIsAnErrorAtOnce) {
  eddy::NativeLoop loop;
  eddy::ListenOptions options;
  options.backlog = 1;
  // Nobody accepts: its loop does not run.
  eddy::NativeLoop idle;
  TcpServer server(idle, [](const std::unique_ptr<Stream>&) {});
  server.listen_unix("@eddy-connect-test-full-" + std::to_string(::getpid()), options);
  const Address address = server.addresses().front();
  std::vector<std::unique_ptr<Stream>> waiting;
  const auto fill = [&]() -> Task<void> {
    while (waiting.size() < 10) waiting.push_back(co_await eddy::connect(address));
  };
  std::error_code error;
  try {
    loop.run_until(fill());
  } catch (const std::system_error& thrown) {
    error = thrown.code();
  }
  EXPECT_EQ(error, std::errc::resource_unavailable_try_again);
  EXPECT_GE(waiting.size(), 1U);
}

TEST(Connect, AnErrorNamesTheAddressWhetherItComesAtOnceOrLater) {
  ManualLoop loop;
  EXPECT_EQ(error_of(loop, tcp(1)), "connect to 127.0.0.1:1: Connection refused");
  loop.system().fail_connect(std::errc::host_unreachable);
  EXPECT_EQ(error_of(loop, tcp(1, "::1")), "connect to [::1]:1: No route to host");
  loop.system().limit_descriptors(0);
  EXPECT_EQ(error_of(loop, tcp(1)), "connect to 127.0.0.1:1: Too many open files");
  EXPECT_EQ(loop.system().open_descriptors(), 0U);
}

TEST(Connect, AWatchThatIsRefusedIsAnErrorOfTheConnection) {
  ManualLoop loop;
  (void)loop.system().expect_connect(80);
  loop.poller().fail_watch(std::errc::no_space_on_device);
  EXPECT_EQ(error_of(loop, tcp(80)), "connect to 127.0.0.1:80: No space left on device");
  EXPECT_EQ(loop.system().open_descriptors(), 0U);
}

TEST(Connect, NobodyWhoAnswersIsWaitedForUntilTheTimeIsUp) {
  ManualLoop loop;
  loop.system().hold_connects();
  const eddy::TimePoint before = loop.now();
  EXPECT_THROW(loop.run_until(eddy::with_timeout(20s, connect_only(tcp(80)))), eddy::TimeoutError);
  EXPECT_EQ(loop.now() - before, 20s);
  EXPECT_EQ(loop.system().open_descriptors(), 0U);
}

TEST(Connect, AReadinessForNothingIsWaitedOut) {
  ManualLoop loop;
  loop.system().hold_connects();
  eddy::TaskGroup group(loop);
  group.spawn(connect_only(tcp(80)));
  loop.run_until_idle();
  loop.system().wake_held_connects();
  loop.run_until_idle();
  EXPECT_EQ(group.size(), 1U);
  EXPECT_EQ(loop.system().open_descriptors(), 1U);
}

TEST(Connect, ToDestroyTheTaskClosesTheSocket) {
  ManualLoop loop;
  loop.system().hold_connects();
  {
    eddy::TaskGroup group(loop);
    group.spawn(connect_only(tcp(80)));
    loop.run_until_idle();
    EXPECT_EQ(loop.system().open_descriptors(), 1U);
  }
  EXPECT_EQ(loop.system().open_descriptors(), 0U);
}

TEST(Connect, TheLoopMayBeDestroyedMeanwhile) {
  const auto system = std::make_shared<eddy::testing::ManualSystem>();
  {
    ManualLoop loop(system);
    system->hold_connects();
    loop.spawn(connect_only(tcp(80)));
    loop.run_until_idle();
    EXPECT_EQ(system->open_descriptors(), 1U);
  }
  EXPECT_EQ(system->open_descriptors(), 0U);
}

TEST(Connect, ManyThatAreDecidedAtOnceHoldNobodyUp) {
  ManualLoop loop(eddy::LoopOptions{.budget = {.max_steps = 10}});
  bool called = false;
  loop.spawn([](bool& stop) -> Task<void> {
    while (!stop) {
      try {
        (void)co_await eddy::connect(tcp(1));
      } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): refused, as expected
      }
    }
  }(called));
  loop.post([&] { called = true; });
  loop.run_turns(3);
  EXPECT_TRUE(called);
}

eddy::core_test::PlainCoroutine connect_plainly(Loop& loop, Address address, std::string& out) {
  const std::unique_ptr<Stream> stream = co_await eddy::connect(loop, address);
  std::array<char, 16> buffer;
  const auto read = stream->try_read(buffer);
  out.assign(buffer.data(), read.bytes);
}

TEST(Connect, CoroutinesOfOtherLibrariesConnectToo) {
  ManualLoop loop;
  loop.system().expect_connect(80).write("hi");
  std::string out;
  const auto coroutine = connect_plainly(loop, tcp(80), out);
  loop.run_until_idle();
  EXPECT_EQ(out, "hi");
  coroutine.rethrow();
}

TEST(Connect, CoroutinesOfOtherLibrariesAreNotResumedOnceTheLoopIsGone) {
  const auto system = std::make_shared<eddy::testing::ManualSystem>();
  std::optional<ManualLoop> loop(std::in_place, system);
  system->hold_connects();
  std::string out = "waits";
  const auto coroutine = connect_plainly(*loop, tcp(80), out);
  EXPECT_EQ(system->open_descriptors(), 1U);
  loop.reset();
  EXPECT_EQ(system->open_descriptors(), 0U) << "the socket does not wait for the coroutine";
  EXPECT_FALSE(coroutine.done());
  EXPECT_EQ(out, "waits");
}

}  // namespace
