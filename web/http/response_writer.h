// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/internal/byte_buffer.h>

namespace eddy::inline v0::web {

/// What decides how a response is framed, besides its own status and fields.
struct ResponseFraming {
  /// The request was a HEAD: fields as for a GET, no content.
  bool head_request = false;
  /// Of the request: 0 or 1.
  int version_minor = 1;
  /// Whether the connection shall stay open afterwards, as far as the server decides. The response
  /// may still close it: by a Connection: close of its own, or because only the end of the
  /// connection can end its content.
  bool keep_alive = true;
  /// The size of the content where it is known. Unknown is chunked in HTTP/1.1, and ended by the
  /// end of the connection in HTTP/1.0.
  std::optional<std::uint64_t> content_length = {};
  /// 29 characters as of format_http_date, or empty for no Date field. Not written if the response
  /// has a Date of its own.
  std::string_view date = {};
};

/// What became of a response head.
struct ResponseHead {
  /// Null, or what the program did wrong; nothing has been written then.
  const char* error = nullptr;
  /// Whether the content is to be sent, and how.
  bool send_content = false;
  bool chunked = false;
  /// The connection has to be closed after this response.
  bool close = false;
  /// The size of the content that was announced.
  std::optional<std::uint64_t> content_length = {};
};

/// Appends a status line, the fields of the program, Date, and the framing (RFC 9112, 6.3: none for
/// 1xx, 204 and 304; a length of 0 for 205) to `out`. An empty reason is the status's own.
///
/// Errors, which are the program's and are returned, not thrown: a status outside of 100 to 999; a
/// reason with a control character; a Transfer-Encoding field; a Content-Length field that is not
/// the content's. Names and values need no check: `Headers` holds none that could split a response.
EDDY_API ResponseHead write_response_head(internal::ByteBuffer& out, int status,
                                          std::string_view reason, const Headers& headers,
                                          const ResponseFraming& framing);

/// Appends one chunk of a chunked content (RFC 9112, 7.1); nothing for an empty one, which would
/// end it.
EDDY_API void write_chunk(internal::ByteBuffer& out, std::string_view data);
/// What comes before a chunk of so many bytes, more than none; CRLF has to follow them.
EDDY_API void write_chunk_size(internal::ByteBuffer& out, std::size_t bytes);
/// Ends a chunked content, with trailer fields or without.
EDDY_API void write_last_chunk(internal::ByteBuffer& out, const Headers& trailers = {});

}  // namespace eddy::inline v0::web
