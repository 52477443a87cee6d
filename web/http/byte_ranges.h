// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/http/range.h>

namespace eddy::inline v0::web {

/// The content of a 206 for several ranges, multipart/byteranges (RFC 9110, 14.6): each range
/// behind a head of its own, and an end. What the ranges name is not held.
struct EDDY_API MultipartRanges {
  struct Part {
    /// The delimiter, Content-Type and Content-Range.
    std::string head;
    ByteRange range;
  };

  /// For ranges of a representation of `size` bytes, as parse_range() gives them; `type` is its
  /// Content-Type, "" for none. The boundary is one that nobody can have foreseen and written into
  /// the content. Throws std::bad_alloc, and std::system_error where the system has no random
  /// numbers.
  [[nodiscard]] static MultipartRanges of(std::span<const ByteRange> ranges, std::uint64_t size,
                                          std::string_view type);
  /// As above with a boundary of the caller's: 1 to 70 letters and digits (RFC 2046, 5.1.1).
  [[nodiscard]] static MultipartRanges of(std::span<const ByteRange> ranges, std::uint64_t size,
                                          std::string_view type, std::string_view boundary);

  /// What the response's Content-Type says.
  std::string content_type;
  std::vector<Part> parts;
  /// Behind the last part.
  std::string end;
  /// Bytes of all heads, ranges and the end.
  std::uint64_t length = 0;
};

}  // namespace eddy::inline v0::web
