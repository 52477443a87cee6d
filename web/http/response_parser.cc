// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/response_parser.h>

#include <eddy/web/http/internal/framing_fields.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web {

void ResponseParser::begin(std::string_view request_method) noexcept {
  reader_.reset();
  state_ = State::status;
  to_head_ = request_method == "HEAD";
  to_connect_ = request_method == "CONNECT";
}

ParseResult ResponseParser::parse(std::string_view text) {
  head_.text_ = text.data();
  const ParseResult result = reader_.parse(text, header_bytes_, [this](internal::Cursor& cursor) {
    switch (state_) {
      case State::status:
        return read_status(cursor);
      case State::reason:
        return read_reason(cursor);
      case State::reason_lf:
        break;
    }
    return read_reason_lf(cursor);
  });
  return result == ParseResult::done ? finish() : result;
}

// The blank behind the status code has to be there, also without a reason (RFC 9112, 4).
ParseResult ResponseParser::read_status(internal::Cursor& cursor) {
  constexpr std::string_view kShape = "HTTP/d.d ddd ";
  const ParseResult result = internal::match_shape(cursor, kShape);
  if (result == ParseResult::failed) return reader_.fail(400, "a malformed status line");
  if (result == ParseResult::need_more) return result;
  const char* line = cursor.p;
  if (line[5] != '1') return reader_.fail(505, "a version other than HTTP/1");
  head_.version_minor_ = line[7] == '0' ? 0 : 1;
  head_.status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (head_.status_ < 100) return reader_.fail(400, "a status below 100");
  cursor.p += kShape.size();
  head_.reason_ = cursor.offset();
  state_ = State::reason;
  return ParseResult::done;
}

ParseResult ResponseParser::read_reason(internal::Cursor& cursor) {
  cursor.p = internal::skip_value(cursor.p, cursor.end);
  if (cursor.p == cursor.end) return ParseResult::need_more;
  if (*cursor.p != '\r') {
    return reader_.fail(400, *cursor.p == '\n' ? "a line that ends with a bare LF"
                                               : "a control character in a reason phrase");
  }
  head_.reason_size_ = cursor.offset() - head_.reason_;
  ++cursor.p;
  state_ = State::reason_lf;
  return ParseResult::done;
}

ParseResult ResponseParser::read_reason_lf(internal::Cursor& cursor) {
  if (*cursor.p != '\n') return reader_.fail(400, "a bare CR");
  ++cursor.p;
  reader_.begin_fields(cursor);
  return ParseResult::done;
}

ParseResult ResponseParser::finish() {
  head_.text_size_ = reader_.position();
  head_.fields_ = &reader_.fields();
  // What they say about content there is to be ignored (RFC 9112, 6.3).
  const bool connected = to_connect_ && head_.status_ >= 200 && head_.status_ < 300;
  internal::FramingFields framing;
  if (!connected) {
    ParseError error;
    for (const HeaderField field : head_.headers()) {
      if ((error = framing.add(field))) break;
    }
    if (!error) error = framing.check(head_.version_minor_);
    if (!error) error = decide_framing(framing);
    if (error) return reader_.fail(error.status, error.what);
  } else {
    head_.framing_ = ContentFraming::tunnel;
  }
  head_.content_length_ = framing.content_length();
  head_.keep_alive_ = framing.keep_alive(head_.version_minor_) &&
                      head_.framing_ != ContentFraming::until_close &&
                      head_.framing_ != ContentFraming::tunnel;
  return ParseResult::done;
}

ParseError ResponseParser::decide_framing(const internal::FramingFields& framing) {
  const std::optional<std::uint64_t> length = framing.content_length();
  if (head_.status_ < 200 && (length || framing.chunked())) {
    return {400, "a 1xx that announces content"};
  }
  if (head_.status_ == 204 && (length.value_or(0) > 0 || framing.chunked())) {
    return {400, "a 204 that announces content"};
  }
  if (head_.status_ == 101) {
    head_.framing_ = ContentFraming::tunnel;
  } else if (to_head_ || head_.status_ < 200 || head_.status_ == 204 || head_.status_ == 304) {
    head_.framing_ = ContentFraming::none;
  } else if (framing.chunked()) {
    head_.framing_ = ContentFraming::chunked;
  } else {
    head_.framing_ = length ? ContentFraming::length : ContentFraming::until_close;
  }
  return {};
}

}  // namespace eddy::inline v0::web
