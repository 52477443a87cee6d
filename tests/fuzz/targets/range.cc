// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/range.h>

#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

using eddy::web::ByteRange;
using eddy::web::ByteRanges;
using eddy::web::parse_range;
using eddy::web::RangeResult;

constexpr std::size_t kLimit = 6;

void check(std::string_view input, std::uint64_t size) {
  const ByteRanges found = parse_range(input, size, kLimit);
  require((found.result == RangeResult::satisfiable) == !found.ranges.empty(),
          "there are ranges when it is satisfiable", input);
  require(found.ranges.size() <= kLimit, "ranges are bounded", input);
  std::uint64_t room = size;
  std::string written = "bytes=";
  for (const ByteRange& range : found.ranges) {
    require(range.first <= range.last && range.last < size, "ranges are within the size", input);
    require(range.size() <= room, "all together are at most the whole", input);
    room -= range.size();
    for (const ByteRange& other : found.ranges) {
      require(&other == &range || other.first > range.last + 1 || range.first > other.last + 1,
              "ranges neither overlap nor touch", input);
    }
    written += std::to_string(range.first) + "-" + std::to_string(range.last) + ",";
  }
  if (found.result != RangeResult::satisfiable) return;
  require(parse_range(written, size, kLimit).ranges == found.ranges,
          "ranges written anew are the same", written);
  // A bigger limit changes nothing, a smaller one only whether it is taken at all.
  require(parse_range(input, size, 100).ranges == found.ranges, "the limit only refuses", input);
}

}  // namespace

void fuzz_range(std::string_view input) {
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{10}, std::uint64_t{1000}, UINT64_MAX}) {
    check(input, size);
  }
  require_linear(input, [](std::string_view text) {
    static_cast<void>(parse_range(text, 1000, 16));
    static_cast<void>(parse_range(text, UINT64_MAX, text.size()));
  });
}

}  // namespace eddy_tests
