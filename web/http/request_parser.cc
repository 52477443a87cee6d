// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/request_parser.h>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

using internal::equals_ignoring_case;
using internal::is_class;

namespace {

// Longer ones than the longest registered (UPDATEREDIRECTREF) are nobody's.
constexpr std::uint32_t kLongestMethod = 32;

}  // namespace

struct RequestParser::Cursor {
  const char* base;
  const char* p;
  const char* end;
  [[nodiscard]] std::uint32_t offset() const noexcept {
    return static_cast<std::uint32_t>(p - base);
  }
};

// What the fields of one head said about framing and connection.
struct RequestParser::Seen {
  int hosts = 0;
  int content_lengths = 0;
  int transfer_codings = 0;
  bool chunked_last = false;
  bool chunked_before = false;  // anywhere but at the end
  bool unknown_coding = false;
  bool bad_coding = false;
  bool close = false;
  bool keep_alive = false;
};

void RequestParser::reset() noexcept {
  position_ = 0;
  state_ = State::start;
  error_ = {};
}

ParseResult RequestParser::fail(int status, const char* what) noexcept {
  error_ = {status, what};
  return ParseResult::failed;
}

ParseResult RequestParser::parse(std::string_view text) {
  // Cut at the limit first, so that the answer does not depend on how the input was cut.
  const bool full = text.size() >= limits_.header_bytes;
  text = text.substr(0, limits_.header_bytes);
  head_.text_ = text.data();
  head_.text_size_ = text.size();

  Cursor cursor{text.data(), text.data() + position_, text.data() + text.size()};
  ParseResult result = ParseResult::done;
  while (result == ParseResult::done && state_ != State::fields) {
    result = cursor.p == cursor.end ? ParseResult::need_more : advance(cursor);
  }
  if (result == ParseResult::done) {
    result = fields_.parse(text);
    if (result == ParseResult::done) {
      position_ = fields_.position();
      return finish();
    }
    if (result == ParseResult::failed) error_ = fields_.error();
  }
  position_ = cursor.offset();
  if (result == ParseResult::need_more && full) {
    return fail(431, "a request head beyond the limit");
  }
  return result;
}

ParseResult RequestParser::advance(Cursor& cursor) {
  switch (state_) {
    case State::start:
    case State::start_lf:
      return read_start(cursor);
    case State::method:
      return read_method(cursor);
    case State::target:
      return read_target(cursor);
    case State::version:
      return read_version(cursor);
    case State::fields:
      break;
  }
  return ParseResult::done;
}

// Empty lines before a request line are skipped: old clients send one after a form (RFC 9112, 2.2).
ParseResult RequestParser::read_start(Cursor& cursor) {
  if (state_ == State::start_lf) {
    if (*cursor.p != '\n') return fail(400, "a bare CR");
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

ParseResult RequestParser::read_method(Cursor& cursor) {
  cursor.p = internal::skip_class(cursor.p, cursor.end, internal::kTokenChar);
  const std::uint32_t size = cursor.offset() - mark_;
  if (size > kLongestMethod) return fail(501, "an unknown method");
  if (cursor.p == cursor.end) return ParseResult::need_more;
  if (*cursor.p != ' ' || size == 0) return fail(400, "no request line");
  head_.method_text_ = {mark_, size};
  ++cursor.p;
  mark_ = cursor.offset();
  state_ = State::target;
  return ParseResult::done;
}

ParseResult RequestParser::read_target(Cursor& cursor) {
  cursor.p = internal::skip_class(cursor.p, cursor.end, internal::kTargetChar);
  const std::uint32_t size = cursor.offset() - mark_;
  if (size > limits_.target_bytes) return fail(414, "a request target beyond the limit");
  if (cursor.p == cursor.end) return ParseResult::need_more;
  if (size == 0) return fail(400, "no request target");
  if (*cursor.p != ' ') {
    return fail(400, *cursor.p == '\r' || *cursor.p == '\n'
                         ? "a request line without a version"
                         : "a character that a request target can't have");
  }
  head_.target_ = {mark_, size};
  ++cursor.p;
  mark_ = cursor.offset();
  state_ = State::version;
  return ParseResult::done;
}

// `HTTP/d.d` and CRLF: so short that it is read again from its start when it is cut.
ParseResult RequestParser::read_version(Cursor& cursor) {
  constexpr std::string_view kShape = "HTTP/d.d\r\n";
  const char* version = cursor.p;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (version + i == cursor.end) return ParseResult::need_more;
    const bool right =
        kShape[i] == 'd' ? is_class(version[i], internal::kDigitChar) : version[i] == kShape[i];
    if (!right) return fail(400, "a malformed version");
  }
  if (version[5] != '1') return fail(505, "a version other than HTTP/1");
  head_.version_minor_ = version[7] == '0' ? 0 : 1;
  cursor.p += kShape.size();
  fields_.begin(cursor.offset(), limits_.header_count);
  state_ = State::fields;
  return ParseResult::done;
}

ParseResult RequestParser::finish() {
  head_.fields_ = &fields_.fields();
  head_.method_ = method_from(head_.method_text());
  head_.host_ = {};
  head_.content_length_.reset();
  head_.chunked_ = head_.expects_continue_ = false;
  Seen seen;
  if (!check_fields(seen) || !check_target() || !check_framing(seen)) return ParseResult::failed;
  head_.keep_alive_ = !seen.close && (head_.version_minor_ > 0 || seen.keep_alive);
  return ParseResult::done;
}

bool RequestParser::check_target() {
  const std::string_view target = head_.target();
  head_.path_ = head_.target_;
  head_.query_ = {};
  if (head_.method_text() == "CONNECT") {
    head_.form_ = TargetForm::authority;
    head_.path_ = {};
    head_.host_ = head_.target_;
    if (internal::is_host(target) && target.find(':') != std::string_view::npos) return true;
    return fail(400, "a CONNECT without host and port"), false;
  }
  if (target == "*") {
    head_.form_ = TargetForm::asterisk;
    return head_.method_ == Method::options || (fail(400, "a target of * without OPTIONS"), false);
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

bool RequestParser::check_absolute_target() {
  const std::string_view target = head_.target();
  const std::size_t colon = target.find("://");
  const std::string_view scheme = target.substr(0, colon);
  if (colon == std::string_view::npos ||
      !(equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https"))) {
    return fail(400, "a target of an unknown form"), false;
  }
  const std::size_t host_at = colon + 3;
  std::size_t host_end = host_at;
  while (host_end < target.size() && target[host_end] != '/' && target[host_end] != '?') ++host_end;
  if (!internal::is_host(target.substr(host_at, host_end - host_at))) {
    return fail(400, "a target with a malformed host"), false;
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

bool RequestParser::check_fields(Seen& seen) {
  for (const internal::FieldPlace& place : fields_.fields()) {
    const char* text = head_.text_;
    const HeaderField field{{text + place.name_offset, place.name_size},
                            {text + place.value_offset, place.value_size}};
    if (!check_field(seen, field, place.value_offset)) return false;
  }
  if (seen.hosts == 0 && head_.version_minor_ > 0) return fail(400, "no Host"), false;
  return true;
}

bool RequestParser::check_field(Seen& seen, HeaderField field, std::uint32_t value_offset) {
  switch (field.name.size()) {
    case 4:
      if (!equals_ignoring_case(field.name, "host")) return true;
      if (++seen.hosts > 1) return fail(400, "more than one Host"), false;
      if (!internal::is_host(field.value)) return fail(400, "a malformed Host"), false;
      head_.host_ = {value_offset, static_cast<std::uint32_t>(field.value.size())};
      return true;
    case 6:
      if (!equals_ignoring_case(field.name, "expect") || head_.version_minor_ == 0) return true;
      if (!equals_ignoring_case(field.value, "100-continue")) {
        return fail(417, "an expectation other than 100-continue"), false;
      }
      head_.expects_continue_ = true;
      return true;
    case 10:
      if (!equals_ignoring_case(field.name, "connection")) return true;
      internal::for_each_list_item(field.value, [&seen](std::string_view item) {
        seen.close |= equals_ignoring_case(item, "close");
        seen.keep_alive |= equals_ignoring_case(item, "keep-alive");
      });
      return true;
    case 14:
      if (!equals_ignoring_case(field.name, "content-length")) return true;
      if (++seen.content_lengths > 1) return fail(400, "more than one Content-Length"), false;
      return add_content_length(field.value);
    case 17:
      if (!equals_ignoring_case(field.name, "transfer-encoding")) return true;
      ++seen.transfer_codings;
      internal::for_each_list_item(field.value, [&seen](std::string_view item) {
        seen.chunked_before |= seen.chunked_last;
        seen.chunked_last = equals_ignoring_case(item, "chunked");
        seen.unknown_coding |= !seen.chunked_last;
        seen.bad_coding |= !internal::is_token(item);
      });
      return true;
    default:
      return true;
  }
}

// Digits only, one value only, no overflow (RFC 9112, 6.3 lets us repair a list; guessing is how
// smuggling works).
bool RequestParser::add_content_length(std::string_view value) {
  constexpr std::uint64_t kMost = INT64_MAX;
  std::uint64_t length = 0;
  for (const char c : value) {
    if (!is_class(c, internal::kDigitChar)) return fail(400, "a malformed Content-Length"), false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMost - digit) / 10) return fail(400, "an overflowing Content-Length"), false;
    length = length * 10 + digit;
  }
  if (value.empty()) return fail(400, "an empty Content-Length"), false;
  head_.content_length_ = length;
  return true;
}

bool RequestParser::check_framing(const Seen& seen) {
  if (seen.transfer_codings == 0) return true;
  if (head_.version_minor_ == 0) return fail(400, "Transfer-Encoding in HTTP/1.0"), false;
  if (seen.content_lengths > 0) {
    return fail(400, "Content-Length beside Transfer-Encoding"), false;
  }
  if (seen.bad_coding || seen.chunked_before) {
    return fail(400, "a malformed Transfer-Encoding"), false;
  }
  if (seen.unknown_coding) return fail(501, "an unknown transfer coding"), false;
  if (!seen.chunked_last) return fail(400, "an empty Transfer-Encoding"), false;
  head_.chunked_ = true;
  return true;
}

namespace internal {
namespace {

bool is_port(std::string_view text) noexcept {
  unsigned port = 0;
  for (const char c : text) {
    if (!is_class(c, kDigitChar)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > 65535) return false;
  }
  return true;
}

}  // namespace

bool is_host(std::string_view text) noexcept {
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    for (const char c : text.substr(1, end - 1)) {
      if (!is_class(c, kHexChar) && c != ':' && c != '.') return false;
    }
    ++end;
  } else {
    end = text.find(':');
    if (end == std::string_view::npos) end = text.size();
    if (end == 0) return false;
    for (const char c : text.substr(0, end)) {
      if (!is_class(c, kHostChar) || c == '[' || c == ']') return false;
    }
  }
  if (end == text.size()) return true;
  return text[end] == ':' && is_port(text.substr(end + 1));
}

}  // namespace internal
}  // namespace eddy::inline v0::web
