// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <eddy/web/live/channels.h>
#include <eddy/web/live/event_stream_route.h>
#include <eddy/web/websocket/websocket_route.h>

#include <tests/websocket/socket_server.h>

namespace {

using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Channels;
using eddy::web::EventStream;
using eddy::web::WebSocket;
using eddy_tests::client_frame;
using eddy_tests::kText;
using eddy_tests::server_frame;
using testing::HasSubstr;

class NamedChannels : public eddy_tests::WebSocketServer {
 protected:
  void serve(Channels& rooms) {
    app_.websocket("/{room}", [&rooms](WebSocket& socket, std::string room) -> Task<void> {
      rooms.subscribe(room, socket);
      while (auto message = co_await socket.receive()) rooms.publish(room, message->data);
    });
    app_.events("/events/{room}",
                [&rooms](EventStream& events, std::string room) { rooms.subscribe(room, events); });
  }
};

TEST_F(NamedChannels, ReachWhoIsThere) {
  Channels rooms(loop_);
  serve(rooms);
  ManualPeer a = open("/a");
  ManualPeer also_a = open("/a");
  ManualPeer b = open("/b");
  ManualPeer events = connect("GET /events/a HTTP/1.1\r\nHost: a\r\n\r\n");
  (void)read(events);
  EXPECT_EQ(rooms.size(), 2U);
  EXPECT_EQ(rooms.find("a")->size(), 3U);
  send(a, client_frame(kText, "hello"));
  EXPECT_EQ(read(a), server_frame(kText, "hello"));
  EXPECT_EQ(read(also_a), server_frame(kText, "hello"));
  EXPECT_EQ(read(b), "");
  EXPECT_THAT(read(events), HasSubstr("data: hello\n\n"));
}

TEST_F(NamedChannels, NobodyCostsNothing) {
  Channels rooms(loop_);
  const std::uint64_t first = rooms.publish("nobody", "x");
  EXPECT_EQ(rooms.size(), 0U);
  EXPECT_EQ(rooms.find("nobody"), nullptr);
  serve(rooms);
  ManualPeer peer = open("/nobody");
  EXPECT_GE(rooms.publish("nobody", std::vector<std::byte>{std::byte{1}}), first);
}

TEST_F(NamedChannels, ThatAreLeftDoNotAddUp) {
  Channels rooms(loop_);
  serve(rooms);
  ManualPeer stays = open("/stays");
  for (int i = 0; i < 1000; ++i) {
    ManualPeer peer = open("/" + std::to_string(i));
    peer.close();
    loop_.run_until_idle();
    EXPECT_LE(rooms.size(), 128U);
  }
  rooms.publish("stays", "still");
  loop_.run_until_idle();
  EXPECT_EQ(read(stays), server_frame(kText, "still"));
}

TEST_F(NamedChannels, KeepSoManyHistories) {
  Channels rooms(loop_, {.channel = {.history = 1}, .idle_channels = 50});
  for (int i = 0; i < 1000; ++i) rooms.publish(std::to_string(i), "x");
  EXPECT_LE(rooms.size(), 200U);
  EXPECT_NE(rooms.find("999"), nullptr);
  EXPECT_EQ(rooms.find("0"), nullptr);
  serve(rooms);
  app_.websocket("/since/{room}", [&rooms](WebSocket& socket, std::string room) -> Task<void> {
    EXPECT_FALSE(rooms.subscribe(room, socket, 0));
    while (co_await socket.receive()) {
    }
  });
  ManualPeer peer = open("/since/999");
  EXPECT_EQ(begun_ + read(peer), server_frame(kText, "x"));
}

}  // namespace
