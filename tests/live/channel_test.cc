// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/core/task/event.h>
#include <eddy/web/live/channel.h>
#include <eddy/web/live/internal/shared_message.h>
#include <eddy/web/websocket/internal/deflate.h>
#include <eddy/web/websocket/websocket_route.h>

#include <tests/websocket/socket_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Channel;
using eddy::web::ChannelOptions;
using eddy::web::CloseCode;
using eddy::web::DeflateOptions;
using eddy::web::SlowConsumer;
using eddy::web::WebSocket;
using eddy::web::websocket_route;
using eddy::web::WebSocketOptions;
using eddy::web::internal::DeflateInflater;
using eddy::web::internal::DeflateSide;
using eddy::web::internal::SharedMessage;
using eddy_tests::client_frame;
using eddy_tests::close_payload;
using eddy_tests::handshake;
using eddy_tests::kBinary;
using eddy_tests::kClose;
using eddy_tests::kText;
using eddy_tests::server_frame;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Channels : public eddy_tests::WebSocketServer {
 protected:
  /// A route at which whoever comes subscribes; by "?since=ID" to what has been, too.
  void serve(const ChannelOptions& options = {}, const WebSocketOptions& sockets = {}) {
    channel_ = std::make_unique<Channel>(loop_, options);
    app_.add(websocket_route(
        "/", [this](WebSocket& socket) { return listen_to(socket, std::nullopt); }, {}, sockets));
    app_.add(websocket_route(
        "/since/{id}",
        [this](WebSocket& socket, std::uint64_t id) { return listen_to(socket, id); }, {},
        sockets));
  }
  Task<void> listen_to(WebSocket& socket, std::optional<std::uint64_t> since) {
    if (!since) {
      channel_->subscribe(socket);
    } else if (!channel_->subscribe(socket, *since)) {
      socket.send("some are missing");
    }
    last_ = &socket;
    while (auto message = co_await socket.receive()) {
      if (message->data == "no more") channel_->unsubscribe(socket);
      if (message->data == "close") socket.close();
      if (message->data == "say") socket.send(std::string(200, 's'));
    }
  }
  void publish(std::string_view text) {
    EXPECT_NE(channel_->publish(text), 0U);
    loop_.run_until_idle();
  }

  std::unique_ptr<Channel> channel_;
  WebSocket* last_ = nullptr;
};

TEST_F(Channels, ReachWhoHasSubscribed) {
  serve();
  ManualPeer one = open("/");
  ManualPeer two = open("/");
  EXPECT_EQ(channel_->size(), 2U);
  const std::uint64_t first = channel_->publish("a");
  EXPECT_EQ(channel_->publish(std::vector<std::byte>{std::byte{0}, std::byte{255}}), first + 1);
  EXPECT_EQ(channel_->last_id(), first + 1);
  loop_.run_until_idle();
  const std::string both = server_frame(kText, "a") + server_frame(kBinary, {"\0\xff", 2});
  EXPECT_EQ(read(one), both);
  EXPECT_EQ(read(two), both);
  ManualPeer late = open("/");
  EXPECT_EQ(begun_, "");
  publish("b");
  EXPECT_EQ(read(late), server_frame(kText, "b"));
}

TEST_F(Channels, OneSubscriptionIsEnough) {
  serve();
  ManualPeer peer = open("/");
  channel_->subscribe(*last_);
  EXPECT_TRUE(channel_->subscribe(*last_, 0));
  EXPECT_EQ(channel_->size(), 1U);
  publish("once");
  EXPECT_EQ(read(peer), server_frame(kText, "once"));
}

TEST_F(Channels, PublishSendsNothingByItself) {
  serve();
  ManualPeer peer = open("/");
  channel_->publish("later");
  EXPECT_EQ(peer.unread(), "");
  last_->send("at once");
  loop_.run_until_idle();
  EXPECT_EQ(read(peer), server_frame(kText, "at once") + server_frame(kText, "later"));
}

TEST_F(Channels, WhatAllLackGoesInOneCall) {
  serve();
  ManualPeer peer = open("/");
  const std::size_t before = peer.sends();
  std::string all;
  for (int i = 0; i < 10; ++i) {
    channel_->publish(std::to_string(i));
    all += server_frame(kText, std::to_string(i));
  }
  loop_.run_until_idle();
  EXPECT_EQ(read(peer), all);
  EXPECT_EQ(peer.sends(), before + 1);
}

TEST_F(Channels, WhoGoesIsMissedByNobody) {
  serve();
  ManualPeer gone = open("/");
  ManualPeer closing = open("/");
  ManualPeer unsubscribed = open("/");
  ManualPeer stays = open("/");
  channel_->publish("a");
  gone.close();
  loop_.run_until_idle();
  EXPECT_EQ(channel_->size(), 3U);
  send(closing, client_frame(kText, "close"));
  send(unsubscribed, client_frame(kText, "no more"));
  EXPECT_EQ(channel_->size(), 1U);
  (void)read(unsubscribed);
  (void)read(stays);
  publish("b");
  EXPECT_EQ(read(stays), server_frame(kText, "b"));
  EXPECT_EQ(read(unsubscribed), "");
  send(unsubscribed, client_frame(kText, "say"));
  EXPECT_EQ(read(unsubscribed), server_frame(kText, std::string(200, 's')));
}

TEST_F(Channels, GoBeforeTheirSubscribers) {
  serve();
  ManualPeer one = open("/");
  ManualPeer two = open("/");
  loop_.set_budget({.slice = 1h, .max_steps = 1});
  channel_->publish("a");
  loop_.run_turns(1);
  channel_.reset();
  loop_.set_budget({});
  loop_.run_until_idle();
  EXPECT_EQ(read(one) + read(two), server_frame(kText, "a"));
  EXPECT_FALSE(last_->closed());
}

TEST_F(Channels, SubscribersMayGoWhileTheyAreHandedSomething) {
  serve();
  std::vector<ManualPeer> peers;
  for (int i = 0; i < 10; ++i) peers.push_back(open("/"));
  loop_.set_budget({.slice = 1h, .max_steps = 1});
  channel_->publish("a");
  for (ManualPeer& peer : peers) {
    loop_.run_turns(1);
    peer.close();
    loop_.run_turns(1);
  }
  loop_.run_until_idle();
  EXPECT_EQ(channel_->size(), 0U);
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_NE(channel_->publish("b"), 0U);
}

TEST_F(Channels, DoNotHoldTheHost) {
  constexpr std::size_t kPeers = 500;
  constexpr std::size_t kSteps = 20;
  serve();
  std::vector<ManualPeer> peers;
  for (std::size_t i = 0; i < kPeers; ++i) peers.push_back(open("/"));
  loop_.set_budget({.slice = 1h, .max_steps = kSteps});
  channel_->publish("a");
  std::size_t reached = 0;
  std::size_t turns = 0;
  while (reached < kPeers) {
    ASSERT_LT(++turns, 10 * kPeers);
    loop_.run_turns(1);
    std::size_t now = 0;
    for (const ManualPeer& peer : peers) now += peer.unread().empty() ? 0 : 1;
    EXPECT_LE(now - reached, kSteps);
    reached = now;
  }
  EXPECT_GE(turns, kPeers / kSteps);
}

TEST_F(Channels, WhoSubscribesMeanwhileGetsWhatComesThen) {
  serve();
  ManualPeer one = open("/");
  ManualPeer two = open("/");
  loop_.set_budget({.slice = 1h, .max_steps = 1});
  channel_->publish("a");
  loop_.run_turns(1);  // one of them has it
  channel_->unsubscribe(*last_);
  channel_->subscribe(*last_);  // the second, which had not
  channel_->publish("b");
  loop_.set_budget({});
  loop_.run_until_idle();
  EXPECT_EQ(read(one), server_frame(kText, "a") + server_frame(kText, "b"));
  EXPECT_EQ(read(two), server_frame(kText, "b"));
}

TEST_F(Channels, TellWhoComesBackWhatHasBeen) {
  serve({.history = 3});
  std::vector<std::uint64_t> ids;
  for (const char* const text : {"a", "b", "c", "d"}) ids.push_back(channel_->publish(text));
  ManualPeer knows_all = open("/since/" + std::to_string(ids[3]));
  EXPECT_EQ(begun_, "");
  ManualPeer lacks_one = open("/since/" + std::to_string(ids[2]));
  EXPECT_EQ(begun_, server_frame(kText, "d"));
  ManualPeer lacks_three = open("/since/" + std::to_string(ids[0]));
  EXPECT_EQ(begun_, server_frame(kText, "b") + server_frame(kText, "c") + server_frame(kText, "d"));
  ManualPeer lacks_more = open("/since/" + std::to_string(ids[0] - 1));
  EXPECT_EQ(begun_, server_frame(kText, "some are missing") + server_frame(kText, "b") +
                        server_frame(kText, "c") + server_frame(kText, "d"));
  ManualPeer of_another_run = open("/since/" + std::to_string(ids[3] + 1));
  EXPECT_THAT(begun_, StartsWith(server_frame(kText, "some are missing")));
  publish("e");
  for (ManualPeer* const peer : {&knows_all, &lacks_one, &lacks_three, &lacks_more}) {
    EXPECT_EQ(read(*peer), server_frame(kText, "e"));
  }
}

TEST_F(Channels, WhatIsToldAgainComesBeforeWhatIsNew) {
  serve({.history = 100});
  const std::uint64_t before = channel_->last_id();
  std::string all;
  for (int i = 0; i < 40; ++i) {
    channel_->publish(std::to_string(i));
    all += server_frame(kText, std::to_string(i));
  }
  listen();
  loop_.set_budget({.slice = 1h, .max_steps = 1});
  ManualPeer peer = connect();
  peer.write(handshake("/since/" + std::to_string(before)));
  while (channel_->size() == 0) loop_.run_turns(1);
  channel_->publish("new");
  loop_.set_budget({});
  loop_.run_until_idle();
  EXPECT_THAT(read(peer), testing::EndsWith("\r\n\r\n" + all + server_frame(kText, "new")));
}

TEST_F(Channels, KeepSoManyBytes) {
  serve({.history = 1000, .history_bytes = 100'000});
  const std::string message(1000, 'x');
  const std::uint64_t first = channel_->publish(message);
  for (int i = 0; i < 1000; ++i) EXPECT_NE(channel_->publish(message), 0U);
  ManualPeer peer = open("/since/" + std::to_string(first));
  std::string got = begun_ + read(peer);
  EXPECT_THAT(got, StartsWith(server_frame(kText, "some are missing")));
  EXPECT_LT(got.size(), 100'000U);
  EXPECT_GT(got.size(), 50'000U);
}

TEST_F(Channels, NumbersGrowFromOneRunToTheNext) {
  const Channel first(loop_);
  EXPECT_GT(first.last_id(), 1'700'000'000'000'000U);
  EXPECT_LT(first.last_id(), 1ULL << 53);  // a number in JavaScript
}

TEST_F(Channels, RefuseWhatIsTooMuchToHandOut) {
  serve({.pending_bytes = 100'000});
  ManualPeer peer = open("/");
  peer.set_capacity(10 << 20);
  const std::string message(10'000, 'x');
  std::size_t taken = 0;
  while (channel_->publish(message) != 0) ASSERT_LT(++taken, 100U);
  EXPECT_EQ(channel_->publish(message), 0U);
  EXPECT_GE(taken, 9U);
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("ChannelOptions::pending_bytes")));
  std::uint64_t id = 0;
  loop_.spawn([](Channel& channel, std::uint64_t& id) -> Task<void> {
    co_await channel.delivered();
    id = channel.publish("again");
  }(*channel_, id));
  EXPECT_EQ(id, 0U);
  loop_.run_until_idle();
  EXPECT_EQ(id, channel_->last_id());
  std::string all;
  for (std::size_t i = 0; i < taken; ++i) all += server_frame(kText, message);
  EXPECT_EQ(read(peer), all + server_frame(kText, "again"));
}

TEST_F(Channels, MayLetAnyAmountWait) {
  serve({.history = 1, .pending_bytes = std::numeric_limits<std::size_t>::max()});
  ManualPeer peer = open("/");
  peer.set_capacity(10 << 20);
  const std::string message(500'000, 'x');
  std::string all;
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(channel_->publish(message), 0U);
    all += server_frame(kText, message);
  }
  loop_.run_until_idle();
  EXPECT_TRUE(read(peer) == all);
}

TEST_F(Channels, WaitForNobody) {
  serve();
  bool done = false;
  loop_.spawn([](Channel& channel, bool& done) -> Task<void> {
    channel.publish("to nobody");
    co_await channel.delivered();
    done = true;
  }(*channel_, done));
  loop_.run_until_idle();
  EXPECT_TRUE(done);
}

// ---- Slow ones ----------------------------------------------------------------------------------

TEST_F(Channels, CloseASlowOneAndReachTheOthers) {
  serve({}, {.send_bytes = 20'000});
  ManualPeer slow = open("/");
  slow.set_capacity(1000);
  ManualPeer quick = open("/");
  const std::string message(10'000, 'x');
  for (int i = 0; i < 10; ++i) {
    publish(message);
    EXPECT_EQ(read(quick), server_frame(kText, message));
  }
  EXPECT_EQ(channel_->size(), 1U);
  EXPECT_THAT(read(slow), testing::EndsWith(server_frame(
                              kClose, close_payload(1013, "too slow in taking messages"))));
}

class Bursts : public Channels, public testing::WithParamInterface<SlowConsumer> {};
INSTANTIATE_TEST_SUITE_P(Each, Bursts,
                         testing::Values(SlowConsumer::close, SlowConsumer::drop_oldest,
                                         SlowConsumer::coalesce));

TEST_P(Bursts, MakeNobodySlow) {
  serve({}, {.send_bytes = 20'000, .slow_consumer = GetParam()});
  ManualPeer peer = open("/");
  peer.set_capacity(10 << 20);
  const std::string message(10'000, 'x');
  std::string all;
  for (int i = 0; i < 40; ++i) {
    channel_->publish(message);
    all += server_frame(kText, message);
  }
  loop_.run_until_idle();
  EXPECT_EQ(read(peer), all);
}

TEST_P(Bursts, OfLongMessagesMakeNobodySlow) {
  serve({.pending_bytes = 100 << 20}, {.slow_consumer = GetParam()});
  ManualPeer peer = open("/");
  peer.set_capacity(100 << 20);
  const std::string message(400'000, 'x');
  std::string all;
  for (int i = 0; i < 16; ++i) {
    channel_->publish(message);
    all += server_frame(kText, message);
  }
  loop_.run_until_idle();
  EXPECT_TRUE(read(peer) == all);
}

TEST_F(Channels, ASlowOneMayBeGivenTheNewestOnly) {
  serve({}, {.slow_consumer = SlowConsumer::coalesce});
  ManualPeer peer = open("/");
  peer.set_capacity(1000);
  for (int i = 0; i < 50; ++i) publish(std::string(999, 'x') + std::to_string(i % 10));
  const std::string got = read(peer);
  EXPECT_LT(got.size(), 3 * 1010U);
  EXPECT_THAT(got, testing::EndsWith("x9"));
}

// ---- Compression --------------------------------------------------------------------------------

std::string inflated(DeflateInflater& inflater, std::string_view frame) {
  const auto size = static_cast<unsigned char>(frame[1]);
  std::string out;
  EXPECT_EQ(static_cast<unsigned char>(frame[0]), kText | 0x40U);
  EXPECT_LT(size, 126U);
  EXPECT_EQ(inflater.inflate(frame.substr(2, size), true, out, 1 << 20),
            DeflateInflater::Result::ok);
  return out;
}

TEST(SharedMessages, AreCompressedOnceForEachSetOfParameters) {
  const std::string text(1000, 'x');
  SharedMessage message(7, text, false);
  const std::size_t plain = message.bytes_held();
  EXPECT_EQ(message.id(), 7U);
  EXPECT_EQ(message.data(), text);
  EXPECT_EQ(*message.frame(), server_frame(kText, text));
  const auto large = message.deflated_frame({.window_bits = 15, .takes_over = true});
  EXPECT_EQ(message.deflated_frame({.window_bits = 15, .takes_over = false}), large);
  EXPECT_NE(message.deflated_frame({.window_bits = 9}), large);
  EXPECT_GT(message.bytes_held(), plain + large->size());
  DeflateInflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, *large), text);
}

// The peer's window has what was compressed by itself; what compresses here must not count on it.
TEST_F(Channels, GoWithContextTakeover) {
  const WebSocketOptions options{.deflate = DeflateOptions{}};
  serve({}, options);
  ManualPeer peer = open("/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  ManualPeer plain = open("/");
  DeflateInflater inflater(15, true);
  const std::string said(200, 's');
  const std::string published = std::string(150, 'p') + said;
  for (int i = 0; i < 3; ++i) {
    send(peer, client_frame(kText, "say"));
    EXPECT_EQ(inflated(inflater, read(peer)), said);
    send(peer, client_frame(kText, "say"));
    EXPECT_EQ(inflated(inflater, read(peer)), said);
    publish(published);
    EXPECT_EQ(inflated(inflater, read(peer)), published);
    EXPECT_EQ(read(plain), server_frame(kText, published));
    publish("short");  // below the threshold
    EXPECT_EQ(read(peer), server_frame(kText, "short"));
    EXPECT_EQ(read(plain), server_frame(kText, "short"));
  }
}

}  // namespace
