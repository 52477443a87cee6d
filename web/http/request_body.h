// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/internal/body_stream.h>

namespace eddy::inline v0::web {

/// The content of a request, piece by piece as the client sends it. A handler that takes one is
/// called as soon as the head is there:
///
///     app.post("/upload", [](RequestBody& body) -> Task<std::string> {
///       std::size_t bytes = 0;
///       for (std::string_view piece; !(piece = co_await body.read()).empty();) {
///         bytes += piece.size();
///       }
///       co_return std::to_string(bytes);
///     });
///
/// The client is read no faster than pieces are taken, and what is held of it is one piece, of at
/// most 64 KiB. A client that waits to be asked for its content (Expect: 100-continue) is asked by
/// the first read(). What a handler leaves unread closes the connection behind the response.
///
/// Thread: the Loop's. Lifetime: as the request's; use it in the handler's task only.
class EDDY_API RequestBody {
 public:
  explicit RequestBody(internal::BodyStream& stream) noexcept : stream_(stream) {}
  RequestBody(const RequestBody&) = delete;
  RequestBody& operator=(const RequestBody&) = delete;

  /// `co_await body.read()`: the next piece, valid until the next read(); empty at the end, and for
  /// a request without content. Throws HttpError 400 or 413 for content that is malformed or too
  /// large, 408 where the client is too slow, and std::system_error (connection_reset) where it has
  /// left.
  [[nodiscard]] internal::BodyReadAwaiter read() noexcept {
    return internal::BodyReadAwaiter(stream_);
  }
  /// A stricter limit than the route's, for what is still to be read.
  void set_max_size(std::size_t bytes) noexcept { stream_.set_limit(bytes); }
  /// Bytes that were given out.
  [[nodiscard]] std::uint64_t bytes_read() const noexcept;
  /// Trailer fields (RFC 9112, 7.1.2), once read() has given the end. They are the client's word
  /// like any header field, but are never taken for one.
  [[nodiscard]] HeaderList trailers() const noexcept;

 private:
  internal::BodyStream& stream_;
};

}  // namespace eddy::inline v0::web
