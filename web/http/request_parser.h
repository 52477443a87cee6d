// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/http/internal/head_reader.h>
#include <eddy/web/http/limits.h>
#include <eddy/web/http/method.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web {

namespace internal {
class FramingFields;
}  // namespace internal

/// The four forms of a request target (RFC 9112, 3.2).
enum class TargetForm : std::uint8_t { origin, absolute, authority, asterisk };

/// A parsed request head. The views point into the text that was parsed, or into the copy that
/// move_text() named.
class EDDY_API RequestHead {
 public:
  [[nodiscard]] Method method() const noexcept { return method_; }
  [[nodiscard]] std::string_view method_text() const noexcept { return view(method_text_); }
  /// As it was sent.
  [[nodiscard]] std::string_view target() const noexcept { return view(target_); }
  [[nodiscard]] TargetForm form() const noexcept { return form_; }
  /// Up to the '?', not decoded. "/" where an absolute target has none, "*" for the asterisk form,
  /// "" for the authority form.
  [[nodiscard]] std::string_view path() const noexcept {
    return path_.size == 0 && form_ == TargetForm::absolute ? std::string_view("/") : view(path_);
  }
  /// What follows the '?', not decoded.
  [[nodiscard]] std::string_view query() const noexcept { return view(query_); }
  /// Host and port, from the target if it has them, else from the Host field; "" if there is
  /// neither (only HTTP/1.0 may do so).
  [[nodiscard]] std::string_view host() const noexcept { return view(host_); }
  /// 0 or 1. HTTP/1.2 and further are treated as 1.1 (RFC 9110, 2.5).
  [[nodiscard]] int version_minor() const noexcept { return version_minor_; }
  [[nodiscard]] HeaderList headers() const noexcept {
    return {text_, fields_->data(), fields_->size()};
  }

  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept {
    return has_content_length_ ? std::optional(content_length_) : std::nullopt;
  }
  [[nodiscard]] bool chunked() const noexcept { return chunked_; }
  /// Whether content follows the head.
  [[nodiscard]] bool has_body() const noexcept { return chunked_ || content_length_ > 0; }
  /// Whether the connection can carry another request after this one, as far as the peer decides
  /// (RFC 9112, 9.3). Not after a CONNECT: what follows it, also one that is refused, may have been
  /// sent into the tunnel.
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
  /// Whether the peer waits for a 100 (Continue) before it sends the content.
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }

  /// The head itself, and empty lines before it.
  [[nodiscard]] std::string_view text() const noexcept { return {text_, text_size_}; }
  /// The parsed text has been copied to `text`: the views point there from now on.
  void move_text(const char* text) noexcept { text_ = text; }

 private:
  friend class RequestParser;
  struct Place {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  [[nodiscard]] std::string_view view(Place place) const noexcept {
    return {text_ + place.offset, place.size};
  }

  const char* text_ = "";
  std::size_t text_size_ = 0;
  const std::vector<internal::FieldPlace>* fields_ = nullptr;
  std::uint64_t content_length_ = 0;  // or none
  Place method_text_, target_, path_, query_, host_;
  Method method_ = Method::other;
  TargetForm form_ = TargetForm::origin;
  std::uint8_t version_minor_ = 1;
  bool chunked_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  bool has_content_length_ = false;
};

/// Reads one request head (RFC 9112, 2 to 6): bytes in, a RequestHead or an error with its status
/// out. Knows no socket. Strict: whatever two parsers could read differently is refused.
///
/// Every byte is looked at once, however the input is cut, and nothing is allocated but the table
/// of fields, which is kept for the next head.
///
///     RequestParser parser;
///     while ((result = parser.parse(all_bytes_so_far)) == ParseResult::need_more) read_more();
///     // parser.head(), and the content from all_bytes_so_far[parser.head_bytes()] on; or error()
///     parser.reset();
class EDDY_API RequestParser {
 public:
  explicit RequestParser(const HttpLimits& limits = {}) noexcept
      : header_bytes_(internal::place_limit(limits.header_bytes)),
        target_bytes_(internal::place_limit(limits.target_bytes)),
        reader_(limits) {}
  RequestParser(const RequestParser&) = delete;  // head() points into this object
  RequestParser& operator=(const RequestParser&) = delete;

  /// `text` is all that has arrived since the last reset: the same bytes as in the call before,
  /// perhaps elsewhere in memory, and more behind them. Bytes behind the head are not looked at.
  /// Not to be called again after done or failed, but for a reset.
  ParseResult parse(std::string_view text);

  /// After done. Valid until reset and as long as the parsed text is.
  [[nodiscard]] const RequestHead& head() const noexcept { return head_; }
  [[nodiscard]] RequestHead& head() noexcept { return head_; }
  /// After done: the size of the head, empty lines before it included.
  [[nodiscard]] std::size_t head_bytes() const noexcept { return reader_.position(); }
  /// After failed.
  [[nodiscard]] const ParseError& error() const noexcept { return reader_.error(); }
  /// Whether a head has begun: not so when nothing, or only empty lines, came since the reset.
  [[nodiscard]] bool started() const noexcept { return state_ > State::start_lf; }

  /// After done: fields named `name` are called what stands at that place of the head's text from
  /// now on, which may be behind the head (see RequestHead::move_text).
  void rename_fields(std::string_view name, std::uint32_t offset, std::uint32_t size) noexcept;
  /// Begins the next head.
  void reset() noexcept;

 private:
  enum class State : std::uint8_t { start, start_lf, method, target, version };

  ParseResult advance(internal::Cursor& cursor);
  bool take_request_line(internal::Cursor& cursor);
  ParseResult read_start(internal::Cursor& cursor);
  ParseResult read_method(internal::Cursor& cursor);
  ParseResult read_target(internal::Cursor& cursor);
  ParseResult read_version(internal::Cursor& cursor);
  ParseResult finish();
  bool refuse(int status, const char* what) noexcept;
  bool check_target();
  bool check_authority();
  bool check_absolute_target();
  bool check_fields(internal::FramingFields& framing);
  bool check_field(internal::FramingFields& framing, HeaderField field, std::uint32_t value_offset);
  bool check_host(std::string_view host) noexcept;

  std::uint32_t header_bytes_;
  std::uint32_t target_bytes_;
  std::uint32_t mark_ = 0;
  State state_ = State::start;
  bool has_host_ = false;
  /// The last Host that was in order and is short enough: the next request's is nearly always the
  /// same. What a waiting handler costs has room for no more.
  std::uint8_t good_host_size_ = 0;
  std::array<char, 33> good_host_;
  internal::HeadReader reader_;
  RequestHead head_;
};

namespace internal {

/// Whether `text` is a host, with or without a port, as RFC 3986 writes them. Nothing is resolved.
[[nodiscard]] EDDY_API bool is_host(std::string_view text) noexcept;

}  // namespace internal
}  // namespace eddy::inline v0::web
