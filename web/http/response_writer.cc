// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/response_writer.h>

#include <charconv>
#include <cstring>

#include <eddy/web/http/http_date.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/status.h>

namespace eddy::inline v0::web {
namespace {

using internal::equals_ignoring_case;

char* put(char* at, std::string_view text) noexcept {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* put_number(char* at, std::uint64_t number) noexcept {
  return std::to_chars(at, at + 20, number).ptr;
}

char* put_status_line(char* at, int status, std::string_view reason) noexcept {
  if (status == 200 && reason.empty()) return put(at, "HTTP/1.1 200 OK\r\n");
  if (reason.empty()) reason = reason_phrase(status);
  at = put(at, "HTTP/1.1 ");
  at = put_number(at, static_cast<std::uint64_t>(status));
  *at++ = ' ';
  at = put(at, reason);
  return put(at, "\r\n");
}

char* put_field(char* at, HeaderField field) noexcept {
  at = put(at, field.name);
  at = put(at, ": ");
  at = put(at, field.value);
  return put(at, "\r\n");
}

// What the program's own fields say about framing.
struct OwnFields {
  std::optional<std::string_view> content_length;
  bool two_lengths = false;
  bool transfer_encoding = false;
  bool connection = false;
  bool date = false;
  bool close = false;
  bool upgrade = false;
};

bool is_framing_field(std::string_view name) noexcept {
  return (name.size() == 14 && equals_ignoring_case(name, "content-length")) ||
         (name.size() == 10 && equals_ignoring_case(name, "connection"));
}

OwnFields look_at(const Headers& headers) noexcept {
  OwnFields own;
  for (const HeaderField field : headers) {
    switch (field.name.size()) {
      case 4:
        own.date |= equals_ignoring_case(field.name, "date");
        break;
      case 7:
        own.upgrade |= equals_ignoring_case(field.name, "upgrade");
        break;
      case 10:
        if (!equals_ignoring_case(field.name, "connection")) break;
        own.connection = true;
        internal::for_each_list_item(field.value, [&own](std::string_view item) {
          own.close |= equals_ignoring_case(item, "close");
        });
        break;
      case 14:
        if (!equals_ignoring_case(field.name, "content-length")) break;
        own.two_lengths |= own.content_length.has_value();
        own.content_length = field.value;
        break;
      case 17:
        own.transfer_encoding |= equals_ignoring_case(field.name, "transfer-encoding");
        break;
      default:
        break;
    }
  }
  return own;
}

std::optional<std::uint64_t> to_length(std::string_view text) noexcept {
  std::uint64_t length = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, length);
  if (error != std::errc() || stop != end) return std::nullopt;
  return length;
}

// Decides the framing; the length to be announced, if one is, goes to `length`.
ResponseHead decide(int status, const OwnFields& own, const ResponseFraming& framing,
                    std::optional<std::uint64_t>& length) noexcept {
  ResponseHead head;
  head.close = own.close || !framing.keep_alive;
  if (own.transfer_encoding) {
    head.error = "Transfer-Encoding is the server's to set";
    return head;
  }
  if (own.two_lengths) head.error = "more than one Content-Length";
  std::optional<std::uint64_t> own_length;
  if (own.content_length) {
    own_length = to_length(*own.content_length);
    if (!own_length) head.error = "a Content-Length that is not a number";
  }
  if (status < 200 || status == 204) return head;
  if (status == 205) {
    length = 0;
    return head;
  }
  // Without content, the length is what a GET would have had: the program may know it better.
  if (framing.head_request || status == 304) {
    length = own_length;
    if (!length && status != 304) length = framing.content_length;
    return head;
  }
  if (own_length && framing.content_length && *own_length != *framing.content_length) {
    head.error = "a Content-Length that is not the content's";
  }
  length = own_length ? own_length : framing.content_length;
  head.send_content = true;
  if (!length) {
    head.chunked = framing.version_minor > 0;
    head.close |= !head.chunked;
  }
  return head;
}

ResponseHead write_any_head(internal::ByteBuffer& out, int status, std::string_view reason,
                            const Headers& headers, const ResponseFraming& framing) {
  if (status < 100 || status > 999) return {.error = "a status outside of 100 to 999"};
  if (!internal::is_field_value(reason)) {
    return {.error = "a reason phrase with a control character, or a blank at an end"};
  }
  const OwnFields own = look_at(headers);
  std::optional<std::uint64_t> length;
  ResponseHead head = decide(status, own, framing, length);
  if (head.error != nullptr) return head;
  head.content_length = length;

  // The fixed parts below are at most 192 bytes together.
  char* const start = out.prepare(256 + reason.size() + headers.lines().size());
  char* at = put_status_line(start, status, reason);
  // Framing is ours to write, but for the switch to another protocol, which is the program's.
  const bool framing_fields = status != 101 && (own.content_length || own.connection);
  if (!headers.has_gaps() && !framing_fields) {
    at = put(at, headers.lines());
  } else {
    for (const HeaderField field : headers) {
      if (!framing_fields || !is_framing_field(field.name)) at = put_field(at, field);
    }
  }
  if (!own.date && framing.date.size() == internal::kHttpDateSize) {
    at = put(at, "Date: ");
    std::memcpy(at, framing.date.data(), internal::kHttpDateSize);
    at = put(at + internal::kHttpDateSize, "\r\n");
  }
  if (length) {
    at = put(at, "Content-Length: ");
    at = put_number(at, *length);
    at = put(at, "\r\n");
  } else if (head.chunked) {
    at = put(at, "Transfer-Encoding: chunked\r\n");
  }
  if (status >= 200) {
    // What the client may ask for is of this connection alone (RFC 9110, 7.8).
    if (own.upgrade) at = put(at, "Connection: upgrade\r\n");
    if (head.close) {
      at = put(at, "Connection: close\r\n");
    } else if (framing.version_minor == 0) {
      at = put(at, "Connection: keep-alive\r\n");
    }
  }
  at = put(at, "\r\n");
  out.commit(static_cast<std::size_t>(at - start));
  return head;
}

// What nearly every response comes to.
bool is_plain(int status, std::string_view reason, const Headers& headers,
              const ResponseFraming& framing) noexcept {
  return status == 200 && reason.empty() && headers.has_plain_lines() && framing.content_length &&
         framing.keep_alive && !framing.head_request && framing.version_minor > 0 &&
         framing.date.size() == internal::kHttpDateSize;
}

// In one go, and in few instructions: a server's own cost is above all the code that it touches.
ResponseHead write_plain_head(internal::ByteBuffer& out, const Headers& headers,
                              const ResponseFraming& framing) {
  char* const start = out.prepare(128 + headers.lines().size());
  char* at = put(start, "HTTP/1.1 200 OK\r\n");
  at = put(at, headers.lines());
  at = put(at, "Date: ");
  std::memcpy(at, framing.date.data(), internal::kHttpDateSize);
  at = put(at + internal::kHttpDateSize, "\r\nContent-Length: ");
  at = put_number(at, *framing.content_length);
  at = put(at, "\r\n\r\n");
  out.commit(static_cast<std::size_t>(at - start));
  ResponseHead head;
  head.send_content = true;
  head.content_length = framing.content_length;
  return head;
}

}  // namespace

ResponseHead write_response_head(internal::ByteBuffer& out, int status, std::string_view reason,
                                 const Headers& headers, const ResponseFraming& framing) {
  if (is_plain(status, reason, headers, framing)) return write_plain_head(out, headers, framing);
  return write_any_head(out, status, reason, headers, framing);
}

void write_chunk(internal::ByteBuffer& out, std::string_view data) {
  if (data.empty()) return;
  char* const start = out.prepare(data.size() + 24);
  char* at = std::to_chars(start, start + 16, data.size(), 16).ptr;
  at = put(at, "\r\n");
  at = put(at, data);
  at = put(at, "\r\n");
  out.commit(static_cast<std::size_t>(at - start));
}

void write_chunk_size(internal::ByteBuffer& out, std::size_t bytes) {
  char* const start = out.prepare(18);
  char* const end = put(std::to_chars(start, start + 16, bytes, 16).ptr, "\r\n");
  out.commit(static_cast<std::size_t>(end - start));
}

void write_last_chunk(internal::ByteBuffer& out, const Headers& trailers) {
  out.append("0\r\n");
  for (const HeaderField field : trailers) {
    char* const start = out.prepare(field.name.size() + field.value.size() + 4);
    out.commit(static_cast<std::size_t>(put_field(start, field) - start));
  }
  out.append("\r\n");
}

}  // namespace eddy::inline v0::web
