// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// Bytes `first` to `last` of a representation, both included.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  [[nodiscard]] std::uint64_t size() const noexcept { return last - first + 1; }
  bool operator==(const ByteRange& other) const noexcept = default;
};

/// What a Range field asks of a representation.
enum class RangeResult : std::uint8_t {
  /// The field is to be passed over: answer as if it were not there.
  ignored,
  /// Answer 206 with the ranges.
  satisfiable,
  /// Answer 416, and say the size with unsatisfied_content_range().
  unsatisfiable,
};

struct ByteRanges {
  RangeResult result = RangeResult::ignored;
  /// If satisfiable at least one, each within the representation.
  std::vector<ByteRange> ranges;
};

/// Reads the value of a Range field for a representation of `size` bytes (RFC 9110, 14.1.1 and
/// 14.2). Ignored is: another unit than bytes, anything malformed, a range whose end lies before
/// its beginning, more than `limit` ranges, satisfiable or not, and the end of an empty
/// representation, which no Content-Range could name. A range that begins within the
/// representation is cut at its end; one that begins behind it, and the last 0 bytes, are
/// left out, and if that leaves none the field is unsatisfiable.
///
/// Nobody gets more than the whole: ranges that overlap or touch become one. If there are such all
/// are sorted by their beginnings, otherwise they stay in the order in which they were asked for.
/// So the content of all is at most `size` bytes, and there are at most `limit` part headers
/// around it.
///
/// A limit of 1, as in Tornado, ignores every list of several.
[[nodiscard]] EDDY_API ByteRanges parse_range(std::string_view field, std::uint64_t size,
                                              std::size_t limit = 16);

/// The value of Content-Range for a 206, or for a part of one: `bytes 0-4/10`.
[[nodiscard]] EDDY_API std::string content_range(ByteRange range, std::uint64_t size);
/// The value of Content-Range for a 416: `bytes */10`.
[[nodiscard]] EDDY_API std::string unsatisfied_content_range(std::uint64_t size);

}  // namespace eddy::inline v0::web
