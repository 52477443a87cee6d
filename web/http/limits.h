// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>

#include <eddy/core/base/time.h>

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
  /// Bytes that are read and dropped behind a refusal or a last response, so that the client sees
  /// it although it is still sending. After more, or after timeouts.linger, the connection is cut.
  std::size_t drain_bytes = 1024 * 1024;
  /// Bytes of all chunk extensions of one body, which are read and ignored. More is a 413.
  std::size_t chunk_extension_bytes = 16 * 1024;
};

/// How long a server waits for a client. Zero: for ever. Times in which the handler works, or the
/// client waits for it, do not count.
struct HttpTimeouts {
  /// For the first byte of the next request, on a connection without one. Then it is closed.
  Duration idle = std::chrono::seconds(75);
  /// For a whole head, from its first byte on. Then the answer is a 408.
  Duration header = std::chrono::seconds(15);
  /// How far a client may fall behind body_bytes_per_second while it sends a body: at the
  /// beginning, and again later when it has been faster. Then the answer is a 408. So a body of n
  /// bytes may take body + n / body_bytes_per_second, and no pause may last longer than this.
  Duration body = std::chrono::seconds(30);
  /// The slowest that a body may come in the long run. 0: any byte makes up for all.
  std::size_t body_bytes_per_second = 1024;
  /// For a client to take anything at all of what is sent to it. Then the connection is cut.
  Duration write = std::chrono::seconds(30);
  /// For a client to close after the last response, if it may still be sending: closing at once
  /// could cost it that response (RFC 9112, 9.6).
  Duration linger = std::chrono::seconds(2);
};

}  // namespace eddy::inline v0::web
