// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/live/channel.h>

#include <tests/live/stream_server.h>

namespace {

using eddy::testing::ManualPeer;
using eddy::web::Channel;
using eddy::web::ChannelOptions;
using eddy::web::EventStream;
using eddy::web::EventStreamOptions;
using eddy::web::SlowConsumer;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string event(std::uint64_t id, std::string_view data) {
  return "id: " + std::to_string(id) + "\ndata: " + std::string(data) + "\n\n";
}

class ChannelEvents : public eddy_tests::EventStreamServer {
 protected:
  void serve(const ChannelOptions& options = {}, const EventStreamOptions& streams = {}) {
    channel_ = std::make_unique<Channel>(loop_, options);
    add(
        "/",
        [this](EventStream& events) {
          last_ = &events;
          if (!channel_->subscribe(events)) events.send("some are missing");
        },
        streams);
  }
  std::string last_event_id(std::uint64_t id) {
    return "Last-Event-ID: " + std::to_string(id) + "\r\n";
  }

  std::unique_ptr<Channel> channel_;
  EventStream* last_ = nullptr;
};

TEST_F(ChannelEvents, HaveIdsAndTypes) {
  serve();
  ManualPeer one = open("/");
  ManualPeer two = open("/");
  const std::uint64_t id = channel_->publish("a\nb");
  channel_->publish("1.25", "price");
  channel_->publish(std::vector<std::byte>{std::byte{0xFF}});
  loop_.run_until_idle();
  const std::string all = "id: " + std::to_string(id) + "\ndata: a\ndata: b\n\n" +
                          "event: price\nid: " + std::to_string(id + 1) + "\ndata: 1.25\n\n" +
                          event(id + 2, "/w==");
  EXPECT_THAT(read(one), testing::AllOf(HasSubstr("\ndata: a\ndata: b\n"),
                                        HasSubstr("event: price\n"), EndsWith("data: /w==\n\n")));
  EXPECT_EQ(read(two).size(), all.size());
  EXPECT_THROW(channel_->publish("x", "a\nb"), std::invalid_argument);
}

TEST_F(ChannelEvents, ComeAgainFromWhereTheClientWas) {
  serve({.history = 2});
  const std::uint64_t first = channel_->publish("a");
  channel_->publish("b");
  channel_->publish("c");
  ManualPeer knows_b = open("/", last_event_id(first + 1));
  EXPECT_EQ(begun_ + read(knows_b), event(first + 2, "c"));
  ManualPeer knows_a = open("/", last_event_id(first));
  EXPECT_EQ(begun_ + read(knows_a), event(first + 1, "b") + event(first + 2, "c"));
  ManualPeer too_old = open("/", last_event_id(first - 1));
  const std::string missing = "data: some are missing\n\n";
  EXPECT_EQ(begun_ + read(too_old), missing + event(first + 1, "b") + event(first + 2, "c"));
  ManualPeer strange = open("/", "Last-Event-ID: abc\r\n");
  EXPECT_THAT(begun_ + read(strange), StartsWith(missing));
  ManualPeer fresh = open("/");
  EXPECT_EQ(begun_ + read(fresh), "");
}

TEST_F(ChannelEvents, AreSharedByAll) {
  serve();
  std::vector<ManualPeer> peers;
  for (int i = 0; i < 3; ++i) peers.push_back(open("/"));
  peers.front().set_capacity(10);
  const std::uint64_t id = channel_->publish(std::string(1000, 'x'));
  loop_.run_until_idle();
  for (ManualPeer& peer : peers) EXPECT_EQ(read(peer), event(id, std::string(1000, 'x')));
}

TEST_F(ChannelEvents, WhoGoesIsMissedByNobody) {
  serve();
  ManualPeer gone = open("/");
  ManualPeer stays = open("/");
  EventStream* const staying = last_;
  ManualPeer closed = open("/");
  EXPECT_EQ(channel_->size(), 3U);
  gone.close();
  last_->close();
  loop_.run_until_idle();
  EXPECT_EQ(channel_->size(), 1U);
  const std::uint64_t id = channel_->publish("a");
  loop_.run_until_idle();
  EXPECT_EQ(read(stays), event(id, "a"));
  channel_->unsubscribe(*staying);
  channel_->publish("b");
  loop_.run_until_idle();
  EXPECT_EQ(read(stays), "");
  channel_.reset();
  EXPECT_FALSE(staying->closed());
}

TEST_F(ChannelEvents, ASlowClientIsCutAndTheOthersReached) {
  serve({}, {.send_bytes = 10'000, .slow_consumer = SlowConsumer::close});
  ManualPeer slow = open("/");
  slow.set_capacity(100);
  ManualPeer quick = open("/");
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t id = channel_->publish(std::string(5000, 'x'));
    loop_.run_until_idle();
    EXPECT_EQ(read(quick), event(id, std::string(5000, 'x')));
  }
  EXPECT_TRUE(slow.closed());
  EXPECT_EQ(channel_->size(), 1U);
}

}  // namespace
