// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/field_parser.h>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

ParseResult FieldParser::fail(int status, const char* what) noexcept {
  error_ = {status, what};
  return ParseResult::failed;
}

// The steps return `done` when the next state can go on with what there is.
ParseResult FieldParser::start_line(Cursor& cursor) {
  const char c = *cursor.p;
  if (c == '\r') {
    ++cursor.p;
    state_ = State::end_lf;
    return ParseResult::done;
  }
  if (c == ' ' || c == '\t') return fail(400, "a folded header line");
  if (c == '\n') return fail(400, "a line that ends with a bare LF");
  if (fields_.size() >= count_limit_) return fail(431, "too many header fields");
  place_.name_offset = cursor.offset();
  state_ = State::name;
  return ParseResult::done;
}

ParseResult FieldParser::read_name(Cursor& cursor) {
  cursor.p = skip_class(cursor.p, cursor.end, kTokenChar);
  if (cursor.p == cursor.end) return ParseResult::need_more;
  place_.name_size = cursor.offset() - place_.name_offset;
  if (*cursor.p != ':') {
    const bool blank = *cursor.p == ' ' || *cursor.p == '\t';
    return fail(400, blank ? "a blank in or after a header field's name"
                           : "a character that a header field's name can't have");
  }
  if (place_.name_size == 0) return fail(400, "a header field without a name");
  ++cursor.p;
  state_ = State::blanks;
  return ParseResult::done;
}

ParseResult FieldParser::read_value(Cursor& cursor) {
  cursor.p = skip_value(cursor.p, cursor.end);
  if (cursor.p == cursor.end) return ParseResult::need_more;
  if (*cursor.p != '\r') {
    return fail(400, *cursor.p == '\n' ? "a line that ends with a bare LF"
                                       : "a control character in a header field's value");
  }
  std::uint32_t size = cursor.offset() - place_.value_offset;
  const char* value = cursor.base + place_.value_offset;
  while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t')) --size;
  place_.value_size = size;
  fields_.push_back(place_);
  ++cursor.p;
  state_ = State::value_lf;
  return ParseResult::done;
}

ParseResult FieldParser::parse(std::string_view text) {
  Cursor cursor{text.data(), text.data() + position_, text.data() + text.size()};
  ParseResult result = ParseResult::done;
  while (result == ParseResult::done) {
    if (cursor.p == cursor.end) {
      result = ParseResult::need_more;
      break;
    }
    switch (state_) {
      case State::line_start:
        result = start_line(cursor);
        break;
      case State::name:
        result = read_name(cursor);
        break;
      case State::blanks:
        if (*cursor.p == ' ' || *cursor.p == '\t') {
          ++cursor.p;
        } else {
          place_.value_offset = cursor.offset();
          state_ = State::value;
        }
        break;
      case State::value:
        result = read_value(cursor);
        break;
      case State::value_lf:
        if (*cursor.p != '\n') return fail(400, "a bare CR");
        ++cursor.p;
        state_ = State::line_start;
        break;
      case State::end_lf:
        if (*cursor.p != '\n') return fail(400, "a bare CR");
        position_ = cursor.offset() + 1;
        return ParseResult::done;
    }
  }
  position_ = cursor.offset();
  return result;
}

}  // namespace eddy::inline v0::web::internal
