// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/request_parser.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using eddy::web::HttpLimits;
using eddy::web::ParseResult;
using eddy::web::RequestParser;

std::string head_of_size(std::size_t bytes) {
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\nA: ";
  return start + std::string(bytes - start.size() - 4, 'x') + "\r\n\r\n";
}

TEST(RequestParser, HeadAtTheLimitPassesAndOneByteMoreIsA431) {
  const HttpLimits limits{.header_bytes = 1000};
  RequestParser at(limits);
  EXPECT_EQ(at.parse(head_of_size(1000)), ParseResult::done);
  EXPECT_EQ(at.head_bytes(), 1000U);

  RequestParser past(limits);
  EXPECT_EQ(past.parse(head_of_size(1001)), ParseResult::failed);
  EXPECT_EQ(past.error().status, 431);
}

TEST(RequestParser, EndlessHeadIsRefusedAtTheLimitWithoutItsEnd) {
  RequestParser parser(HttpLimits{.header_bytes = 1000});
  const std::string head = head_of_size(5000);
  EXPECT_EQ(parser.parse(std::string_view(head).substr(0, 999)), ParseResult::need_more);
  EXPECT_EQ(parser.parse(std::string_view(head).substr(0, 1000)), ParseResult::failed);
  EXPECT_EQ(parser.error().status, 431);
}

TEST(RequestParser, AHeadHas100FieldsUnlessToldOtherwise) {
  std::string head = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 99; ++i) head += "A: b\r\n";
  RequestParser at;
  EXPECT_EQ(at.parse(head + "\r\n"), ParseResult::done);

  RequestParser past;
  EXPECT_EQ(past.parse(head + "A: b\r\n\r\n"), ParseResult::failed);
  EXPECT_EQ(past.error().status, 431);
}

TEST(RequestParser, EndlessEmptyLinesAreBounded) {
  RequestParser parser(HttpLimits{.header_bytes = 1000});
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "\r\n";
  EXPECT_EQ(parser.parse(lines), ParseResult::failed);
  EXPECT_FALSE(parser.started());
}

TEST(RequestParser, StartedTellsAHeadFromSilence) {
  RequestParser parser;
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(parser.parse("\r\n"), ParseResult::need_more);
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(parser.parse("\r\nG"), ParseResult::need_more);
  EXPECT_TRUE(parser.started());
  parser.reset();
  EXPECT_FALSE(parser.started());
}

TEST(RequestParser, ViewsFollowTheTextWhenItIsMoved) {
  std::string text = "GET /path?query HTTP/1.1\r\nHost: example\r\nA: b\r\n\r\n";
  RequestParser parser;
  ASSERT_EQ(parser.parse(text), ParseResult::done);
  const std::string copy = text;
  parser.head().move_text(copy.data());
  text.assign(text.size(), '#');
  EXPECT_EQ(parser.head().path(), "/path");
  EXPECT_EQ(parser.head().query(), "query");
  EXPECT_EQ(parser.head().host(), "example");
  EXPECT_EQ(parser.head().headers().find("a"), "b");
}

// A byte at a time must cost as much as all at once; were each call to begin anew, this would take
// minutes.
TEST(RequestParser, OneByteAtATimeIsNotQuadratic) {
  const std::string head = head_of_size(60000);
  RequestParser parser;
  for (std::size_t size = 1; size < head.size(); ++size) {
    ASSERT_EQ(parser.parse(std::string_view(head).substr(0, size)), ParseResult::need_more);
  }
  EXPECT_EQ(parser.parse(head), ParseResult::done);
}

// Every byte at every place of a part that is longer than what is looked at in one go.
template <class Allowed, class Head>
void expect_bytes(const Allowed& allowed, const Head& head) {
  for (int c = 0; c < 0x100; ++c) {
    for (std::size_t at = 0; at < 70; ++at) {
      std::string part(70, 'p');
      part[at] = static_cast<char>(c);
      RequestParser parser;
      const bool passed = parser.parse(head(part)) == ParseResult::done;
      ASSERT_EQ(passed, allowed(c)) << "character " << c << " at " << at;
    }
  }
}

bool is_token_char(int c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         (c != 0 && kOthers.find(static_cast<char>(c)) != std::string_view::npos);
}

TEST(RequestParser, EveryByteInAValue) {
  expect_bytes([](int c) { return c == '\t' || (c >= 0x20 && c != 0x7F); },
               [](const std::string& value) {
                 return "GET / HTTP/1.1\r\nHost: h\r\nA: v" + value + "v\r\n\r\n";
               });
}

TEST(RequestParser, EveryByteInAName) {
  // A colon ends the name, and what follows it is a value.
  expect_bytes([](int c) { return c == ':' || is_token_char(c); },
               [](const std::string& name) {
                 return "GET / HTTP/1.1\r\nHost: h\r\nn" + name + ": v\r\n\r\n";
               });
}

TEST(RequestParser, EveryByteInATarget) {
  expect_bytes(
      [](int c) { return c > 0x20 && c < 0x7F && c != '#'; },
      [](const std::string& target) { return "GET /" + target + " HTTP/1.1\r\nHost: h\r\n\r\n"; });
}

// A parser remembers the Host that it has found in order.
TEST(RequestParser, EachHeadsHostIsJudged) {
  RequestParser parser;
  const auto judge = [&](const std::string& host) {
    parser.reset();
    const std::string head = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    const ParseResult result = parser.parse(head);
    if (result == ParseResult::done) {
      EXPECT_EQ(parser.head().host(), host);
    }
    return result;
  };
  const std::string longest(64, 'h');
  const std::string longer(65, 'h');
  EXPECT_EQ(judge(""), ParseResult::failed);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(judge("example.org:80"), ParseResult::done);
    EXPECT_EQ(judge("example.org:8x"), ParseResult::failed);
    EXPECT_EQ(judge("example.org:80"), ParseResult::done);
    EXPECT_EQ(judge("example.or g80"), ParseResult::failed);
    EXPECT_EQ(judge(""), ParseResult::failed);
    EXPECT_EQ(judge(longest), ParseResult::done);
    EXPECT_EQ(judge(longest.substr(1) + "/"), ParseResult::failed);
    EXPECT_EQ(judge(longer), ParseResult::done);
    EXPECT_EQ(judge(longer.substr(1) + "/"), ParseResult::failed);
  }
}

TEST(RequestParser, EveryByteInAMethod) {
  for (int c = 0; c < 0x100; ++c) {
    std::string head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    head[1] = static_cast<char>(c);
    RequestParser parser;
    ASSERT_EQ(parser.parse(head) == ParseResult::done, is_token_char(c)) << "character " << c;
  }
}

}  // namespace
