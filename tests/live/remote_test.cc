// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <eddy/core/loop/loop.h>
#include <eddy/web/live/channel.h>
#include <eddy/web/websocket/websocket_route.h>

#include <tests/websocket/socket_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using eddy::web::Channel;
using eddy::web::ChannelOptions;
using eddy::web::RemoteChannel;
using eddy::web::RemoteSend;
using eddy::web::RemoteWebSocket;
using eddy::web::WebSocket;
using eddy::web::websocket_route;
using eddy::web::WebSocketOptions;
using eddy_tests::client_frame;
using eddy_tests::close_payload;
using eddy_tests::kBinary;
using eddy_tests::kClose;
using eddy_tests::kText;
using eddy_tests::server_frame;

class Remotes : public eddy_tests::WebSocketServer {
 protected:
  void serve(const ChannelOptions& options = {}, const WebSocketOptions& sockets = {}) {
    channel_ = std::make_unique<Channel>(loop_, options);
    app_.add(websocket_route(
        "/",
        [this](WebSocket& socket) -> Task<void> {
          channel_->subscribe(socket);
          remote_.emplace(socket.remote());
          while (co_await socket.receive()) {
          }
        },
        {}, sockets));
  }

  std::unique_ptr<Channel> channel_;
  std::optional<RemoteWebSocket> remote_;  // of the last one
};

TEST_F(Remotes, SendFromOtherThreads) {
  serve();
  ManualPeer one = open("/");
  ManualPeer two = open("/");
  const RemoteChannel channel = channel_->remote();
  std::thread([&] {
    EXPECT_EQ(channel.publish("to all"), RemoteSend::taken);
    EXPECT_EQ(remote_->send(std::vector<std::byte>{std::byte{1}}), RemoteSend::taken);
  }).join();
  loop_.run_until_idle();
  EXPECT_EQ(read(one), server_frame(kText, "to all"));
  EXPECT_THAT(read(two), testing::AllOf(testing::HasSubstr(server_frame(kText, "to all")),
                                        testing::HasSubstr(server_frame(kBinary, "\1"))));
}

TEST_F(Remotes, KeepTheOrderOfEachThread) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  serve({.remote_bytes = 10 << 20});
  ManualPeer peer = open("/");
  peer.set_capacity(10 << 20);
  const RemoteChannel channel = channel_->remote();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const std::string text{static_cast<char>('a' + thread), static_cast<char>(i / 250),
                               static_cast<char>(i % 250)};
        EXPECT_EQ(channel.publish(text), RemoteSend::taken);
      }
    });
  }
  std::string all;
  while (all.size() < 5UL * kThreads * kEach) {
    loop_.run_until_idle();
    all += read(peer);
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> next(kThreads);
  for (std::size_t at = 0; at < all.size(); at += 5) {
    const auto thread = static_cast<std::size_t>(all[at + 2] - 'a');
    ASSERT_LT(thread, next.size());
    const int i =
        static_cast<unsigned char>(all[at + 3]) * 250 + static_cast<unsigned char>(all[at + 4]);
    EXPECT_EQ(i, next[thread]++);
  }
}

TEST_F(Remotes, AreBounded) {
  serve({.remote_bytes = 1000}, {.send_bytes = 1000});
  ManualPeer peer = open("/");
  const RemoteChannel channel = channel_->remote();
  const std::string text(300, 'x');
  int taken = 0;
  while (channel.publish(text) == RemoteSend::taken) ASSERT_LT(++taken, 10);
  EXPECT_EQ(channel.publish(text), RemoteSend::full);
  EXPECT_GE(taken, 2);
  int sent = 0;
  while (remote_->send(text) == RemoteSend::taken) ASSERT_LT(++sent, 10);
  EXPECT_GE(sent, 2);
  loop_.run_until_idle();
  std::string all;
  for (int i = 0; i < taken + sent; ++i) all += server_frame(kText, text);
  EXPECT_EQ(read(peer), all);
  EXPECT_EQ(channel.publish(std::string(10'000, 'x')), RemoteSend::taken);  // alone
  EXPECT_EQ(channel.publish("x"), RemoteSend::full);
}

TEST_F(Remotes, GiveTheRoomOfEachBack) {
  serve({.remote_bytes = 10'000});
  const ManualPeer peer = open("/");
  const RemoteChannel channel = channel_->remote();
  for (int times = 0; times < 3; ++times) {
    EXPECT_EQ(channel.publish(std::string(5000, 'x')), RemoteSend::taken);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(channel.publish("short"), RemoteSend::taken);
    loop_.run_until_idle();
  }
}

TEST_F(Remotes, ABurstDoesNotHoldTheHost) {
  serve();
  ManualPeer peer = open("/");
  loop_.set_budget({.slice = 1h, .max_steps = 10});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(remote_->send("x"), RemoteSend::taken);
  std::size_t before = 0;
  for (int turns = 0; before < 300; ++turns) {
    ASSERT_LT(turns, 1000);
    loop_.run_turns(1);
    EXPECT_LE(peer.unread().size() - before, 3 * 10U);
    before = peer.unread().size();
  }
}

TEST_F(Remotes, TellOfAReceiverThatHasGone) {
  serve();
  ManualPeer peer = open("/");
  EXPECT_EQ(remote_->send("lost"), RemoteSend::taken);
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(remote_->send("late"), RemoteSend::closed);
  const RemoteChannel channel = channel_->remote();
  EXPECT_EQ(channel.publish("to nobody"), RemoteSend::taken);
  channel_.reset();
  EXPECT_EQ(channel.publish("late"), RemoteSend::closed);
  loop_.run_until_idle();
}

TEST_F(Remotes, TellOfOneThatCloses) {
  serve();
  ManualPeer peer = open("/");
  send(peer, client_frame(kClose, close_payload(1000)));
  EXPECT_EQ(remote_->send("late"), RemoteSend::closed);
  EXPECT_EQ(read(peer), server_frame(kClose, close_payload(1000)));
}

TEST(Remote, OutlivesItsLoop) {
  std::optional<RemoteChannel> remote;
  {
    std::unique_ptr<Channel> channel;
    {
      eddy::NativeLoop loop;
      channel = std::make_unique<Channel>(loop);
      remote.emplace(channel->remote());
      EXPECT_EQ(remote->publish("lost"), RemoteSend::taken);
    }
    EXPECT_EQ(remote->publish("late"), RemoteSend::closed);
  }
  EXPECT_EQ(remote->publish("late"), RemoteSend::closed);
}

TEST(Remote, TellsOfALoopThatHasGone) {
  std::unique_ptr<Channel> channel;
  std::optional<RemoteChannel> remote;
  {
    eddy::NativeLoop loop;
    channel = std::make_unique<Channel>(loop);
    remote.emplace(channel->remote());
  }
  EXPECT_EQ(remote->publish("late"), RemoteSend::closed);
}

}  // namespace
