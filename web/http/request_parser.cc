// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/request_parser.h>

#include <cstring>
#include <system_error>

#include <eddy/core/net/address.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/framing_fields.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web {

using internal::equals_ignoring_case;
using internal::is_class;

namespace {

// Longer ones than the longest registered (UPDATEREDIRECTREF) are nobody's.
constexpr std::uint32_t kLongestMethod = 32;

}  // namespace

void RequestParser::reset() noexcept {
  reader_.reset();
  state_ = State::start;
}

ParseResult RequestParser::parse(std::string_view text) {
  head_.text_ = text.data();
  const ParseResult result =
      reader_.parse(text, header_bytes_, [this](internal::Cursor& at) { return advance(at); });
  return result == ParseResult::done ? finish() : result;
}

void RequestParser::rename_fields(std::string_view name, std::uint32_t offset,
                                  std::uint32_t size) noexcept {
  for (internal::FieldPlace& place : reader_.fields()) {
    const std::string_view had(head_.text_ + place.name_offset, place.name_size);
    if (!internal::equals_ignoring_case(had, name)) continue;
    place.name_offset = offset;
    place.name_size = size;
  }
}

ParseResult RequestParser::advance(internal::Cursor& cursor) {
  switch (state_) {
    case State::start:
    case State::start_lf:
      return read_start(cursor);
    case State::method:
      return read_method(cursor);
    case State::target:
      return read_target(cursor);
    case State::version:
      break;
  }
  return read_version(cursor);
}

// Takes a whole request line, as nearly all of them come. What is cut or malformed it leaves alone:
// the steps below find out which.
bool RequestParser::take_request_line(internal::Cursor& cursor) {
  constexpr std::string_view kVersion = "HTTP/1.d\r\n";
  const char* const method = cursor.p;
  const char* const end = cursor.end;
  const char* const method_end = internal::skip_class(method, end, internal::kTokenChar);
  const auto method_size = static_cast<std::size_t>(method_end - method);
  if (method_end == end || *method_end != ' ' || method_size == 0 || method_size > kLongestMethod) {
    return false;
  }
  const char* const target = method_end + 1;
  const char* const target_end = internal::skip_class(target, end, internal::kTargetChar);
  const auto target_size = static_cast<std::size_t>(target_end - target);
  if (target_end == end || *target_end != ' ' || target_size == 0 || target_size > target_bytes_) {
    return false;
  }
  const char* const version = target_end + 1;
  if (static_cast<std::size_t>(end - version) < kVersion.size() ||
      std::memcmp(version, kVersion.data(), 7) != 0 ||
      !is_class(version[7], internal::kDigitChar) || version[8] != '\r' || version[9] != '\n') {
    return false;
  }
  head_.method_text_ = {cursor.offset(), static_cast<std::uint32_t>(method_size)};
  head_.target_ = {static_cast<std::uint32_t>(target - cursor.base),
                   static_cast<std::uint32_t>(target_size)};
  head_.version_minor_ = version[7] == '0' ? 0 : 1;
  cursor.p = version + kVersion.size();
  state_ = State::version;
  reader_.begin_fields(cursor);
  return true;
}

// Empty lines before a request line are skipped: old clients send one after a form (RFC 9112, 2.2).
ParseResult RequestParser::read_start(internal::Cursor& cursor) {
  if (state_ == State::start && take_request_line(cursor)) return ParseResult::done;
  if (state_ == State::start_lf) {
    if (*cursor.p != '\n') return reader_.fail(400, "a bare CR");
    ++cursor.p;
    state_ = State::start;
  } else if (*cursor.p == '\r') {
    ++cursor.p;
    state_ = State::start_lf;
  } else {
    mark_ = cursor.offset();
    state_ = State::method;
  }
  return ParseResult::done;
}

ParseResult RequestParser::read_method(internal::Cursor& cursor) {
  cursor.p = internal::skip_class(cursor.p, cursor.end, internal::kTokenChar);
  const std::uint32_t size = cursor.offset() - mark_;
  if (size > kLongestMethod) return reader_.fail(501, "an unknown method");
  if (cursor.p == cursor.end) return ParseResult::need_more;
  if (*cursor.p != ' ' || size == 0) return reader_.fail(400, "no request line");
  head_.method_text_ = {mark_, size};
  ++cursor.p;
  mark_ = cursor.offset();
  state_ = State::target;
  return ParseResult::done;
}

ParseResult RequestParser::read_target(internal::Cursor& cursor) {
  cursor.p = internal::skip_class(cursor.p, cursor.end, internal::kTargetChar);
  const std::uint32_t size = cursor.offset() - mark_;
  if (size > target_bytes_) return reader_.fail(414, "a request target beyond the limit");
  if (cursor.p == cursor.end) return ParseResult::need_more;
  if (size == 0) return reader_.fail(400, "no request target");
  if (*cursor.p != ' ') {
    return reader_.fail(400, *cursor.p == '\r' || *cursor.p == '\n'
                                 ? "a request line without a version"
                                 : "a character that a request target can't have");
  }
  head_.target_ = {mark_, size};
  ++cursor.p;
  mark_ = cursor.offset();
  state_ = State::version;
  return ParseResult::done;
}

ParseResult RequestParser::read_version(internal::Cursor& cursor) {
  constexpr std::string_view kShape = "HTTP/d.d\r\n";
  const ParseResult result = internal::match_shape(cursor, kShape);
  if (result == ParseResult::failed) return reader_.fail(400, "a malformed version");
  if (result == ParseResult::need_more) return result;
  if (cursor.p[5] != '1') return reader_.fail(505, "a version other than HTTP/1");
  head_.version_minor_ = cursor.p[7] == '0' ? 0 : 1;
  cursor.p += kShape.size();
  reader_.begin_fields(cursor);
  return ParseResult::done;
}

ParseResult RequestParser::finish() {
  head_.text_size_ = reader_.position();
  head_.fields_ = &reader_.fields();
  head_.method_ = method_from(head_.method_text());
  head_.host_ = {};
  head_.expects_continue_ = has_host_ = false;
  internal::FramingFields framing;
  if (!check_fields(framing) || !check_target()) return ParseResult::failed;
  if (const ParseError error = framing.check(head_.version_minor_)) {
    return reader_.fail(error.status, error.what);
  }
  head_.has_content_length_ = framing.content_length().has_value();
  head_.content_length_ = framing.content_length().value_or(0);
  head_.chunked_ = framing.chunked();
  head_.keep_alive_ = framing.keep_alive(head_.version_minor_);
  if (head_.form_ == TargetForm::authority) {
    // What follows is the tunnel's, if there is one; so no further request may be read from it.
    if (head_.has_body()) return reader_.fail(400, "a CONNECT with content");
    head_.keep_alive_ = false;
  }
  return ParseResult::done;
}

bool RequestParser::refuse(int status, const char* what) noexcept {
  reader_.fail(status, what);
  return false;
}

bool RequestParser::check_target() {
  const std::string_view target = head_.target();
  head_.path_ = head_.target_;
  head_.query_ = {};
  if (head_.method_ == Method::other) {
    // Reserved for HTTP/2's preface (RFC 9113, 3.4), which some see in it whatever the version.
    if (head_.method_text() == "PRI") return refuse(400, "a method that HTTP/1 does not have");
    if (head_.method_text() == "CONNECT") return check_authority();
  }
  if (internal::equals_literal(target, "*")) {
    head_.form_ = TargetForm::asterisk;
    return head_.method_ == Method::options || refuse(400, "a target of * without OPTIONS");
  }
  head_.form_ = TargetForm::origin;
  if (target.front() != '/' && !check_absolute_target()) return false;
  const std::size_t question = head_.view(head_.path_).find('?');
  if (question != std::string_view::npos) {
    const auto path_size = static_cast<std::uint32_t>(question);
    head_.query_ = {head_.path_.offset + path_size + 1, head_.path_.size - path_size - 1};
    head_.path_.size = path_size;
  }
  return true;
}

bool RequestParser::check_authority() {
  const std::string_view target = head_.target();
  head_.form_ = TargetForm::authority;
  head_.path_ = {};
  head_.host_ = head_.target_;
  // There is no default port (RFC 9110, 9.3.6).
  const bool has_port =
      target.find(':') != std::string_view::npos && is_class(target.back(), internal::kDigitChar);
  return (has_port && internal::is_host(target)) || refuse(400, "a CONNECT without host and port");
}

bool RequestParser::check_absolute_target() {
  const std::string_view target = head_.target();
  const std::size_t colon = target.find("://");
  const std::string_view scheme = target.substr(0, colon);
  if (colon == std::string_view::npos ||
      !(equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https"))) {
    return refuse(400, "a target of an unknown form");
  }
  const std::size_t host_at = colon + 3;
  std::size_t host_end = host_at;
  while (host_end < target.size() && target[host_end] != '/' && target[host_end] != '?') ++host_end;
  if (!internal::is_host(target.substr(host_at, host_end - host_at))) {
    return refuse(400, "a target with a malformed host");
  }
  // The target's host is the one that counts (RFC 9112, 3.2.2).
  const std::uint32_t start = head_.target_.offset;
  head_.form_ = TargetForm::absolute;
  head_.host_ = {start + static_cast<std::uint32_t>(host_at),
                 static_cast<std::uint32_t>(host_end - host_at)};
  head_.path_ = {start + static_cast<std::uint32_t>(host_end),
                 static_cast<std::uint32_t>(target.size() - host_end)};
  return true;
}

bool RequestParser::check_fields(internal::FramingFields& framing) {
  constexpr std::uint32_t kSizes = internal::FramingFields::kNameSizes | 1U << 4 | 1U << 6;
  for (const internal::FieldPlace& place : reader_.fields()) {
    if (place.name_size > 31 || (kSizes >> place.name_size & 1U) == 0) continue;
    const char* text = head_.text_;
    const HeaderField field{{text + place.name_offset, place.name_size},
                            {text + place.value_offset, place.value_size}};
    if (!check_field(framing, field, place.value_offset)) return false;
  }
  return has_host_ || head_.version_minor_ == 0 || refuse(400, "no Host");
}

bool RequestParser::check_field(internal::FramingFields& framing, HeaderField field,
                                std::uint32_t value_offset) {
  if (field.name.size() == 4 && equals_ignoring_case(field.name, "host")) {
    if (has_host_) return refuse(400, "more than one Host");
    if (!check_host(field.value)) return refuse(400, "a malformed Host");
    head_.host_ = {value_offset, static_cast<std::uint32_t>(field.value.size())};
    has_host_ = true;
  } else if (field.name.size() == 6 && equals_ignoring_case(field.name, "expect")) {
    if (head_.version_minor_ == 0) return true;
    if (!equals_ignoring_case(field.value, "100-continue")) {
      return refuse(417, "an expectation other than 100-continue");
    }
    head_.expects_continue_ = true;
  } else if (const ParseError error = framing.add(field)) {
    return refuse(error.status, error.what);
  }
  return true;
}

bool RequestParser::check_host(std::string_view host) noexcept {
  if (!host.empty() && host == std::string_view(good_host_.data(), good_host_size_)) return true;
  if (!internal::is_host(host)) return false;
  if (host.size() <= good_host_.size()) {
    good_host_size_ = static_cast<std::uint8_t>(host.size());
    std::memcpy(good_host_.data(), host.data(), host.size());
  }
  return true;
}

namespace internal {
namespace {

bool is_ipv6(std::string_view text) noexcept {
  std::error_code error;
  return Address::parse(text, 0, error).family() == Address::Family::ipv6;
}

bool is_port(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  if (skip_class(text.data(), end, kDigitChar) != end) return false;
  while (text.size() > 5 && text.front() == '0') text.remove_prefix(1);
  return text.size() < 5 || (text.size() == 5 && text <= "65535");
}

}  // namespace

bool is_host(std::string_view text) noexcept {
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos) return false;
    if (!is_ipv6(text.substr(1, end - 1))) return false;
    ++end;
  } else {
    const char* const name = text.data();
    const char* const name_end = name + text.size();
    const char* p = skip_class(name, name_end, kHostChar);
    while (p != name_end && *p == '%') {
      if (name_end - p < 3 || !is_class(p[1], kHexChar) || !is_class(p[2], kHexChar)) return false;
      p = skip_class(p + 3, name_end, kHostChar);
    }
    end = static_cast<std::size_t>(p - name);
    if (end == 0) return false;
  }
  if (end == text.size()) return true;
  return text[end] == ':' && is_port(text.substr(end + 1));
}

}  // namespace internal
}  // namespace eddy::inline v0::web
