// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/tcp_server.h>

#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <eddy/testing/test_client.h>
#include <gtest/gtest.h>
#include <tests/core/net/support.h>
#include <tests/core/support.h>

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using eddy::LogLevel;
using eddy::NativeLoop;
using eddy::Stream;
using eddy::Task;
using eddy::TcpServer;
using eddy::core_test::Keeper;
using eddy::core_test::run_turns_until;
using eddy::testing::CapturedLog;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using eddy::testing::TestClient;
using namespace std::chrono_literals;

TEST(TcpServer, ListensOnBothLoopbackAddressesWithOnePort) {
  ManualLoop loop;
  Keeper keeper(loop);
  keeper.server.listen(0);
  ASSERT_EQ(keeper.server.addresses().size(), 2U);
  EXPECT_EQ(keeper.server.addresses()[0].host(), "127.0.0.1");
  EXPECT_EQ(keeper.server.addresses()[1].host(), "::1");
  EXPECT_EQ(keeper.server.addresses()[1].port(), keeper.server.port());
  EXPECT_NE(keeper.server.port(), 0);
}

TEST(TcpServer, DoesWithoutIpv6WhereThereIsNone) {
  ManualLoop loop;
  loop.system().set_ipv6(false);
  Keeper keeper(loop);
  keeper.server.listen(8888);
  ASSERT_EQ(keeper.server.addresses().size(), 1U);
}

TEST(TcpServer, FindsAPortThatIsFreeInBothFamilies) {
  ManualLoop loop;
  std::error_code error;
  // The port that the system would give first is taken in IPv6.
  for (std::uint16_t port = 20000; port < 20003; ++port) {
    (void)loop.system().listen(eddy::Address::parse("::1", port, error), {.backlog = 1}, error);
  }
  Keeper keeper(loop);
  keeper.server.listen(0);
  EXPECT_EQ(keeper.server.addresses().size(), 2U);
  EXPECT_GE(keeper.server.port(), 20003);
}

TEST(TcpServer, HandsOverEachConnectionWithItsPeer) {
  ManualLoop loop;
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  std::vector<ManualPeer> peers;
  for (int i = 0; i < 100; ++i) peers.push_back(loop.system().connect(80));
  loop.run_until_idle();
  ASSERT_EQ(keeper.streams.size(), 100U);
  EXPECT_EQ(keeper.streams[0]->peer_address().host(), "127.0.0.1");
  EXPECT_NE(keeper.streams[0]->peer_address().port(), keeper.streams[1]->peer_address().port());
  keeper.streams.clear();
  EXPECT_TRUE(peers[99].closed());
}

TEST(TcpServer, TellsWhereAConnectionHasComeIn) {
  ManualLoop loop;
  std::vector<std::string> came_in;
  std::optional<ManualPeer> second;
  TcpServer* place = nullptr;
  TcpServer server(loop, [&](const std::unique_ptr<Stream>& /*stream*/) {
    came_in.push_back(place->accepting().to_string());
    if (!second) {  // a connection within a connection
      second = loop.system().connect(81);
      loop.run_until_idle();
      came_in.push_back(place->accepting().to_string());
    }
  });
  place = &server;
  EXPECT_EQ(server.accepting(), eddy::Address());
  server.listen("127.0.0.1", 80);
  server.listen("192.0.2.1", 81);
  server.listen_unix("@local");
  const ManualPeer first = loop.system().connect(80);
  loop.run_until_idle();
  const ManualPeer third = loop.system().connect("@local");
  loop.run_until_idle();
  EXPECT_EQ(came_in,
            (std::vector<std::string>{"127.0.0.1:80", "192.0.2.1:81", "127.0.0.1:80", "@local"}));
  EXPECT_EQ(server.accepting(), eddy::Address());
}

TEST(TcpServer, AcceptingKeepsToTheBudget) {
  ManualLoop loop;
  loop.set_budget({.slice = 1s, .max_steps = 10});
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  std::vector<ManualPeer> peers;
  for (int i = 0; i < 100; ++i) peers.push_back(loop.system().connect(80));
  loop.run_turns();
  EXPECT_EQ(keeper.streams.size(), 10U);
  loop.run_until_idle();
  EXPECT_EQ(keeper.streams.size(), 100U);
}

TEST(TcpServer, APortInUseSaysSoInWords) {
  NativeLoop loop;
  Keeper first(loop);
  first.server.listen("127.0.0.1", 0);
  const std::uint16_t port = first.server.port();
  Keeper second(loop);
  const std::string expected =
      "listen on 127.0.0.1:" + std::to_string(port) + ": Address already in use";
  try {
    second.server.listen(port);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.what(), expected);
    EXPECT_EQ(error.code(), std::errc::address_in_use);
  }
  std::error_code error;
  second.server.listen("127.0.0.1", port, error);
  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_TRUE(second.server.addresses().empty());
  second.server.listen("127.0.0.1", 0, error);
  EXPECT_FALSE(error);
}

TEST(TcpServer, APortThatOnlyIpv6HasInUseLeavesNothingBehind) {
  ManualLoop loop;
  std::error_code error;
  (void)loop.system().listen(eddy::Address::parse("::1", 8888, error), {.backlog = 1}, error);
  const std::size_t open = loop.system().open_descriptors();
  Keeper keeper(loop);
  try {
    keeper.server.listen(8888);
    FAIL();
  } catch (const std::system_error& e) {
    EXPECT_NE(std::string(e.what()).find("listen on [::1]:8888: "), std::string::npos) << e.what();
  }
  EXPECT_EQ(loop.system().open_descriptors(), open);
  EXPECT_TRUE(keeper.server.addresses().empty());
}

TEST(TcpServer, ANameIsNotAnAddress) {
  ManualLoop loop;
  Keeper keeper(loop);
  try {
    keeper.server.listen("example.org", 80);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("example.org"), std::string::npos);
  }
}

TEST(TcpServer, AConnectionThatWasAbortedConcernsNobodyElse) {
  ManualLoop loop;
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  loop.system().fail_accept(std::errc::connection_aborted);
  const ManualPeer peer = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_EQ(keeper.streams.size(), 1U);
  EXPECT_FALSE(keeper.server.paused());
}

TEST(TcpServer, NoMemoryForAWatchClosesTheOneConnection) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  std::vector<std::unique_ptr<Stream>> streams;
  TcpServer server(loop, [&](std::unique_ptr<Stream> stream) {
    stream->set_interest(eddy::Io::read);
    streams.push_back(std::move(stream));
  });
  server.listen("127.0.0.1", 80);
  loop.poller().fail_watch(std::errc::not_enough_memory);
  const ManualPeer peer = loop.system().connect(80);
  loop.run_until_idle();
  ASSERT_EQ(streams.size(), 1U);
  EXPECT_TRUE(peer.ended());
  EXPECT_TRUE(peer.closed());
  EXPECT_TRUE(streams.front()->closed());
}

TEST(TcpServer, AListenerThatTheSystemRefusesToWatchAgainIsTriedLater) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  loop.system().fail_accept(std::errc::not_enough_memory);
  const ManualPeer first = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_TRUE(keeper.server.paused());
  loop.poller().fail_watch(std::errc::no_space_on_device);
  loop.advance(100ms);
  EXPECT_TRUE(keeper.server.paused());
  EXPECT_EQ(keeper.streams.size(), 0U);
  loop.advance(100ms);
  EXPECT_FALSE(keeper.server.paused());
  EXPECT_EQ(keeper.streams.size(), 1U);
  log.expect(LogLevel::warning, "accepting connections pauses");
}

TEST(TcpServer, WhatTheCallbackThrowsClosesThatConnectionOnly) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  int calls = 0;
  std::vector<std::unique_ptr<Stream>> streams;
  TcpServer server(loop, [&](std::unique_ptr<Stream> stream) {
    if (++calls == 1) throw std::runtime_error("not this one");
    streams.push_back(std::move(stream));
  });
  server.listen("127.0.0.1", 80);
  const ManualPeer first = loop.system().connect(80);
  const ManualPeer second = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_TRUE(first.closed());
  EXPECT_FALSE(second.closed());
  EXPECT_EQ(streams.size(), 1U);
  log.expect(LogLevel::error, "not this one");
}

TEST(TcpServer, MayBeDestroyedOrStoppedWithinItsCallback) {
  ManualLoop loop;
  int calls = 0;
  std::optional<TcpServer> server;
  std::unique_ptr<Stream> kept;
  server.emplace(loop, [&](std::unique_ptr<Stream> stream) {
    ++calls;
    kept = std::move(stream);
    server.reset();
  });
  server->listen("127.0.0.1", 80);
  const ManualPeer first = loop.system().connect(80);
  const ManualPeer second = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(first.closed()) << "connections are their owner's";
  EXPECT_TRUE(second.closed());

  TcpServer stopped(loop, [&](std::unique_ptr<Stream>) {
    ++calls;
    stopped.stop();
    stopped.stop();
  });
  stopped.listen("127.0.0.1", 81);
  const ManualPeer third = loop.system().connect(81);
  const ManualPeer fourth = loop.system().connect(81);
  loop.run_until_idle();
  EXPECT_EQ(calls, 2);
  EXPECT_THROW((void)loop.system().connect(81), std::system_error);
}

TEST(TcpServer, MayOutliveItsLoop) {
  std::optional<Keeper> keeper;
  const auto system = std::make_shared<eddy::testing::ManualSystem>();
  {
    ManualLoop loop(system);
    keeper.emplace(loop);
    keeper->server.listen("127.0.0.1", 80);
    const ManualPeer peer = system->connect(80);
    loop.run_until_idle();
  }
  EXPECT_EQ(system->open_descriptors(), 0U);
  EXPECT_THROW(keeper->server.listen("127.0.0.1", 80), std::system_error);
  std::error_code error;
  keeper->server.listen("127.0.0.1", 80, error);
  EXPECT_EQ(error, eddy::Errc::loop_closed);
  keeper->server.listen_unix("/run/app.sock", error);
  EXPECT_EQ(error, eddy::Errc::loop_closed);
  keeper->server.adopt(0, error);
  EXPECT_EQ(error, eddy::Errc::loop_closed);
  keeper->server.pause();
  keeper->server.resume();
  EXPECT_FALSE(keeper->server.paused());
  keeper->server.stop();
}

TEST(Pause, WhoConnectsWaitsAndNothingIsDoneMeanwhile) {
  ManualLoop loop;
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  keeper.server.pause();
  keeper.server.pause();
  EXPECT_TRUE(keeper.server.paused());
  keeper.server.listen("127.0.0.1", 81);
  const ManualPeer first = loop.system().connect(80);
  const ManualPeer second = loop.system().connect(81);
  const auto turns = loop.stats().turns;
  loop.advance(1h);
  EXPECT_EQ(loop.stats().turns, turns);
  EXPECT_TRUE(keeper.streams.empty());
  keeper.server.retry_accept();  // ends no rest that was asked for
  loop.run_until_idle();
  EXPECT_TRUE(keeper.streams.empty());
  keeper.server.resume();
  EXPECT_FALSE(keeper.server.paused());
  loop.run_until_idle();
  EXPECT_EQ(keeper.streams.size(), 2U);
}

TEST(Pause, TakesEffectWithinTheCallback) {
  ManualLoop loop;
  std::vector<std::unique_ptr<Stream>> streams;
  TcpServer server(loop, [&](std::unique_ptr<Stream> stream) {
    streams.push_back(std::move(stream));
    server.pause();
  });
  server.listen("127.0.0.1", 80);
  std::vector<ManualPeer> peers;
  for (int i = 0; i < 3; ++i) peers.push_back(loop.system().connect(80));
  loop.run_until_idle();
  EXPECT_EQ(streams.size(), 1U);
  server.resume();
  loop.run_until_idle();
  EXPECT_EQ(streams.size(), 2U);
}

TEST(Pause, AServerThatStopsAndListensAnewInItsCallbackForgetsTheOldSocket) {
  ManualLoop loop;
  std::vector<std::unique_ptr<Stream>> streams;
  TcpServer server(loop, [&](std::unique_ptr<Stream> stream) {
    streams.push_back(std::move(stream));
    server.stop();
    server.listen("127.0.0.1", 81);
  });
  server.listen("127.0.0.1", 80);
  const ManualPeer first = loop.system().connect(80);
  const ManualPeer second = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_EQ(streams.size(), 1U);
  EXPECT_TRUE(second.closed());
  const ManualPeer third = loop.system().connect(81);
  loop.run_until_idle();
  EXPECT_EQ(streams.size(), 2U);
}

// ---- On real sockets ----

TEST(TcpServer, ServesRealClients) {
  CapturedLog log;
  NativeLoop loop;
  loop.set_log_sink(log.sink());
  TcpServer server(loop, [&](std::unique_ptr<Stream> stream) {
    loop.spawn([](std::unique_ptr<Stream> s) -> Task<void> {
      std::array<char, 64> buffer;
      while (const std::size_t n = co_await s->read_some(buffer)) {
        co_await s->write("you said " + std::string(buffer.data(), n));
      }
    }(std::move(stream)));
  });
  server.listen(0);
  std::vector<TestClient> clients;
  for (int i = 0; i < 50; ++i) clients.emplace_back(server.port());
  for (TestClient& client : clients) client.send("hi");
  for (TestClient& client : clients) {
    ASSERT_TRUE(run_turns_until(loop, [&] { return !client.silent_for(0ms); }));
    EXPECT_EQ(client.receive(11), "you said hi");
  }
  clients[0].reset();
  clients[1].close();
  clients[2].shutdown_write();
  ASSERT_TRUE(run_turns_until(loop, [&] { return !clients[2].silent_for(0ms); }));
  EXPECT_EQ(clients[2].receive_all(), "");
  ASSERT_TRUE(run_turns_until(loop, [&] { return !log.records().empty(); }));
  log.expect(LogLevel::error, "Connection reset by peer");
}

TEST(TcpServer, ASlowRealReaderGetsEverything) {
  NativeLoop loop;
  std::string sent;
  for (int i = 0; i < 500'000; ++i) sent += std::to_string(i);
  TcpServer server(loop, [&](std::unique_ptr<Stream> stream) {
    loop.spawn([](std::unique_ptr<Stream> s, std::string data) -> Task<void> {
      co_await s->write(std::move(data));
    }(std::move(stream), sent));
  });
  server.listen("127.0.0.1", 0);
  TestClient client(server.port());
  client.set_buffers(0, 64 * 1024);
  std::string received;
  ASSERT_TRUE(run_turns_until(loop, [&] {
    if (!client.silent_for(0ms)) received += client.receive_some();
    return received.size() >= sent.size();
  }));
  EXPECT_EQ(received, sent);
}

}  // namespace
