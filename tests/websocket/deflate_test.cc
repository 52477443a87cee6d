// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/deflate.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using eddy::web::internal::DeflateInflater;
using eddy::web::internal::DeflateSide;
using eddy::web::internal::MessageDeflater;
using eddy::web::internal::MessageInflater;
using testing::Lt;
using testing::SizeIs;
using Result = MessageInflater::Result;

constexpr std::uint64_t kLimit = 1 << 20;

std::string deflated(MessageDeflater& deflater, std::string_view message) {
  std::string out;
  deflater.deflate(message, out);
  return out;
}

std::string inflated(DeflateInflater& inflater, std::string_view data, std::size_t step = 1 << 20) {
  std::string out;
  do {
    const std::string_view piece = data.substr(0, step);
    data.remove_prefix(piece.size());
    if (inflater.inflate(piece, data.empty(), out, kLimit) != Result::ok) return "failed";
  } while (!data.empty());
  return out;
}

TEST(Deflate, IsAsInTheExamplesOfTheRfc) {  // RFC 7692, 7.2.3
  MessageDeflater deflater(DeflateSide{.takes_over = true});
  EXPECT_EQ(deflated(deflater, "Hello"), "\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0'));
  EXPECT_EQ(deflated(deflater, "Hello"), std::string("\xf2\x00\x11\x00\x00", 5));
  DeflateInflater inflater(15, true);
  EXPECT_EQ(inflated(inflater, std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)), "Hello");
  EXPECT_EQ(inflated(inflater, std::string("\xf2\x00\x11\x00\x00", 5)), "Hello");
  // Not compressed, and with a block that ends the stream.
  EXPECT_EQ(inflated(inflater, std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11)),
            "Hello");
  EXPECT_EQ(inflated(inflater, std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8)), "Hello");
  EXPECT_EQ(
      inflated(inflater, std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13)),
      "Hello");
}

TEST(Deflate, BringsEveryMessageBackWhole) {
  for (const bool takes_over : {false, true}) {
    for (const int bits : {9, 12, 15}) {
      MessageDeflater deflater(DeflateSide{.window_bits = bits, .takes_over = takes_over});
      DeflateInflater inflater(bits, takes_over);
      unsigned seed = 1;
      for (const std::size_t size : {0, 1, 3, 0, 0, 1000, 40000, 0, 100000, 5}) {
        std::string message;
        for (std::size_t i = 0; i < size; ++i) {
          seed = seed * 1103515245 + 12345;
          message += static_cast<char>(i % 3 == 0 ? seed >> 16 : 'a');
        }
        const std::string data = deflated(deflater, message);
        EXPECT_FALSE(data.empty());
        for (const std::size_t step : {std::size_t{1} << 20, std::size_t{100}, std::size_t{1}}) {
          if (takes_over && step == 1) continue;
          DeflateInflater fresh(bits, false);
          EXPECT_EQ(takes_over ? message : inflated(fresh, data, step), message);
        }
        EXPECT_EQ(inflated(inflater, data, 77), message) << size << " " << bits << takes_over;
      }
    }
  }
}

TEST(Deflate, RefersToEarlierMessagesOnlyWhereItTakesOver) {
  const std::string message = "{\"name\":\"apples\",\"price\":1.25,\"count\":17,\"farm\":\"Hill\"}";
  MessageDeflater alone(DeflateSide{});
  const std::string first = deflated(alone, message);
  EXPECT_EQ(deflated(alone, message), first);
  MessageDeflater taking(DeflateSide{.takes_over = true});
  EXPECT_EQ(deflated(taking, message), first);
  EXPECT_THAT(deflated(taking, message), SizeIs(Lt(first.size() / 4)));
}

TEST(Deflate, StaysWithinTheAgreedWindow) {
  std::string message;
  for (int i = 0; i < 3000; ++i) message += "number " + std::to_string(i * 7919) + ", ";
  MessageDeflater deflater(DeflateSide{.window_bits = 9});
  DeflateInflater inflater(9, false);
  EXPECT_EQ(inflated(inflater, deflated(deflater, message)), message);
}

TEST(Inflate, RefusesWhatIsMalformed) {
  DeflateInflater inflater(15, false);
  std::string out;
  EXPECT_EQ(inflater.inflate("\xff\xff\xff", true, out, kLimit), Result::malformed);
  inflater.abandon();
  // A distance beyond what came, as of a peer that takes over although it said that it would not.
  EXPECT_EQ(inflater.inflate(std::string("\xf2\x00\x11\x00\x00", 5), true, out, kLimit),
            Result::malformed);
  inflater.abandon();
  EXPECT_EQ(inflated(inflater, std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)), "Hello");
}

// 1 MiB of zeros is 1 KiB.
TEST(Inflate, StopsAtTheLimit) {
  MessageDeflater deflater(DeflateSide{});
  const std::string bomb = deflated(deflater, std::string(10 << 20, '\0'));
  EXPECT_THAT(bomb, SizeIs(Lt(20'000U)));
  DeflateInflater inflater(15, false);
  std::string out;
  EXPECT_EQ(inflater.inflate(bomb, true, out, kLimit), Result::too_big);
  inflater.abandon();
  EXPECT_LE(out.size(), kLimit);
  const std::string most = deflated(deflater, std::string(kLimit, 'x'));
  EXPECT_EQ(inflated(inflater, most), std::string(kLimit, 'x'));
  EXPECT_EQ(inflated(inflater, deflated(deflater, std::string(kLimit + 1, 'x'))), "failed");
}

// Raw DEFLATE of a text that follows another one; without the tail where it is not ended.
std::string raw(std::string_view before, std::string_view text, bool ended) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  if (!before.empty()) {
    deflateSetDictionary(&stream, reinterpret_cast<const Bytef*>(before.data()),
                         static_cast<uInt>(before.size()));
  }
  std::string out(1000 + text.size(), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, ended ? Z_FINISH : Z_SYNC_FLUSH);
  out.resize(out.size() - stream.avail_out - (ended ? 0 : 4));
  deflateEnd(&stream);
  return out;
}

TEST(Inflate, TheWindowGoesOnBehindTheEndOfAStream) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "apple " + std::to_string(i * i);
  const std::string second = raw(text, text, false);
  ASSERT_LT(second.size(), 40U) << "it refers to the first";
  DeflateInflater inflater(15, true);
  EXPECT_EQ(inflated(inflater, raw({}, text, true) + second), text + text);
  EXPECT_EQ(inflated(inflater, second), text);
}

TEST(Inflate, AMessageEndsWhereABlockDoes) {
  DeflateInflater inflater(15, false);
  // A stored block of six bytes, two of which are there.
  EXPECT_EQ(inflated(inflater, std::string("\x00\x06\x00\xf9\xff\x48\x65", 7)), "failed");
  DeflateInflater another(15, false);
  EXPECT_EQ(inflated(another, raw({}, "Hello", true)), "failed") << "the byte behind its end lacks";
}

TEST(Inflate, NothingAtAllIsAnEmptyMessage) {
  DeflateInflater inflater(15, true);
  EXPECT_EQ(inflated(inflater, ""), "");
  EXPECT_EQ(inflated(inflater, std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)), "Hello");
  EXPECT_EQ(inflated(inflater, ""), "");
  EXPECT_EQ(inflated(inflater, std::string("\xf2\x00\x11\x00\x00", 5)), "Hello");
}

TEST(Inflate, HoldsADecompressorWithinAMessageAlone) {
  const std::string data("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
  for (const bool takes_over : {false, true}) {
    DeflateInflater inflater(15, takes_over);
    EXPECT_EQ(inflater.bytes_held(), 0U);
    std::string out;
    EXPECT_EQ(inflater.inflate(data.substr(0, 3), false, out, kLimit), Result::ok);
    EXPECT_GT(inflater.bytes_held(), 32'000U);
    EXPECT_EQ(inflater.inflate(data.substr(3), true, out, kLimit), Result::ok);
    EXPECT_EQ(inflater.bytes_held() > 0, takes_over);
    EXPECT_EQ(inflater.inflate(data.substr(0, 3), false, out, kLimit), Result::ok);
    inflater.abandon();
    EXPECT_EQ(inflater.bytes_held(), 0U);
  }
}

TEST(Deflate, CompressorsAreSharedByThoseWhoDoTheSame) {
  // What repeats lies 20,000 bytes apart: a window of 512 bytes can't reach it.
  std::string message(20'000, '\0');
  unsigned seed = 7;
  for (char& c : message) c = static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
  message += message;
  MessageDeflater large(DeflateSide{});
  EXPECT_THAT(deflated(large, message), SizeIs(Lt(25'000U)));
  MessageDeflater small(DeflateSide{.window_bits = 9});
  const std::string data = deflated(small, message);
  DeflateInflater inflater(9, false);
  EXPECT_EQ(inflated(inflater, data), message);
}

TEST(Deflate, ForgetsWhatWasNotSent) {
  MessageDeflater deflater(DeflateSide{.takes_over = true});
  const std::string first = deflated(deflater, "Hello");
  deflater.forget();
  EXPECT_EQ(deflated(deflater, "Hello"), first);
}

}  // namespace
