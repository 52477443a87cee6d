// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/range.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace {

using eddy::web::ByteRange;
using eddy::web::ByteRanges;
using eddy::web::parse_range;
using eddy::web::RangeResult;

// "0-4 7-9", "unsatisfiable" or "ignored".
std::string ranges_of(std::string_view field, std::uint64_t size = 10, std::size_t limit = 16) {
  const ByteRanges found = parse_range(field, size, limit);
  EXPECT_EQ(found.result == RangeResult::satisfiable, !found.ranges.empty());
  if (found.result == RangeResult::ignored) return "ignored";
  if (found.result == RangeResult::unsatisfiable) return "unsatisfiable";
  std::string text;
  for (const ByteRange& range : found.ranges) {
    if (!text.empty()) text += " ";
    text += std::to_string(range.first) + "-" + std::to_string(range.last);
  }
  return text;
}

TEST(Range, One) {
  EXPECT_EQ(ranges_of("bytes=0-0"), "0-0");
  EXPECT_EQ(ranges_of("bytes=0-4"), "0-4");
  EXPECT_EQ(ranges_of("bytes=5-"), "5-9");
  EXPECT_EQ(ranges_of("bytes=-3"), "7-9");
  EXPECT_EQ(ranges_of("bytes=5-100"), "5-9");
  EXPECT_EQ(ranges_of("bytes=-100"), "0-9");
  EXPECT_EQ(ranges_of("bytes=9-"), "9-9");
  EXPECT_EQ(ranges_of("Bytes=0-4"), "0-4");
  EXPECT_EQ(ranges_of(" bytes = 0-4 "), "0-4");
  EXPECT_EQ(ranges_of("bytes=00-04"), "0-4");
}

TEST(Range, Unsatisfiable) {
  EXPECT_EQ(ranges_of("bytes=10-"), "unsatisfiable");
  EXPECT_EQ(ranges_of("bytes=10-20"), "unsatisfiable");
  EXPECT_EQ(ranges_of("bytes=-0"), "unsatisfiable");
  EXPECT_EQ(ranges_of("bytes=0-", 0), "unsatisfiable");
  EXPECT_EQ(ranges_of("bytes=20-,-0"), "unsatisfiable");
}

TEST(Range, Ignored) {
  for (const char* field :
       {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=1", "bytes=4-3",
        "bytes=0-4,x", "bytes=--1", "bytes=1-2-3", "bytes=+1-2", "bytes=1 -2", "bytes=1- 2",
        "lines=0-4", "bytes 0-4", "bytes=0x1-2", "bytes=1-2;3-4"}) {
    EXPECT_EQ(ranges_of(field), "ignored") << field;
  }
  EXPECT_EQ(ranges_of("bytes=-5", 0), "ignored") << "no Content-Range names nothing";
}

TEST(Range, NumbersBeyondTheType) {
  constexpr const char* kHuge = "99999999999999999999999999";
  EXPECT_EQ(ranges_of(std::string("bytes=") + kHuge + "-"), "unsatisfiable");
  EXPECT_EQ(ranges_of(std::string("bytes=0-") + kHuge), "0-9");
  EXPECT_EQ(ranges_of(std::string("bytes=-") + kHuge), "0-9");
  EXPECT_EQ(ranges_of("bytes=0-18446744073709551615"), "0-9");
  EXPECT_EQ(ranges_of("bytes=0-", UINT64_MAX), "0-18446744073709551614");
  EXPECT_EQ(ranges_of("bytes=-1, 5-6", UINT64_MAX),
            "18446744073709551614-18446744073709551614 5-6");
}

TEST(Range, Several) {
  EXPECT_EQ(ranges_of("bytes=0-1,4-5"), "0-1 4-5");
  EXPECT_EQ(ranges_of("bytes= 8-9 ,, 0-1 , -1,"), "0-1 8-9");
  EXPECT_EQ(ranges_of("bytes=8-9,0-1"), "8-9 0-1") << "in the order in which they are asked for";
  EXPECT_EQ(ranges_of("bytes=0-1,20-30"), "0-1");
}

TEST(Range, NobodyGetsMoreThanTheWhole) {
  EXPECT_EQ(ranges_of("bytes=0-,0-,0-"), "0-9");
  EXPECT_EQ(ranges_of("bytes=5-9,0-4"), "0-9") << "those that touch are joined";
  EXPECT_EQ(ranges_of("bytes=6-8,0-1,7-9"), "0-1 6-9");
  EXPECT_EQ(ranges_of("bytes=0-8,2-3,5-9"), "0-9");
}

TEST(Range, AreBounded) {
  std::string field = "bytes=0-0";
  for (int i = 1; i < 16; ++i) field += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
  EXPECT_EQ(parse_range(field, 100).ranges.size(), 16U);
  EXPECT_EQ(ranges_of(field + ",50-50", 100), "ignored");
  EXPECT_EQ(ranges_of(field + ",500-500", 100), "ignored") << "unsatisfiable ones count";
  EXPECT_EQ(ranges_of("bytes=0-1,4-5", 10, 1), "ignored");
  EXPECT_EQ(ranges_of("bytes=0-1", 10, 1), "0-1");
}

TEST(Range, ContentRange) {
  EXPECT_EQ(eddy::web::content_range({2, 4}, 10), "bytes 2-4/10");
  EXPECT_EQ(eddy::web::unsatisfied_content_range(10), "bytes */10");
  EXPECT_EQ((ByteRange{2, 4}).size(), 3U);
}

}  // namespace
