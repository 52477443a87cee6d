// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/content_decoder.h>

#include <gtest/gtest.h>
#include <tests/core/temp_file.h>
#include <tests/web/http/coding_tools.h>

#include <string>

namespace {

using eddy::core_test::numbers;
using eddy::web::ContentCoding;
using eddy::web::ParseResult;
using eddy::web::internal::ByteBuffer;
using eddy::web::internal::ContentDecoder;
using eddy::web_test::zlib_encoded;

/// What came of a content that arrived in pieces of `step` bytes.
struct Outcome {
  std::string text;
  int status = 0;
};

Outcome decode(ContentCoding coding, std::string_view input, ContentDecoder::Limits limits = {},
               std::size_t step = std::string::npos) {
  ContentDecoder decoder(coding, limits);
  Outcome outcome;
  ByteBuffer out;
  while (!input.empty()) {
    std::string_view piece = input.substr(0, step);
    input.remove_prefix(piece.size());
    ContentDecoder::Step result;
    do {
      result = decoder.decode(piece, out);
      EXPECT_LE(out.size(), ContentDecoder::kStep);
      if (result.result == ParseResult::failed) {
        outcome.status = decoder.error().status;
        return outcome;
      }
      piece.remove_prefix(result.consumed);
      outcome.text += out.view();
      out.clear();
    } while (!piece.empty() || result.more);
  }
  if (!decoder.finish()) outcome.status = decoder.error().status;
  EXPECT_EQ(decoder.total(), outcome.text.size());
  return outcome;
}

Outcome gunzip(std::string_view input, ContentDecoder::Limits limits = {},
               std::size_t step = std::string::npos) {
  return decode(ContentCoding::gzip, input, limits, step);
}

TEST(ContentDecoder, UndoesGzipAndDeflate) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, ContentDecoder::kStep - 1, ContentDecoder::kStep,
        ContentDecoder::kStep + 1, 2 * ContentDecoder::kStep, std::size_t{1000000}}) {
    const std::string text = numbers(size);
    for (const bool gzip : {true, false}) {
      const auto coding = gzip ? ContentCoding::gzip : ContentCoding::deflate;
      const Outcome outcome = decode(coding, zlib_encoded(text, gzip));
      EXPECT_EQ(outcome.status, 0) << size;
      EXPECT_TRUE(outcome.text == text) << size;
    }
  }
}

TEST(ContentDecoder, ArrivesInAnyPieces) {
  const std::string text = numbers(3000);
  const std::string coded = zlib_encoded(text, true) + zlib_encoded(text, true);
  for (std::size_t step = 1; step < 100; ++step) {
    EXPECT_EQ(gunzip(coded, {}, step).text, text + text) << step;
  }
}

TEST(ContentDecoder, SeveralMembersAreOneContent) {
  std::string coded;
  for (int i = 0; i < 1000; ++i) coded += zlib_encoded(i % 2 == 0 ? "" : "x", true);
  EXPECT_EQ(gunzip(coded).text, std::string(500, 'x'));
}

TEST(ContentDecoder, NothingMayFollow) {
  EXPECT_EQ(gunzip(zlib_encoded("x", true) + "more").status, 400);
  EXPECT_EQ(gunzip(zlib_encoded("x", true) + std::string(1, '\0')).status, 400);
  EXPECT_EQ(decode(ContentCoding::deflate, zlib_encoded("x", false) + "m").status, 400);
  EXPECT_EQ(
      decode(ContentCoding::deflate, zlib_encoded("x", false) + zlib_encoded("x", false)).status,
      400);
}

TEST(ContentDecoder, WhatIsNoSuchCodingIsRefused) {
  EXPECT_EQ(gunzip("plain text").status, 400);
  EXPECT_EQ(gunzip(zlib_encoded("x", false)).status, 400);
  EXPECT_EQ(decode(ContentCoding::deflate, zlib_encoded("x", true)).status, 400);
  std::string broken = zlib_encoded(numbers(1000), true);
  broken[broken.size() - 6] ^= 1;  // in its checksum
  EXPECT_EQ(gunzip(broken).status, 400);
  // A zlib stream that needs a dictionary which nobody has: FDICT is set, the header is right.
  EXPECT_EQ(decode(ContentCoding::deflate, std::string("\x78\xbb\0\0\0\1abc", 9)).status, 400);
  EXPECT_TRUE(ContentDecoder::can_decode(ContentCoding::gzip));
  EXPECT_TRUE(ContentDecoder::can_decode(ContentCoding::deflate));
  EXPECT_FALSE(ContentDecoder::can_decode(ContentCoding::br));
  EXPECT_FALSE(ContentDecoder::can_decode(ContentCoding::identity));
}

TEST(ContentDecoder, WhatEndsTooEarlyIsRefusedWhereverItEnds) {
  const std::string coded = zlib_encoded(numbers(300), true);
  EXPECT_EQ(gunzip("").status, 0);
  for (std::size_t size = 1; size < coded.size(); ++size) {
    EXPECT_EQ(gunzip(std::string_view(coded).substr(0, size)).status, 400) << size;
  }
  EXPECT_EQ(gunzip(coded + coded.substr(0, 5)).status, 400);
}

TEST(ContentDecoder, AfterAnErrorThereIsNoMore) {
  ContentDecoder decoder(ContentCoding::gzip, {});
  ByteBuffer out;
  EXPECT_EQ(decoder.decode("junk", out).result, ParseResult::failed);
  EXPECT_EQ(decoder.decode(zlib_encoded("x", true), out).result, ParseResult::failed);
  EXPECT_FALSE(decoder.finish());
  EXPECT_EQ(decoder.error().status, 400);
  EXPECT_TRUE(out.empty());
}

TEST(ContentDecoder, TheLimitIsOnWhatComesOut) {
  const std::string coded = zlib_encoded(numbers(200000), true);
  EXPECT_LT(coded.size(), 100000U);
  EXPECT_EQ(gunzip(coded, {.bytes = 200000}).status, 0);
  const Outcome past = gunzip(coded, {.bytes = 199999});
  EXPECT_EQ(past.status, 413);
  EXPECT_LE(past.text.size(), 199999U) << "and no more than that was ever given out";
  // Also over several members.
  EXPECT_EQ(gunzip(coded + coded, {.bytes = 399999}).status, 413);
  EXPECT_EQ(gunzip(zlib_encoded("x", true), {.bytes = 0}).status, 413);
  EXPECT_EQ(gunzip(zlib_encoded("", true), {.bytes = 0}).status, 0);
}

TEST(ContentDecoder, WhatIsPackedTooDenselyIsRefused) {
  const std::string bomb = zlib_encoded(std::string(10000000, '\0'), true);
  ASSERT_LT(bomb.size(), 10000000U / 500);
  const Outcome refused = gunzip(bomb);
  EXPECT_EQ(refused.status, 413);
  EXPECT_LE(refused.text.size(), 100 * bomb.size() + ContentDecoder::kFree);
  EXPECT_EQ(gunzip(bomb, {.ratio = 2000}).status, 0);
  EXPECT_EQ(gunzip(bomb, {.ratio = 0}).status, 0);
  // So much of the same is honest.
  EXPECT_EQ(gunzip(zlib_encoded(std::string(ContentDecoder::kFree, ' '), true)).status, 0);
  EXPECT_EQ(gunzip(zlib_encoded(std::string(ContentDecoder::kFree + 1, ' '), true)).status, 413);
}

TEST(ContentDecoder, ARatioHoldsToTheByte) {
  // The ratio is looked at when all has come in and out: once more than kFree has, and within two
  // steps. Of so many blanks a whole multiple comes out of what went in, and of one more the same.
  const auto blanks = [](std::size_t count) { return zlib_encoded(std::string(count, ' '), true); };
  std::size_t count = ContentDecoder::kFree + 1;
  while (count % blanks(count).size() != 0 || blanks(count).size() != blanks(count + 1).size()) {
    ASSERT_LT(++count, 2 * ContentDecoder::kStep);
  }
  const std::uint64_t ratio = count / blanks(count).size();
  EXPECT_EQ(gunzip(blanks(count), {.ratio = ratio}).status, 0);
  EXPECT_EQ(gunzip(blanks(count + 1), {.ratio = ratio}).status, 413);
}

TEST(ContentDecoder, AnyByteMayBeBroken) {
  const std::string text = numbers(500);
  const std::string coded = zlib_encoded(text, true);
  for (std::size_t at = 0; at < coded.size(); ++at) {
    for (const char flip : {'\x01', '\x10', '\x80', '\xff'}) {
      std::string broken = coded;
      broken[at] = static_cast<char>(broken[at] ^ flip);
      const Outcome outcome = gunzip(broken, {.bytes = 2000}, 7);
      // Some bits mean nothing: the header's time, what fills the last byte of the data.
      EXPECT_TRUE(outcome.status == 400 || outcome.status == 413 ||
                  (outcome.status == 0 && outcome.text == text))
          << at;
    }
  }
}

}  // namespace
