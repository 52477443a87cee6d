// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/byte_ranges.h>

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using eddy::web::ByteRange;
using eddy::web::MultipartRanges;

std::string joined(const MultipartRanges& ranges, std::string_view content) {
  std::string all;
  for (const MultipartRanges::Part& part : ranges.parts) {
    all.append(part.head).append(content.substr(part.range.first, part.range.size()));
  }
  return all + ranges.end;
}

// The form of the example in RFC 9110, 14.6.
TEST(MultipartRanges, IsWhatTheRfcShows) {
  const std::vector<ByteRange> wanted = {{0, 1}, {8, 9}};
  const auto ranges = MultipartRanges::of(wanted, 10, "text/plain", "B");
  EXPECT_EQ(ranges.content_type, "multipart/byteranges; boundary=B");
  const std::string all = joined(ranges, "0123456789");
  EXPECT_EQ(all,
            "--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
            "\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89"
            "\r\n--B--\r\n");
  EXPECT_EQ(ranges.length, all.size());
}

TEST(MultipartRanges, KeepsTheOrderAndNeedsNoType) {
  const std::vector<ByteRange> wanted = {{8, 9}, {0, 0}};
  const auto ranges = MultipartRanges::of(wanted, 10, "", "B");
  EXPECT_EQ(joined(ranges, "0123456789"),
            "--B\r\nContent-Range: bytes 8-9/10\r\n\r\n89"
            "\r\n--B\r\nContent-Range: bytes 0-0/10\r\n\r\n0\r\n--B--\r\n");
}

TEST(MultipartRanges, BoundariesAreNotForeseen) {
  std::set<std::string> seen;
  const std::vector<ByteRange> wanted = {{0, 0}, {2, 2}};
  for (int i = 0; i < 20; ++i) {
    const auto ranges = MultipartRanges::of(wanted, 10, "text/plain");
    EXPECT_THAT(ranges.content_type,
                testing::MatchesRegex("multipart/byteranges; boundary=[0-9a-f]+"));
    EXPECT_EQ(ranges.content_type.size(), 31U + 32U);
    seen.insert(ranges.content_type);
  }
  EXPECT_EQ(seen.size(), 20U);
}

}  // namespace
