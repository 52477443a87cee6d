// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/internal/body_stream.h>

namespace eddy::inline v0::web {

/// What a handler may say of a request's content before it reads it, and while it does.
///
/// Thread: the Loop's. Lifetime: as the request's. Source: HTTP1Connection.set_max_body_size and
/// set_body_timeout.
class EDDY_API RequestBodyControl {
 public:
  explicit RequestBodyControl(internal::BodyStream& stream) noexcept : stream_(stream) {}
  RequestBodyControl(const RequestBodyControl&) = delete;
  RequestBodyControl& operator=(const RequestBodyControl&) = delete;

  /// A stricter limit than the route's or the server's, for all of the content; a larger one
  /// changes nothing. A declared length has been judged by the latter before the handler is called.
  void set_max_size(std::size_t bytes) noexcept { stream_.set_limit(bytes); }
  /// Replaces the server's timeouts.body from now on and, if `bytes_per_second` is given, its
  /// timeouts.body_bytes_per_second too. Zero: for ever; less: at once.
  template <class Rep, class Period>
  void set_timeout(std::chrono::duration<Rep, Period> body,
                   std::optional<std::size_t> bytes_per_second = {}) noexcept {
    const bool past = body < std::chrono::duration<Rep, Period>::zero();
    const Duration limit = eddy::internal::deadline_after({}, body).time_since_epoch();
    stream_.set_pace({past ? Duration(1) : limit, bytes_per_second});
  }

 protected:
  internal::BodyStream& stream_;  // NOLINT(*-non-private-member-variables-in-classes)
};

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
class EDDY_API RequestBody : public RequestBodyControl {
 public:
  using RequestBodyControl::RequestBodyControl;

  /// `co_await body.read()`: the next piece, valid until the next read(); empty at the end, and for
  /// a request without content. Throws HttpError 400 or 413 for content that is malformed or too
  /// large, 408 where the client is too slow, and std::system_error (connection_reset) where it has
  /// left.
  [[nodiscard]] internal::BodyReadAwaiter read() noexcept {
    return internal::BodyReadAwaiter(stream_);
  }
  /// Bytes that were given out.
  [[nodiscard]] std::uint64_t bytes_read() const noexcept;
  /// Trailer fields (RFC 9112, 7.1.2), once read() has given the end. They are the client's word
  /// like any header field, but are never taken for one.
  [[nodiscard]] HeaderList trailers() const noexcept;
};

}  // namespace eddy::inline v0::web
