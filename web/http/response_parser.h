// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/internal/head_reader.h>
#include <eddy/web/http/limits.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web {

namespace internal {
class FramingFields;
}  // namespace internal

/// What follows the head of a response (RFC 9112, 6.3).
enum class ContentFraming : std::uint8_t {
  /// No content; the next response comes at once. So it is after a HEAD and for 1xx, 204 and 304.
  none,
  /// As many bytes as content_length() says.
  length,
  chunked,
  /// All that comes until the connection closes.
  until_close,
  /// No HTTP any more: bytes of the protocol that a 101, or a 2xx to CONNECT, has switched to.
  tunnel,
};

/// The head of a response as it was received. The views point into the text that was parsed, or
/// into the copy that move_text() named.
class EDDY_API ReceivedResponseHead {
 public:
  /// 100 to 999. One that is not known means what the x00 of its class means (RFC 9110, 15).
  [[nodiscard]] int status() const noexcept { return status_; }
  /// As it was sent; may be empty, and may have bytes beyond ASCII. Not for programs to judge by.
  [[nodiscard]] std::string_view reason() const noexcept { return {text_ + reason_, reason_size_}; }
  /// 0 or 1. HTTP/1.2 and further are treated as 1.1 (RFC 9110, 2.5).
  [[nodiscard]] int version_minor() const noexcept { return version_minor_; }
  [[nodiscard]] HeaderList headers() const noexcept {
    return {text_, fields_->data(), fields_->size()};
  }

  /// Whether another response to the same request follows: 1xx but 101.
  [[nodiscard]] bool interim() const noexcept { return status_ < 200 && status_ != 101; }
  [[nodiscard]] ContentFraming framing() const noexcept { return framing_; }
  /// Of a response to HEAD, and of a 304, this is what a GET would have brought.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept {
    return content_length_;
  }
  /// Whether the connection can carry another request after this response and its content.
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }

  /// The head itself.
  [[nodiscard]] std::string_view text() const noexcept { return {text_, text_size_}; }
  /// The parsed text has been copied to `text`: the views point there from now on.
  void move_text(const char* text) noexcept { text_ = text; }

 private:
  friend class ResponseParser;

  const char* text_ = "";
  std::size_t text_size_ = 0;
  const std::vector<internal::FieldPlace>* fields_ = nullptr;
  std::optional<std::uint64_t> content_length_;
  std::uint32_t reason_ = 0;
  std::uint32_t reason_size_ = 0;
  int status_ = 0;
  std::uint8_t version_minor_ = 1;
  ContentFraming framing_ = ContentFraming::none;
  bool keep_alive_ = false;
};

/// Reads one response head (RFC 9112, 4 to 6), for a client: bytes in, a ReceivedResponseHead or an
/// error out. Knows no socket. As strict as RequestParser: a response whose end two clients could
/// find in different places is refused, even where the RFC would let a client guess.
///
/// Every byte is looked at once, however the input is cut, and nothing is allocated but the table
/// of fields, which is kept for the next head.
///
///     ResponseParser parser;
///     do {
///       parser.begin(method);
///       while ((result = parser.parse(all_bytes_so_far)) == ParseResult::need_more) read_more();
///       // parser.head(), or error(); what follows begins at all_bytes_so_far[head_bytes()]
///     } while (parser.head().interim());
///
/// Nobody is answered with the status of an error; it tells the kinds apart: 400 malformed, 431
/// beyond a limit, 501 an unknown transfer coding, 505 another version.
class EDDY_API ResponseParser {
 public:
  /// Of the limits those of heads count.
  explicit ResponseParser(const HttpLimits& limits = {}) noexcept
      : header_bytes_(internal::place_limit(limits.header_bytes)), reader_(limits) {}
  ResponseParser(const ResponseParser&) = delete;  // head() points into this object
  ResponseParser& operator=(const ResponseParser&) = delete;

  /// Begins the next head, in answer to a request with this method, also after an interim one. A
  /// new parser has begun one in answer to a GET.
  void begin(std::string_view request_method) noexcept;

  /// `text` is all that has arrived since the last begin: the same bytes as in the call before,
  /// perhaps elsewhere in memory, and more behind them. Bytes behind the head are not looked at.
  /// Not to be called again after done or failed, but for a begin.
  ParseResult parse(std::string_view text);

  /// After done. Valid until begin and as long as the parsed text is.
  [[nodiscard]] const ReceivedResponseHead& head() const noexcept { return head_; }
  [[nodiscard]] ReceivedResponseHead& head() noexcept { return head_; }
  /// After done.
  [[nodiscard]] std::size_t head_bytes() const noexcept { return reader_.position(); }
  /// After failed.
  [[nodiscard]] const ParseError& error() const noexcept { return reader_.error(); }

 private:
  enum class State : std::uint8_t { status, reason, reason_lf };

  ParseResult read_status(internal::Cursor& cursor);
  ParseResult read_reason(internal::Cursor& cursor);
  ParseResult read_reason_lf(internal::Cursor& cursor);
  ParseResult finish();
  [[nodiscard]] ParseError decide_framing(const internal::FramingFields& framing);

  std::uint32_t header_bytes_;
  internal::HeadReader reader_;
  ReceivedResponseHead head_;
  State state_ = State::status;
  bool to_head_ = false;
  bool to_connect_ = false;
};

}  // namespace eddy::inline v0::web
