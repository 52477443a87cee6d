// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <eddy/web/http/internal/field_parser.h>
#include <eddy/web/http/limits.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web::internal {

/// What the heads of requests and of responses have in common: a start line, then field lines, all
/// of it within a limit, and every byte looked at once, however the input is cut.
class HeadReader {
 public:
  explicit HeadReader(const HttpLimits& limits) noexcept {
    fields_.set_count_limit(limits.header_count);
  }

  void reset() noexcept { fields_.reset(); }

  /// Calls `start_line` with a Cursor that is not at its end until it has called begin_fields. It
  /// returns done when it can go on with what there is; what it fails with it tells fail.
  template <class StartLine>
  ParseResult parse(std::string_view text, std::uint32_t limit, StartLine&& start_line);

  ParseResult fail(int status, const char* what) noexcept { return fields_.fail(status, what); }
  void begin_fields(const Cursor& cursor) { fields_.begin(cursor.offset()); }

  /// After done: the size of the head.
  [[nodiscard]] std::size_t position() const noexcept { return fields_.position(); }
  [[nodiscard]] const std::vector<FieldPlace>& fields() const noexcept { return fields_.fields(); }
  [[nodiscard]] std::vector<FieldPlace>& fields() noexcept { return fields_.fields(); }
  [[nodiscard]] const ParseError& error() const noexcept { return fields_.error(); }

 private:
  // Its position and its error are the start line's too: a connection that waits holds one of
  // these.
  FieldParser fields_;
};

template <class StartLine>
ParseResult HeadReader::parse(std::string_view text, std::uint32_t limit, StartLine&& start_line) {
  // Cut at the limit first, so that the answer does not depend on how the input was cut.
  const bool full = text.size() >= limit;
  text = text.substr(0, limit);

  ParseResult result = ParseResult::done;
  if (!fields_.begun()) {
    Cursor cursor{text.data(), text.data() + fields_.position(), text.data() + text.size()};
    while (result == ParseResult::done && !fields_.begun()) {
      result = cursor.p == cursor.end ? ParseResult::need_more : start_line(cursor);
    }
    if (!fields_.begun()) fields_.move_to(cursor.offset());
  }
  if (result == ParseResult::done) result = fields_.parse(text);
  if (result == ParseResult::need_more && full) return fail(431, "a head beyond the limit");
  return result;
}

/// Whether the text at the cursor has a shape, in which 'd' is any digit and every other character
/// itself. Moves nothing: what is so short is read again from its start when it is cut.
[[nodiscard]] ParseResult match_shape(const Cursor& cursor, std::string_view shape) noexcept;

}  // namespace eddy::inline v0::web::internal
