// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/message_reader.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tests/websocket/frames.h>

namespace {

using eddy::web::CloseCode;
using eddy::web::internal::MessageEvent;
using eddy::web::internal::MessageInflater;
using eddy::web::internal::MessageLimits;
using eddy::web::internal::MessageReader;
using eddy_tests::client_frame;
using eddy_tests::close_payload;
using eddy_tests::server_frame;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = MessageEvent::Kind;
using Peer = MessageReader::Peer;

std::string told(const MessageEvent& event) {
  const std::string code = std::to_string(static_cast<int>(event.code));
  const std::string data(event.data);
  switch (event.kind) {
    case Kind::more:
      return "more";
    case Kind::text:
      return "text " + data;
    case Kind::binary:
      return "binary " + data;
    case Kind::ping:
      return "ping " + data;
    case Kind::pong:
      return "pong " + data;
    case Kind::close:
      return "close " + code + " " + data;
    case Kind::failed:
      return "failed " + code + " " + data;
  }
  return "?";
}

// What a reader tells of bytes that come `step` at a time.
std::vector<std::string> events_of(MessageReader& reader, std::string bytes, std::size_t step) {
  std::vector<std::string> events;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    std::span<char> input(bytes.data() + at, std::min(step, bytes.size() - at));
    while (true) {
      const MessageEvent event = reader.read(input);
      if (event.kind == Kind::more) break;
      events.push_back(told(event));
      if (event.kind == Kind::failed) return events;
    }
    EXPECT_TRUE(input.empty());
  }
  return events;
}

// The same of bytes that come all at once, one by one, and seven at a time.
std::vector<std::string> events_of(const std::string& bytes, Peer peer = Peer::client,
                                   const MessageLimits& limits = {}) {
  MessageReader whole(peer, limits);
  const std::vector<std::string> events =
      events_of(whole, bytes, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t step : {1, 7}) {
    MessageReader reader(peer, limits);
    EXPECT_EQ(events_of(reader, bytes, step), events) << "by " << step;
  }
  return events;
}

TEST(MessageReader, ReadsTheExamplesOfTheRfc) {  // RFC 6455, 5.7
  EXPECT_THAT(events_of("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), ElementsAre("text Hello"));
  EXPECT_THAT(events_of("\x81\x05Hello", Peer::server), ElementsAre("text Hello"));
  EXPECT_THAT(events_of(std::string("\x01\x03Hel\x80\x02lo"), Peer::server),
              ElementsAre("text Hello"));
  EXPECT_THAT(events_of("\x89\x05Hello", Peer::server), ElementsAre("ping Hello"));
  EXPECT_THAT(events_of("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), ElementsAre("pong Hello"));
}

TEST(MessageReader, TakesEveryLength) {
  for (const std::size_t size : {0, 1, 124, 125, 126, 127, 128, 65535, 65536, 65537, 200000}) {
    const std::string content(size, '*');
    EXPECT_THAT(events_of(client_frame(0x81, content)), ElementsAre("text " + content)) << size;
    EXPECT_THAT(events_of(client_frame(0x82, content)), ElementsAre("binary " + content)) << size;
  }
}

TEST(MessageReader, AWholeMessageIsAViewIntoItsInput) {
  std::string bytes = client_frame(0x82, "apples");
  std::span<char> input(bytes);
  MessageReader reader(Peer::client, {});
  const MessageEvent event = reader.read(input);
  EXPECT_EQ(event.data.data(), bytes.data() + 6);
  EXPECT_EQ(event.data, "apples");
  EXPECT_FALSE(reader.within_message());
}

TEST(MessageReader, KeepsNothingBetweenMessages) {
  MessageReader reader(Peer::client, {});
  const std::size_t idle = reader.bytes_held();
  std::string bytes = client_frame(0x82, std::string(5000, 'x'));
  std::span<char> input(bytes.data(), 3000);
  EXPECT_EQ(reader.read(input).kind, Kind::more);
  EXPECT_GE(reader.bytes_held(), 2900U);
  EXPECT_TRUE(reader.within_message());
  input = std::span<char>(bytes).subspan(3000);
  EXPECT_EQ(reader.read(input).data.size(), 5000U);
  EXPECT_EQ(reader.read(input).kind, Kind::more);
  EXPECT_EQ(reader.bytes_held(), idle);
}

TEST(MessageReader, ControlFramesMayComeWithinAMessage) {
  EXPECT_THAT(
      events_of(client_frame(0x01, "ap") + client_frame(0x89, "p1") + client_frame(0x00, "") +
                client_frame(0x8A, "p2") + client_frame(0x80, "ple") + client_frame(0x81, "b")),
      ElementsAre("ping p1", "pong p2", "text apple", "text b"));
}

TEST(MessageReader, WhatTheFramingForbidsFails) {
  const struct {
    std::string bytes;
    const char* reason;
  } cases[] = {
      {client_frame(0xC1, "a"), "a reserved bit"},
      {client_frame(0xA1, "a"), "a reserved bit"},
      {client_frame(0x91, "a"), "a reserved bit"},
      {client_frame(0xC9, "a"), "a reserved bit"},
      {client_frame(0x83, "a"), "an unknown opcode"},
      {client_frame(0x87, ""), "an unknown opcode"},
      {client_frame(0x8B, ""), "an unknown opcode"},
      {client_frame(0x8F, ""), "an unknown opcode"},
      {client_frame(0x09, "a"), "a control frame in fragments"},
      {client_frame(0x08, ""), "a control frame in fragments"},
      {client_frame(0x89, std::string(126, 'p')), "a control frame that is too long"},
      {client_frame(0x80, "a"), "a continuation of no message"},
      {client_frame(0x00, "a"), "a continuation of no message"},
      {client_frame(0x01, "a") + client_frame(0x81, "b"), "a message within another one"},
      {client_frame(0x01, "a") + client_frame(0x02, "b"), "a message within another one"},
      {server_frame(0x81, "a"), "a frame that is not masked"},
      {std::string("\x82\xfe\x00\x7d", 4) + std::string(129, '\0'),
       "a length that is not written as it should be"},
      {std::string("\x82\xff\0\0\0\0\0\0\xff\xff\0\0\0\0", 14),
       "a length that is not written as it should be"},
      {std::string("\x82\xff\x80\0\0\0\0\0\0\0\0\0\0\0", 14),
       "a length that is not written as it should be"},
      {client_frame(0x88, "a"), "a close of one byte"},
  };
  for (const auto& wrong : cases) {
    EXPECT_THAT(events_of(wrong.bytes), ElementsAre("failed 1002 " + std::string(wrong.reason)))
        << testing::PrintToString(wrong.bytes);
  }
  EXPECT_THAT(events_of(client_frame(0x81, "a"), Peer::server),
              ElementsAre("failed 1002 a frame that is masked"));
}

// A peer that breaks a rule is not waited for.
TEST(MessageReader, FailsAtTheFirstBytesThatAreWrong) {
  EXPECT_THAT(events_of(client_frame(0x83, "abc").substr(0, 2)), testing::SizeIs(1));
  EXPECT_THAT(events_of(client_frame(0x89, std::string(126, 'p')).substr(0, 2)),
              testing::SizeIs(1));
  EXPECT_THAT(events_of(client_frame(0x82, std::string(101, 'p')).substr(0, 6), Peer::client,
                        {.bytes = 100}),
              ElementsAre("failed 1009 a message that is too big"));
  EXPECT_THAT(events_of(client_frame(0x81, "\xC0 and more").substr(0, 7)),
              ElementsAre("failed 1007 text that is not UTF-8"));
}

TEST(MessageReader, IsDeadOnceItHasFailed) {
  std::string bytes = client_frame(0x83, "") + client_frame(0x81, "a");
  std::span<char> input(bytes);
  MessageReader reader(Peer::client, {});
  EXPECT_EQ(told(reader.read(input)), "failed 1002 an unknown opcode");
  EXPECT_TRUE(input.empty());
  EXPECT_EQ(told(reader.read(input)), "failed 1002 an unknown opcode");
}

TEST(MessageReader, ClosesHaveACodeAndAReason) {
  EXPECT_THAT(events_of(client_frame(0x88, "")), ElementsAre("close 1005 "));
  EXPECT_THAT(events_of(client_frame(0x88, close_payload(1000))), ElementsAre("close 1000 "));
  EXPECT_THAT(events_of(client_frame(0x88, close_payload(4999, "b\xC3\xA4h"))),
              ElementsAre("close 4999 b\xC3\xA4h"));
  const std::string longest(123, 'r');
  EXPECT_THAT(events_of(client_frame(0x88, close_payload(1001, longest))),
              ElementsAre("close 1001 " + longest));
  for (const unsigned code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                              1014, 3000, 3999, 4000, 4999}) {
    EXPECT_THAT(events_of(client_frame(0x88, close_payload(code))),
                ElementsAre("close " + std::to_string(code) + " "));
  }
  for (const unsigned code :
       {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    EXPECT_THAT(events_of(client_frame(0x88, close_payload(code))),
                ElementsAre("failed 1002 a close code that may not be sent"))
        << code;
  }
  EXPECT_THAT(events_of(client_frame(0x88, close_payload(1000, "\xC0"))),
              ElementsAre("failed 1007 a reason that is not UTF-8"));
  EXPECT_THAT(events_of(client_frame(0x88, close_payload(1000, "\xC3"))),
              ElementsAre("failed 1007 a reason that is not UTF-8"));
}

TEST(MessageReader, TextIsUtf8AcrossFrames) {
  const std::string text = "k\xCE\xBA\xE2\x82\xAC\xF0\x9F\x8D\x8E";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_THAT(
        events_of(client_frame(0x01, text.substr(0, cut)) + client_frame(0x80, text.substr(cut))),
        ElementsAre("text " + text));
  }
  for (const std::string bad :
       {"\xCE", "\xED\xA0\x80", "\xC0\x80", "\xF4\x90\x80\x80", "\xFF", "a\x80"}) {
    EXPECT_THAT(events_of(client_frame(0x81, bad)),
                ElementsAre("failed 1007 text that is not UTF-8"));
    EXPECT_THAT(events_of(client_frame(0x01, bad) + client_frame(0x80, "")),
                ElementsAre("failed 1007 text that is not UTF-8"));
    EXPECT_THAT(events_of(client_frame(0x82, bad)), ElementsAre("binary " + bad));
  }
  // A message that ended within a character leaves nothing to the next one.
  EXPECT_THAT(events_of(client_frame(0x82, "\xCE") + client_frame(0x81, "a")),
              ElementsAre("binary \xCE", "text a"));
}

TEST(MessageReader, MessagesAreBounded) {
  const MessageLimits limits{.bytes = 100, .frames = 3};
  const std::string most(100, 'm');
  EXPECT_THAT(events_of(client_frame(0x82, most) + client_frame(0x82, most), Peer::client, limits),
              ElementsAre("binary " + most, "binary " + most));
  EXPECT_THAT(
      events_of(client_frame(0x02, most.substr(1)) + client_frame(0x80, "m"), Peer::client, limits),
      ElementsAre("binary " + most));
  EXPECT_THAT(events_of(client_frame(0x02, most) + client_frame(0x80, "m"), Peer::client, limits),
              ElementsAre("failed 1009 a message that is too big"));
  EXPECT_THAT(events_of(client_frame(0x02, "") + client_frame(0x00, "") + client_frame(0x80, ""),
                        Peer::client, limits),
              ElementsAre("binary "));
  EXPECT_THAT(events_of(client_frame(0x02, "") + client_frame(0x00, "") + client_frame(0x00, "") +
                            client_frame(0x80, ""),
                        Peer::client, limits),
              ElementsAre("failed 1008 a message of too many frames"));
}

TEST(MessageReader, FramesThatHaveContentAreBoundedByIt) {
  const MessageLimits limits{.bytes = 100'000, .frames = 3};
  std::string frames = client_frame(0x02, std::string(64, 'f'));
  for (int i = 0; i < 1000; ++i) frames += client_frame(0x00, std::string(64, 'f'));
  MessageReader reader(Peer::client, limits);
  EXPECT_THAT(events_of(reader, frames + client_frame(0x80, ""), 1 << 20),
              ElementsAre("binary " + std::string(64 * 1001, 'f')));
  // They are counted for each message.
  std::string messages;
  for (int i = 0; i < 10; ++i) messages += client_frame(0x82, "");
  EXPECT_THAT(events_of(messages, Peer::client, limits), testing::SizeIs(10));
}

TEST(MessageReader, BehindACloseNothingCounts) {
  EXPECT_THAT(events_of(client_frame(0x88, close_payload(1000)) + client_frame(0x89, "p") +
                        client_frame(0x83, "") + client_frame(0x81, "a")),
              ElementsAre("close 1000 "));
}

TEST(MessageReader, WhatIsToldCanBeTaken) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{1} << 20}) {
    MessageReader reader(Peer::client, {});
    std::string bytes = client_frame(0x82, "apples");
    std::string taken;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      std::span<char> input(bytes.data() + at, std::min(step, bytes.size() - at));
      const MessageEvent event = reader.read(input);
      if (event.kind == Kind::binary) taken = reader.take(event);
    }
    EXPECT_EQ(taken, "apples");
  }
}

TEST(MessageReader, AHeaderThatHasBegunIsOwed) {
  MessageReader reader(Peer::client, {});
  std::string bytes = client_frame(0x82, "a").substr(0, 1);
  std::span<char> input(bytes);
  EXPECT_EQ(reader.read(input).kind, Kind::more);
  EXPECT_TRUE(reader.within_message());
}

// Each letter stands for two, '-' for nothing; '!' is malformed, and of '?' there is no memory.
struct Doubling : MessageInflater {
  Result inflate(std::string_view piece, bool last, std::string& out,
                 std::uint64_t limit) override {
    held = last ? 0 : 1000;
    for (const char c : piece) {
      if (c == '-') continue;
      if (c == '!') return Result::malformed;
      if (c == '?') throw std::bad_alloc();
      if (out.size() + 2 > limit) return Result::too_big;
      out.append(2, c);
    }
    if (last) ++messages;
    return Result::ok;
  }
  void abandon() noexcept override { ++abandoned; }
  [[nodiscard]] std::size_t bytes_held() const noexcept override { return held; }
  int messages = 0;
  int abandoned = 0;
  std::size_t held = 0;
};

std::vector<std::string> inflated(const std::string& bytes) {
  Doubling inflater;
  MessageReader reader(Peer::client, {.bytes = 8}, &inflater);
  std::vector<std::string> events = events_of(reader, bytes, bytes.size());
  events.push_back(std::to_string(inflater.messages));
  return events;
}

TEST(MessageReader, CompressedMessagesAreInflated) {
  EXPECT_THAT(inflated(client_frame(0xC1, "abc")), ElementsAre("text aabbcc", "1"));
  EXPECT_THAT(inflated(client_frame(0x81, "abc")), ElementsAre("text abc", "0"));
  // A ping in between does not make it an uncompressed one.
  EXPECT_THAT(inflated(client_frame(0x41, "a") + client_frame(0x89, "p") + client_frame(0x80, "b") +
                       client_frame(0x81, "c")),
              ElementsAre("ping p", "text aabb", "text c", "1"));
  EXPECT_THAT(inflated(client_frame(0x41, "a") + client_frame(0xC0, "b")),
              ElementsAre("failed 1002 a reserved bit", "0"));
  EXPECT_THAT(inflated(client_frame(0xC1, "a!")),
              ElementsAre("failed 1007 data that can't be decompressed", "0"));
  EXPECT_THAT(inflated(client_frame(0xC1, "abcd")), ElementsAre("text aabbccdd", "1"));
  EXPECT_THAT(inflated(client_frame(0xC1, "abcde")),
              ElementsAre("failed 1009 a message that is too big", "0"));
  EXPECT_THAT(inflated(client_frame(0xC1, "\xC3")),
              ElementsAre("failed 1007 text that is not UTF-8", "1"));
}

// What comes first is what it fails by, however the bytes come.
TEST(MessageReader, FailsByWhatComesFirst) {
  for (const std::size_t step : {1, 3, 100}) {
    for (const char* content : {"\xC3!", "\xC3xxxxxxxx"}) {
      Doubling inflater;
      MessageReader reader(Peer::client, {.bytes = 8}, &inflater);
      EXPECT_THAT(events_of(reader, client_frame(0xC1, content), step),
                  ElementsAre("failed 1007 text that is not UTF-8"));
    }
  }
}

TEST(MessageReader, FailsWhereThereIsNoMemory) {
  Doubling inflater;
  MessageReader reader(Peer::client, {}, &inflater);
  std::string bytes = client_frame(0x41, "a") + client_frame(0x80, "?") + client_frame(0x81, "b");
  std::span<char> input(bytes);
  EXPECT_EQ(told(reader.read(input)), "failed 1011 no memory for a message");
  EXPECT_TRUE(input.empty());
  EXPECT_EQ(told(reader.read(input)), "failed 1011 no memory for a message");
  EXPECT_EQ(inflater.abandoned, 1);
}

TEST(MessageReader, WhatStandsForNothingIsBoundedToo) {
  Doubling inflater;
  MessageReader reader(Peer::client, {.bytes = 640, .frames = 100}, &inflater);
  std::string bytes = client_frame(0x42, "-");
  for (int i = 0; i < 10; ++i) bytes += client_frame(0x00, std::string(100, '-'));
  EXPECT_THAT(events_of(reader, bytes, bytes.size()),
              ElementsAre("failed 1009 a message that is too big"));
}

TEST(MessageReader, TellsWhatItHolds) {
  Doubling inflater;
  MessageReader reader(Peer::client, {.bytes = 100'000}, &inflater);
  const std::size_t idle = reader.bytes_held();
  std::string bytes = client_frame(0x41, "a");
  std::span<char> input(bytes);
  EXPECT_EQ(reader.read(input).kind, Kind::more);
  EXPECT_GE(reader.bytes_held(), idle + 1000);
  // Room grows by doubling, but not beyond what a message may have.
  MessageReader plain(Peer::client, {.bytes = 100'000});
  std::string large =
      client_frame(0x02, std::string(70'000, 'l')) + client_frame(0x00, std::string(20'000, 'l'));
  input = large;
  EXPECT_EQ(plain.read(input).kind, Kind::more);
  EXPECT_GE(plain.bytes_held(), 90'000U);
  EXPECT_LE(plain.bytes_held(), 100'100U);
  // What has failed holds nothing.
  large = client_frame(0x89, std::string(100, 'p')).substr(0, 50) + "";
  input = large;
  EXPECT_EQ(plain.read(input).kind, Kind::more);
  std::string bad(60, '\0');
  bad += client_frame(0x83, "");
  input = bad;
  EXPECT_EQ(plain.read(input).kind, Kind::ping);
  EXPECT_EQ(plain.read(input).kind, Kind::failed);
  EXPECT_EQ(plain.bytes_held(), idle);
}

}  // namespace
