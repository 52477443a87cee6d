// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/content_encoder.h>

#include <gtest/gtest.h>
#include <tests/core/temp_file.h>
#include <tests/web/http/coding_tools.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

using eddy::core_test::numbers;
using eddy::web::CompressionOptions;
using eddy::web::ContentCoding;
using eddy::web::internal::ByteBuffer;
using eddy::web::internal::ContentEncoder;
using eddy::web::internal::EncoderPool;
using eddy::web::internal::make_content_encoder;
using eddy::web_test::Decoded;
using Flush = ContentEncoder::Flush;

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::vector<ContentCoding> built_codings() {
  std::vector<ContentCoding> codings;
  for (const auto coding : {ContentCoding::gzip, ContentCoding::br, ContentCoding::zstd}) {
    if (eddy::web::can_encode(coding)) codings.push_back(coding);
  }
  return codings;
}

/// Each coding that is built in.
class Encoder : public testing::TestWithParam<ContentCoding> {
 protected:
  std::string encode(std::string_view text, std::optional<std::uint64_t> size) {
    ByteBuffer out;
    encoder_->begin(size);
    while (!encoder_->encode(text, Flush::end, out)) {
    }
    return std::string(out.view());
  }
  /// What is decoded is `text`, and the coding has come to its end.
  void expect_round_trip(const std::string& text) {
    for (const bool size_known : {true, false}) {
      const auto size = size_known ? std::optional<std::uint64_t>(text.size()) : std::nullopt;
      const Decoded decoded(GetParam(), encode(text, size));
      EXPECT_TRUE(decoded.text == text) << text.size() << " bytes";
      EXPECT_TRUE(decoded.ended) << text.size() << " bytes";
    }
  }

  std::unique_ptr<ContentEncoder> encoder_ = make_content_encoder(GetParam(), {});
};

TEST_P(Encoder, WhatItMakesIsDecodedByItsLibrary) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{1024}, ContentEncoder::kStep - 1,
        ContentEncoder::kStep, ContentEncoder::kStep + 1, std::size_t{3000000}}) {
    expect_round_trip(numbers(size));
    expect_round_trip(noise(size));
  }
  expect_round_trip(std::string(1000000, 'x'));
}

TEST_P(Encoder, MakesTextShorter) {
  const std::string text = numbers(100000);
  EXPECT_LT(encode(text, text.size()).size(), text.size() / 2);
}

TEST_P(Encoder, AStepTakesABoundedPieceFromTheFront) {
  const std::string text = numbers(3 * ContentEncoder::kStep + 5);
  std::string_view rest = text;
  ByteBuffer out;
  encoder_->begin(std::nullopt);
  for (std::size_t left = text.size(); left > ContentEncoder::kStep;) {
    EXPECT_FALSE(encoder_->encode(rest, Flush::end, out));
    left -= ContentEncoder::kStep;
    ASSERT_EQ(rest.size(), left);
  }
  EXPECT_TRUE(encoder_->encode(rest, Flush::end, out));
  EXPECT_TRUE(rest.empty());
  EXPECT_TRUE(Decoded(GetParam(), out.view()).text == text);
}

TEST_P(Encoder, APieceThatIsFlushedCanBeDecodedAtOnce) {
  ByteBuffer out;
  encoder_->begin(std::nullopt);
  std::string sent;
  for (int i = 0; i < 100; ++i) {
    const std::string piece = "event " + std::to_string(i) + "\n";
    std::string_view rest = piece;
    ASSERT_TRUE(encoder_->encode(rest, Flush::piece, out));
    sent += piece;
    const Decoded decoded(GetParam(), out.view());
    ASSERT_EQ(decoded.text, sent);
    ASSERT_FALSE(decoded.ended);
  }
  std::string_view nothing;
  ASSERT_TRUE(encoder_->encode(nothing, Flush::end, out));
  const Decoded decoded(GetParam(), out.view());
  EXPECT_EQ(decoded.text, sent);
  EXPECT_TRUE(decoded.ended);
}

TEST_P(Encoder, NothingNewIsFlushedIntoNothing) {
  ByteBuffer out;
  encoder_->begin(std::nullopt);
  std::string_view text = "text";
  ASSERT_TRUE(encoder_->encode(text, Flush::piece, out));
  std::string_view nothing;
  ASSERT_TRUE(encoder_->encode(nothing, Flush::piece, out));
  ASSERT_TRUE(encoder_->encode(nothing, Flush::none, out));
  const std::size_t before = out.size();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(encoder_->encode(nothing, Flush::piece, out));
  EXPECT_EQ(out.size(), before);
  ASSERT_TRUE(encoder_->encode(nothing, Flush::end, out));
  EXPECT_EQ(Decoded(GetParam(), out.view()).text, "text");
}

TEST_P(Encoder, WithoutAFlushItMayKeepWhatItWasGiven) {
  ByteBuffer out;
  encoder_->begin(std::nullopt);
  const std::string text = numbers(5000);
  for (std::size_t i = 0; i < text.size(); i += 10) {
    std::string_view piece = std::string_view(text).substr(i, 10);
    ASSERT_TRUE(encoder_->encode(piece, Flush::none, out));
  }
  std::string_view nothing;
  ASSERT_TRUE(encoder_->encode(nothing, Flush::end, out));
  EXPECT_EQ(Decoded(GetParam(), out.view()).text, text);
  EXPECT_LT(out.size(), text.size() / 2);
}

TEST_P(Encoder, BeginsAnewAfterAContentThatWasGivenUp) {
  const std::string text = numbers(100000);
  const std::string first = encode(text, std::nullopt);
  for (std::size_t given_up = 1; given_up < text.size(); given_up = given_up * 3) {
    ByteBuffer out;
    encoder_->begin(std::nullopt);
    std::string_view rest = std::string_view(text).substr(0, given_up);
    while (!encoder_->encode(rest, Flush::none, out)) {
    }
    EXPECT_TRUE(encode(text, std::nullopt) == first) << "nothing of the other content is in it";
  }
  encoder_->rest();
  EXPECT_TRUE(encode(text, std::nullopt) == first);
}

TEST_P(Encoder, LevelsAreBounded) {
  for (const int level : {-100, 0, 1, 100}) {
    encoder_ = make_content_encoder(
        GetParam(), {.gzip_level = level, .brotli_quality = level, .zstd_level = level});
    expect_round_trip(numbers(5000));
  }
}

INSTANTIATE_TEST_SUITE_P(Codings, Encoder, testing::ValuesIn(built_codings()),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(EncoderFactory, MakesNoneOfWhatCannotBeEncoded) {
  EXPECT_EQ(make_content_encoder(ContentCoding::identity, {}), nullptr);
  EXPECT_EQ(make_content_encoder(ContentCoding::deflate, {}), nullptr);
  EXPECT_EQ(EncoderPool(CompressionOptions{}).acquire(ContentCoding::identity), nullptr);
}

// ---- The pool -----------------------------------------------------------------------------------

TEST(EncoderPool, AnEncoderServesOneAfterTheOther) {
  EncoderPool pool(CompressionOptions{});
  EXPECT_EQ(pool.idle(), 0U);
  const ContentEncoder* first;
  {
    const auto lease = pool.acquire(ContentCoding::gzip);
    first = lease.get();
    const auto other = pool.acquire(ContentCoding::gzip);
    EXPECT_NE(other.get(), first);
    EXPECT_EQ(pool.idle(), 0U);
  }
  EXPECT_EQ(pool.idle(), 2U);
  EXPECT_EQ(pool.acquire(ContentCoding::gzip).get(), first) << "the one that was used last";
}

TEST(EncoderPool, KeepsNoMoreThanItShall) {
  EncoderPool pool({.idle_encoders = 2});
  {
    std::vector<EncoderPool::Lease> leases;
    for (int i = 0; i < 5; ++i) leases.push_back(pool.acquire(ContentCoding::gzip));
  }
  EXPECT_EQ(pool.idle(), 2U);
  EncoderPool none({.idle_encoders = 0});
  none.acquire(ContentCoding::gzip).reset();
  EXPECT_EQ(none.idle(), 0U);
}

TEST(EncoderPool, LendsNoMoreThanItMay) {
  EncoderPool pool({.max_encoders = 2});
  auto first = pool.acquire(ContentCoding::gzip);
  EXPECT_TRUE(pool.has_room());
  EXPECT_EQ(pool.acquire(ContentCoding::identity), nullptr);
  EXPECT_TRUE(pool.has_room()) << "what was not lent takes no room";
  const auto second = pool.acquire(ContentCoding::gzip);
  EXPECT_FALSE(pool.has_room());
  EXPECT_EQ(pool.acquire(ContentCoding::gzip), nullptr);
  first.reset();
  EXPECT_TRUE(pool.has_room());
  EXPECT_NE(pool.acquire(ContentCoding::gzip), nullptr);
}

TEST(EncoderPool, MayGoBeforeWhatItLent) {
  EncoderPool::Lease lease;
  {
    EncoderPool pool(CompressionOptions{});
    lease = pool.acquire(ContentCoding::gzip);
  }
  ByteBuffer out;
  lease->begin(4);
  std::string_view text = "text";
  EXPECT_TRUE(lease->encode(text, Flush::end, out));
  EXPECT_EQ(Decoded(ContentCoding::gzip, out.view()).text, "text");
}

}  // namespace
