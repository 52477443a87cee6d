// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/byte_ranges.h>

#include <utility>

#include <eddy/core/base/hex.h>
#include <eddy/core/base/secrets.h>

namespace eddy::inline v0::web {

MultipartRanges MultipartRanges::of(std::span<const ByteRange> ranges, std::uint64_t size,
                                    std::string_view type) {
  return of(ranges, size, type, hex_encode(random_bytes(16)));
}

MultipartRanges MultipartRanges::of(std::span<const ByteRange> ranges, std::uint64_t size,
                                    std::string_view type, std::string_view boundary) {
  MultipartRanges made;
  made.content_type.append("multipart/byteranges; boundary=").append(boundary);
  for (const ByteRange& range : ranges) {
    // The line end before a delimiter belongs to it; the first has none to end.
    std::string head = made.parts.empty() ? "--" : "\r\n--";
    head.append(boundary);
    if (!type.empty()) head.append("\r\nContent-Type: ").append(type);
    head.append("\r\nContent-Range: ").append(content_range(range, size)).append("\r\n\r\n");
    made.length += head.size() + range.size();
    made.parts.push_back({std::move(head), range});
  }
  made.end.append("\r\n--").append(boundary).append("--\r\n");
  made.length += made.end.size();
  return made;
}

}  // namespace eddy::inline v0::web
