// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/body_decoder.h>

#include <gtest/gtest.h>

#include <string>

namespace {

using eddy::web::BodyDecoder;
using eddy::web::HttpLimits;
using eddy::web::ParseResult;

TEST(BodyDecoder, ContentIsAViewOfTheInput) {
  const std::string input = "helloGET";
  BodyDecoder decoder;
  decoder.begin_length(5);
  const BodyDecoder::Step step = decoder.decode(input);
  EXPECT_EQ(step.result, ParseResult::done);
  EXPECT_EQ(step.data.data(), input.data());
  EXPECT_EQ(step.consumed, 5U);
  EXPECT_EQ(decoder.total(), 5U);
}

TEST(BodyDecoder, NothingIsTakenForNoContent) {
  BodyDecoder decoder;
  decoder.begin_length(0);
  EXPECT_TRUE(decoder.finished());
  EXPECT_EQ(decoder.decode("x").consumed, 0U);
}

TEST(BodyDecoder, IsUsedAgainAfterTrailers) {
  BodyDecoder decoder;
  decoder.begin_chunked();
  EXPECT_EQ(decoder.decode("0\r\nA: b\r\n\r\nrest").consumed, 11U);
  EXPECT_EQ(decoder.trailers().find("a"), "b");
  decoder.begin_chunked();
  EXPECT_TRUE(decoder.trailers().empty());
  EXPECT_EQ(decoder.decode("0\r\n\r\n").result, ParseResult::done);
  EXPECT_TRUE(decoder.trailers().empty());
}

TEST(BodyDecoder, TheLimitCanBeRaisedForOneBody) {
  BodyDecoder decoder(HttpLimits{.body_bytes = 4});
  decoder.set_body_limit(6);
  decoder.begin_chunked();
  BodyDecoder::Step step = decoder.decode("6\r\nabcdef\r\n0\r\n\r\n");
  EXPECT_EQ(step.data, "abcdef");
}

TEST(BodyDecoder, EndlessZerosOfAChunkSizeAreBounded) {
  BodyDecoder decoder;
  decoder.begin_chunked();
  EXPECT_EQ(decoder.decode(std::string(100, '0')).result, ParseResult::failed);
}

TEST(BodyDecoder, TrailersAtTheLimitPass) {
  const std::string trailers = "A: 123456\r\n\r\n";
  BodyDecoder at(HttpLimits{.trailer_bytes = trailers.size()});
  at.begin_chunked();
  EXPECT_EQ(at.decode("0\r\n" + trailers).result, ParseResult::done);
  BodyDecoder past(HttpLimits{.trailer_bytes = trailers.size() - 1});
  past.begin_chunked();
  EXPECT_EQ(past.decode("0\r\n" + trailers).result, ParseResult::failed);
  EXPECT_EQ(past.error().status, 431);
}

}  // namespace
