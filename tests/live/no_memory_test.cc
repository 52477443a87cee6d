// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where there is no memory left at the moment. A program of its own: it replaces operator new.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include <eddy/web/live/channel.h>
#include <eddy/web/live/event_stream.h>
#include <eddy/web/live/event_stream_route.h>
#include <eddy/web/websocket/websocket_route.h>

#include <tests/websocket/socket_server.h>

namespace {
/// How many more there is memory for.
std::size_t allocations_left = SIZE_MAX;
}  // namespace

// Not inlined, or GCC sees a malloc that is deleted, or a new that is freed.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = allocations_left > 0 ? std::malloc(size) : nullptr;
  if (memory == nullptr) throw std::bad_alloc();
  if (allocations_left != SIZE_MAX) --allocations_left;
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace {

using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Channel;
using eddy::web::EventStream;
using eddy::web::WebSocket;
using eddy_tests::kText;
using eddy_tests::server_frame;

/// Clients that have subscribed to a channel and take little at once, so that what the system does
/// with it needs no memory.
class Live : public eddy_tests::WebSocketServer {
 public:
  Live() : channel_(std::make_unique<Channel>(loop_)) {
    app_.add(eddy::web::websocket_route("/socket", [this](WebSocket& socket) -> Task<void> {
      channel_->subscribe(socket);
      while (co_await socket.receive()) {
      }
    }));
    app_.add(eddy::web::event_stream_route("/events", [this](EventStream& stream) -> Task<void> {
      channel_->subscribe(stream);
      co_await stream.until_closed();
    }));
    loop_.set_exception_handler([this](const std::exception_ptr& /*error*/, const char* /*where*/) {
      ++errors_;
      if (ends_channel_) channel_.reset();
    });
    listen();
  }
  using WebSocketServer::loop_;
  using WebSocketServer::read;
  void TestBody() override {}

  ManualPeer open_slow(const std::string& path) {
    ManualPeer peer =
        path == "/socket" ? open(path) : connect("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    (void)read(peer);
    peer.set_capacity(10);
    return peer;
  }
  /// Publishes; `left` allocations succeed while it is handed out.
  void publish(const std::string& text, std::size_t left) {
    channel_->publish(text);
    allocations_left = left;
    loop_.run_turns(1);
    allocations_left = SIZE_MAX;
    loop_.run_until_idle();
  }

  std::unique_ptr<Channel> channel_;
  int errors_ = 0;
  bool ends_channel_ = false;
};

const std::string kMessage(1000, 'x');  // NOLINT(cert-err58-cpp)

TEST(NoMemory, AWebSocketLacksNothingOrIsClosed) {
  bool enough = false;
  for (std::size_t left = 0; !enough; ++left) {
    ASSERT_LT(left, 50U);
    Live live;
    ManualPeer peer = live.open_slow("/socket");
    live.publish(kMessage, left);
    enough = live.errors_ == 0;
    live.channel_->publish("and more");
    live.loop_.run_until_idle();
    const std::string got = live.read(peer);
    const std::string all = server_frame(kText, kMessage) + server_frame(kText, "and more");
    EXPECT_TRUE(peer.closed() ? all.starts_with(got) : got == all) << left << ": " << got;
    EXPECT_EQ(peer.closed(), !enough);
    EXPECT_EQ(live.channel_->size(), enough ? 1U : 0U);
  }
}

TEST(NoMemory, AnEventStreamLacksNothingOrIsClosed) {
  bool enough = false;
  for (std::size_t left = 0; !enough; ++left) {
    ASSERT_LT(left, 50U);
    Live live;
    ManualPeer peer = live.open_slow("/events");
    live.publish(kMessage, left);
    enough = live.errors_ == 0;
    (void)live.read(peer);
    EXPECT_EQ(peer.closed(), !enough) << left;
    EXPECT_EQ(live.channel_->size(), enough ? 1U : 0U);
  }
}

TEST(NoMemory, AChannelMayEndWhereItIsTold) {
  Live live;
  live.ends_channel_ = true;
  ManualPeer one = live.open_slow("/socket");
  ManualPeer two = live.open_slow("/events");
  live.publish(kMessage, 0);
  EXPECT_EQ(live.errors_, 1);
  EXPECT_EQ(live.channel_, nullptr);
}

}  // namespace
