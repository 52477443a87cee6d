// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/field_parser.h>

#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web::internal {

namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

std::uint32_t trimmed_size(const char* value, const char* end) noexcept {
  while (end != value && is_blank(end[-1])) --end;
  return static_cast<std::uint32_t>(end - value);
}

}  // namespace

// Takes whole lines, as nearly all of them come. It stops before what is cut, malformed or beyond
// the limit: the steps below find out which. True: the empty line at the end has been taken too.
bool FieldParser::take_lines(Cursor& cursor) {
  const char* const end = cursor.end;
  while (fields_.size() < count_limit_) {
    const char* const name = cursor.p;
    const char* const colon = skip_class(name, end, kTokenChar);
    if (colon == name) break;
    if (colon == end || *colon != ':') return false;
    const char* value = colon + 1;
    while (value != end && is_blank(*value)) ++value;
    const char* const line_end = skip_value(value, end);
    if (end - line_end < 2 || line_end[0] != '\r' || line_end[1] != '\n') return false;
    fields_.push_back({cursor.offset(), static_cast<std::uint32_t>(colon - name),
                       static_cast<std::uint32_t>(value - cursor.base),
                       trimmed_size(value, line_end)});
    cursor.p = line_end + 2;
  }
  if (end - cursor.p < 2 || cursor.p[0] != '\r' || cursor.p[1] != '\n') return false;
  cursor.p += 2;
  return true;
}

// The steps return `done` when the next state can go on with what there is.
ParseResult FieldParser::start_line(Cursor& cursor) {
  const char c = *cursor.p;
  if (c == '\r') {
    ++cursor.p;
    state_ = State::end_lf;
    return ParseResult::done;
  }
  if (is_blank(c)) return fail(400, "a folded header line");
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
    return fail(400, is_blank(*cursor.p) ? "a blank in or after a header field's name"
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
  place_.value_size = trimmed_size(cursor.base + place_.value_offset, cursor.p);
  fields_.push_back(place_);
  ++cursor.p;
  state_ = State::value_lf;
  return ParseResult::done;
}

ParseResult FieldParser::parse(std::string_view text) {
  Cursor cursor{text.data(), text.data() + position_, text.data() + text.size()};
  if (state_ == State::line_start && take_lines(cursor)) {
    position_ = cursor.offset();
    return ParseResult::done;
  }
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
        if (is_blank(*cursor.p)) {
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
      case State::not_begun:
        return ParseResult::need_more;
    }
  }
  position_ = cursor.offset();
  return result;
}

}  // namespace eddy::inline v0::web::internal
