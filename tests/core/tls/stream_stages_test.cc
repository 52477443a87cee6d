// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// TLS connections that end where they should not: at every stage, and in every way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tests/core/tls/memory_peers.h>

#include <array>
#include <functional>

namespace {

using eddy::LogLevel;
using eddy::tls::Errc;
using eddy_tests::Contexts;
using eddy_tests::MemoryPeers;
using namespace std::chrono_literals;

/// Brings a connection to each stage of its life, one carried piece after another, and does
/// something there.
void at_each_stage(const std::function<void(MemoryPeers&)>& act) {
  Contexts contexts;
  bool last = false;
  int stages = 0;
  for (int stage = 0; !last; ++stage) {
    MemoryPeers peers(contexts);
    peers.client->write("ping");
    peers.server->write("pong");
    bool moved = true;
    for (int i = 0; i < stage && moved; ++i) {
      peers.loop.run_until_idle();
      moved = MemoryPeers::carry(peers.client_end, peers.server_end, 50) ||
              MemoryPeers::carry(peers.server_end, peers.client_end, 50);
    }
    last = !moved;
    act(peers);
    EXPECT_NO_THROW(peers.loop.run_until_idle()) << "stage " << stage;
    peers.loop.advance(1min);
    ASSERT_LT(stage, 500);
    stages = stage;
  }
  EXPECT_GT(stages, 20);
}

TEST(TlsStreamStages, AResetAtAnyStageIsAnErrorOfBoth) {
  at_each_stage([](MemoryPeers& peers) {
    peers.server_end.reset();
    peers.client_end.reset();
    peers.loop.run_until_idle();
    EXPECT_EQ(peers.server->error(), std::errc::connection_reset);
    EXPECT_EQ(peers.client->error(), std::errc::connection_reset);
  });
}

TEST(TlsStreamStages, AnEndAtAnyStageIsAnEndOrAnError) {
  at_each_stage([](MemoryPeers& peers) {
    peers.server_end.shutdown_write();
    peers.client_end.shutdown_write();
    peers.loop.run_until_idle();
    EXPECT_TRUE(peers.server->ended() || peers.server->error() == std::errc::connection_aborted);
    EXPECT_TRUE(peers.client->ended() || peers.client->error() == std::errc::connection_aborted);
  });
}

TEST(TlsStreamStages, MayBeDestroyedAtAnyStage) {
  at_each_stage([](MemoryPeers& peers) {
    peers.server->destroy();
    peers.client->destroy();
    EXPECT_TRUE(peers.server_end.closed());
    EXPECT_EQ(peers.loop.system().open_descriptors(), 0U);
  });
}

TEST(TlsStreamStages, MayBeDestroyedWithinItsDelegateAtAnyStage) {
  at_each_stage([](MemoryPeers& peers) {
    peers.server->destroy_when_ready = true;
    peers.client->destroy_when_ready = true;
    peers.server_end.reset();
    peers.exchange();
    EXPECT_TRUE(peers.server_end.closed());
  });
}

TEST(TlsStreamStages, OutlivesItsLoopClosedAtAnyStage) {
  Contexts contexts;
  for (int stage = 0; stage < 12; ++stage) {
    auto peers = std::make_unique<MemoryPeers>(contexts);
    for (int i = 0; i < stage; ++i) {
      peers->loop.run_until_idle();
      MemoryPeers::carry(peers->client_end, peers->server_end, 100);
      MemoryPeers::carry(peers->server_end, peers->client_end, 300);
    }
    auto server = std::move(peers->server);
    auto client = std::move(peers->client);
    peers.reset();
    EXPECT_TRUE(server->loop_closed());
    EXPECT_TRUE(server->stream().closed());
    server->write("nobody hears");
    EXPECT_EQ(server->error(), std::errc::not_connected);
    std::array<char, 4> buffer;
    EXPECT_EQ(client->stream().try_read(buffer).error, std::errc::not_connected);
    client->stream().shutdown_write();
    client->close();
  }
}

// ---- Handshakes that fail -----------------------------------------------------------------------

TEST(TlsStreamStages, AHandshakeThatStallsEnds) {
  Contexts contexts;
  MemoryPeers peers(contexts);
  peers.loop.run_until_idle();
  MemoryPeers::carry(peers.client_end, peers.server_end, 20);
  peers.loop.advance(9900ms);
  EXPECT_FALSE(peers.server->error());
  peers.loop.advance(200ms);
  EXPECT_EQ(peers.server->error(), std::errc::timed_out);
  EXPECT_EQ(peers.client->error(), std::errc::timed_out);
  EXPECT_TRUE(peers.log.contains(LogLevel::info, "handshake with 127.0.0.1 took too long"));
  EXPECT_EQ(contexts.server.stats().timed_out, 1U);
  EXPECT_EQ(contexts.server.stats().failed, 1U);
}

TEST(TlsStreamStages, WhatArrivedWhileTheHostStoodStillHasArrivedInTime) {
  Contexts contexts;
  MemoryPeers peers(contexts);
  peers.loop.run_until_idle();
  MemoryPeers::carry(peers.client_end, peers.server_end);  // hello
  peers.loop.run_until_idle();
  MemoryPeers::carry(peers.server_end, peers.client_end);
  peers.loop.run_until_idle();
  MemoryPeers::carry(peers.client_end, peers.server_end);  // all that the server waits for
  peers.loop.system().move_clock(1min);
  peers.loop.run_until_idle();
  EXPECT_FALSE(peers.server->error());
  EXPECT_EQ(contexts.server.stats().handshakes, 1U);
  EXPECT_EQ(contexts.server.stats().timed_out, 0U);
}

TEST(TlsStreamStages, TheTimeInWhichTheHostStoodStillIsGivenBackOnce) {
  Contexts contexts;
  MemoryPeers peers(contexts);
  peers.loop.run_until_idle();
  MemoryPeers::carry(peers.client_end, peers.server_end, 20);
  peers.loop.system().move_clock(1min);
  peers.loop.run_until_idle();
  EXPECT_FALSE(peers.server->error());
  peers.loop.advance(9900ms);
  EXPECT_FALSE(peers.server->error());
  peers.loop.advance(200ms);
  EXPECT_EQ(peers.server->error(), std::errc::timed_out);
}

TEST(TlsStreamStages, AHandshakeThatHasEndedHasNoTimeout) {
  Contexts contexts;
  MemoryPeers peers(contexts);
  peers.exchange();
  peers.loop.advance(24h);
  peers.client->write("still there");
  peers.exchange();
  EXPECT_EQ(peers.server->received(), "still there");
  EXPECT_EQ(contexts.server.stats().timed_out, 0U);
}

TEST(TlsStreamStages, PlainTextIsToldApartAndGetsNoAnswer) {
  Contexts contexts;
  for (const std::string text : {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                 "SSH-2.0-OpenSSH_9.2\r\n", "\r\n\r\n\r\n\r\n"}) {
    MemoryPeers peers(contexts);
    peers.server_end.write(text);
    peers.loop.run_until_idle();
    EXPECT_EQ(peers.server->error(), Errc::plain_text) << text;
    EXPECT_EQ(peers.server_end.unread(), "");
    EXPECT_TRUE(peers.log.contains(LogLevel::info, "127.0.0.1 does not speak TLS"));
  }
  EXPECT_EQ(contexts.server.stats().plain_text, 3U);
}

TEST(TlsStreamStages, WhoOnlyLooksIsNoNews) {
  Contexts contexts;
  MemoryPeers peers(contexts);
  peers.server_end.shutdown_write();
  peers.loop.run_until_idle();
  EXPECT_EQ(peers.server->error(), std::errc::connection_aborted);
  EXPECT_TRUE(peers.log.records().empty());
}

}  // namespace
