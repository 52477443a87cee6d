// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/server_sent_event.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <tests/live/event_source.h>

namespace {

using namespace std::chrono_literals;
using eddy::web::append_to;
using eddy::web::ServerSentEvent;
using eddy::web::to_string;
using eddy_tests::EventSource;
using eddy_tests::SeenEvent;
using testing::ElementsAre;
using testing::HasSubstr;

ServerSentEvent only_id(const std::string& id) { return {"", "", id}; }
ServerSentEvent only_retry(std::chrono::milliseconds retry) { return {"", "", {}, retry}; }

TEST(ServerSentEvent, IsWrittenFieldByField) {
  EXPECT_EQ(to_string({"a"}), "data: a\n\n");
  EXPECT_EQ(to_string({"a\nb\r\nc\rd"}), "data: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(to_string({"a\n"}), "data: a\ndata: \n\n");
  EXPECT_EQ(to_string({"a\n\r"}), "data: a\ndata: \ndata: \n\n");
  EXPECT_EQ(to_string({}), "data: \n\n");
  EXPECT_EQ(to_string({"", "tick"}), "event: tick\ndata: \n\n");
  EXPECT_EQ(to_string({"a", "tick", "7", 1500ms}), "retry: 1500\nid: 7\nevent: tick\ndata: a\n\n");
}

TEST(ServerSentEvent, MayOnlySetIdAndRetry) {
  EXPECT_EQ(to_string(only_id("7")), "id: 7\n\n");
  EXPECT_EQ(to_string(only_id("")), "id: \n\n");
  EXPECT_EQ(to_string(only_retry(0ms)), "retry: 0\n\n");
  EventSource source;
  source.feed(to_string({"a", "", "7"}) + to_string(only_id("8")) + to_string(only_retry(20s)));
  EXPECT_THAT(source.events(), ElementsAre(SeenEvent{"message", "a", "7"}));
  EXPECT_EQ(source.last_event_id(), "8");
  EXPECT_EQ(source.retry(), 20'000U);
}

std::string refused(const ServerSentEvent& event) {
  std::string out = "before";
  try {
    append_to(out, event);
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(out, "before");
    return error.what();
  }
  ADD_FAILURE() << "taken: " << out;
  return {};
}

TEST(ServerSentEvent, RefusesWhatWouldEndAFieldOrBeIgnored) {
  for (const char* const text : {"a\nb", "a\rb", "\n", "a\r"}) {
    EXPECT_THAT(refused({"", text}), HasSubstr("the event has a line break"));
    EXPECT_THAT(refused(only_id(text)), HasSubstr("the id has a line break"));
  }
  EXPECT_THAT(refused(only_id(std::string("a\0b", 3))), HasSubstr("the id has a NUL"));
  EXPECT_THAT(refused(only_retry(-1ms)), HasSubstr("retry"));
}

// What a page is given is what was sent, however the stream is cut, whatever the texts are.
TEST(ServerSentEvent, ComesAsItWasSentWhateverItIs) {
  static constexpr std::array<std::string_view, 14> kPieces = {"a",
                                                               ":",
                                                               " ",
                                                               "\n",
                                                               "\r",
                                                               "\r\n",
                                                               "data: x",
                                                               "\xC3\xA4",
                                                               "\xEF\xBB\xBF",
                                                               "id:",
                                                               "\n\n",
                                                               "\t",
                                                               std::string_view("\0", 1),
                                                               "retry: 1"};
  std::minstd_rand random(1);  // NOLINT(cert-msc51-cpp): the same ones each time
  const auto below = [&random](std::size_t n) { return random() % n; };
  const auto text = [&](bool one_line) {
    std::string made;
    for (std::size_t left = below(8); left > 0; --left) {
      const std::string_view piece = kPieces[below(kPieces.size())];
      if (!one_line || piece.find_first_of(std::string_view("\r\n\0", 3)) == piece.npos) {
        made.append(piece);
      }
    }
    return made;
  };
  for (int round = 0; round < 2000; ++round) {
    EventSource source;
    std::string stream;
    std::vector<SeenEvent> expected;
    std::string last_id;
    for (std::size_t left = 1 + below(4); left > 0; --left) {
      ServerSentEvent event(text(false), below(2) == 0 ? text(true) : "");
      if (below(2) == 0) last_id = *(event.id = text(true));
      if (below(4) == 0) event.retry = std::chrono::milliseconds(below(100000));
      append_to(stream, event);
      const bool only_sets = event.data.empty() && event.event.empty() && (event.id || event.retry);
      if (only_sets) continue;
      std::string data;
      for (std::size_t i = 0; i < event.data.size(); ++i) {
        const bool pair = event.data[i] == '\r' && event.data.substr(i, 2) == "\r\n";
        data += event.data[i] == '\r' ? '\n' : event.data[i];
        i += pair ? 1 : 0;
      }
      expected.push_back({event.event.empty() ? "message" : event.event, data, last_id});
    }
    for (std::string_view rest = stream; !rest.empty();) {
      const std::size_t size = 1 + below(rest.size());
      source.feed(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    ASSERT_EQ(source.events(), expected) << stream;
    EXPECT_EQ(source.last_event_id(), last_id);
    EXPECT_FALSE(source.within_event());
  }
}

// The reader that these tests stand on, by the standard's own examples.
TEST(EventSource, ReadsAsTheStandardSays) {
  EventSource source;
  source.feed(
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n");
  EXPECT_THAT(source.events(), ElementsAre(SeenEvent{"message", "first event", "1"},
                                           SeenEvent{"message", "second event", ""}));
  EXPECT_EQ(source.comments(), 1U);
  EXPECT_TRUE(source.within_event());
  EventSource blanks;
  blanks.feed("data\n\ndata\ndata\n\ndata:");
  EXPECT_THAT(blanks.events(),
              ElementsAre(SeenEvent{"message", "", ""}, SeenEvent{"message", "\n", ""}));
}

}  // namespace
