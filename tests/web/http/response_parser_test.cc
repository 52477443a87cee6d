// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/response_parser.h>

#include <gtest/gtest.h>

#include <string>

namespace {

using eddy::web::ContentFraming;
using eddy::web::HttpLimits;
using eddy::web::ParseResult;
using eddy::web::ResponseParser;

std::string head_of_size(std::size_t bytes) {
  const std::string start = "HTTP/1.1 200 OK\r\nA: ";
  return start + std::string(bytes - start.size() - 4, 'x') + "\r\n\r\n";
}

TEST(ResponseParser, HeadAtTheLimitPassesAndOneByteMoreIsA431) {
  const HttpLimits limits{.header_bytes = 1000};
  ResponseParser at(limits);
  EXPECT_EQ(at.parse(head_of_size(1000)), ParseResult::done);
  EXPECT_EQ(at.head_bytes(), 1000U);

  ResponseParser past(limits);
  EXPECT_EQ(past.parse(head_of_size(1001)), ParseResult::failed);
  EXPECT_EQ(past.error().status, 431);
}

TEST(ResponseParser, EndlessReasonIsRefusedAtTheLimit) {
  ResponseParser parser(HttpLimits{.header_bytes = 1000});
  EXPECT_EQ(parser.parse("HTTP/1.1 200 " + std::string(986, 'x')), ParseResult::need_more);
  EXPECT_EQ(parser.parse("HTTP/1.1 200 " + std::string(987, 'x')), ParseResult::failed);
  EXPECT_EQ(parser.error().status, 431);
}

TEST(ResponseParser, TheRequestsMethodCountsForTheHeadThatWasBegunWithIt) {
  const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  ResponseParser parser;
  ASSERT_EQ(parser.parse(text), ParseResult::done);
  EXPECT_EQ(parser.head().framing(), ContentFraming::length);
  parser.begin("HEAD");
  ASSERT_EQ(parser.parse(text), ParseResult::done);
  EXPECT_EQ(parser.head().framing(), ContentFraming::none);
  parser.begin("CONNECT");
  ASSERT_EQ(parser.parse(text), ParseResult::done);
  EXPECT_EQ(parser.head().framing(), ContentFraming::tunnel);
  EXPECT_EQ(parser.head().content_length(), std::nullopt);
  parser.begin("GET");
  ASSERT_EQ(parser.parse(text), ParseResult::done);
  EXPECT_EQ(parser.head().framing(), ContentFraming::length);
}

TEST(ResponseParser, ViewsFollowTheTextWhenItIsMoved) {
  std::string text = "HTTP/1.1 404 Not Found\r\nA: b\r\n\r\nrest";
  ResponseParser parser;
  ASSERT_EQ(parser.parse(text), ParseResult::done);
  EXPECT_EQ(parser.head().text().size(), text.size() - 4);
  const std::string copy = text;
  parser.head().move_text(copy.data());
  text.assign(text.size(), '#');
  EXPECT_EQ(parser.head().reason(), "Not Found");
  EXPECT_EQ(parser.head().headers().find("a"), "b");
}

// A byte at a time must cost as much as all at once; were each call to begin anew, this would take
// minutes.
TEST(ResponseParser, OneByteAtATimeIsNotQuadratic) {
  const std::string head = head_of_size(60000);
  ResponseParser parser;
  for (std::size_t size = 1; size < head.size(); ++size) {
    ASSERT_EQ(parser.parse(std::string_view(head).substr(0, size)), ParseResult::need_more);
  }
  EXPECT_EQ(parser.parse(head), ParseResult::done);
}

}  // namespace
