// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <eddy/web/http/internal/field_parser.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web::internal {

/// What the heads of requests and of responses have in common: a start line, then field lines, all
/// of it within a limit, and every byte looked at once, however the input is cut.
class HeadReader {
 public:
  void reset() noexcept {
    position_ = 0;
    in_fields_ = false;
  }

  /// Calls `start_line` with a Cursor that is not at its end until it has called begin_fields. It
  /// returns done when it can go on with what there is; what it fails with it tells fail.
  template <class StartLine>
  ParseResult parse(std::string_view text, std::size_t limit, StartLine&& start_line);

  ParseResult fail(int status, const char* what) noexcept {
    error_ = {status, what};
    return ParseResult::failed;
  }
  void begin_fields(const Cursor& cursor, std::size_t count_limit) {
    fields_.begin(cursor.offset(), count_limit);
    in_fields_ = true;
  }

  /// After done: the size of the head.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] const std::vector<FieldPlace>& fields() const noexcept { return fields_.fields(); }
  [[nodiscard]] const ParseError& error() const noexcept { return error_; }

 private:
  FieldParser fields_;
  std::size_t position_ = 0;
  bool in_fields_ = false;
  ParseError error_;
};

template <class StartLine>
ParseResult HeadReader::parse(std::string_view text, std::size_t limit, StartLine&& start_line) {
  // Cut at the limit first, so that the answer does not depend on how the input was cut. Places are
  // kept in 32 bits.
  if (limit > UINT32_MAX) limit = UINT32_MAX;
  const bool full = text.size() >= limit;
  text = text.substr(0, limit);

  Cursor cursor{text.data(), text.data() + position_, text.data() + text.size()};
  ParseResult result = ParseResult::done;
  while (result == ParseResult::done && !in_fields_) {
    result = cursor.p == cursor.end ? ParseResult::need_more : start_line(cursor);
  }
  position_ = cursor.offset();
  if (result == ParseResult::done) {
    result = fields_.parse(text);
    if (result == ParseResult::done) position_ = fields_.position();
    if (result == ParseResult::failed) error_ = fields_.error();
  }
  if (result == ParseResult::need_more && full) return fail(431, "a head beyond the limit");
  return result;
}

/// Whether the text at the cursor has a shape, in which 'd' is any digit and every other character
/// itself. Moves nothing: what is so short is read again from its start when it is cut.
[[nodiscard]] ParseResult match_shape(const Cursor& cursor, std::string_view shape) noexcept;

}  // namespace eddy::inline v0::web::internal
