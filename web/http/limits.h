// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

namespace eddy::inline v0::web {

/// Bounds on everything whose size the peer decides. A message within a bound by exactly that
/// bound passes; one byte, or one field, more does not. A head and a trailer section never pass 4
/// GiB.
struct HttpLimits {
  /// Bytes of a whole message head: request line, header fields, the empty line. More is a 431.
  std::size_t header_bytes = 64 * 1024;
  /// Number of header fields in a head, and of trailer fields after a body. More is a 431.
  std::size_t header_count = 100;
  /// Bytes of the request target. More is a 414.
  std::size_t target_bytes = 8 * 1024;
  /// Bytes of a request body, after chunked coding is undone. More is a 413. 0 forbids any body.
  std::size_t body_bytes = 1024 * 1024;
  /// Bytes of the trailer section of a chunked body, its empty line included. More is a 431.
  std::size_t trailer_bytes = 8 * 1024;
  /// Bytes of all chunk extensions of one body, which are read and ignored. More is a 413.
  std::size_t chunk_extension_bytes = 16 * 1024;
};

}  // namespace eddy::inline v0::web
