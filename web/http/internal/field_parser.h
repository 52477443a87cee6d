// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <eddy/web/http/headers.h>
#include <eddy/web/http/parse_error.h>

namespace eddy::inline v0::web::internal {

/// Where a parser stands in the text that there is of a message. Places are kept as offsets, since
/// the text may move between two calls.
struct Cursor {
  const char* base;
  const char* p;
  const char* end;
  [[nodiscard]] std::uint32_t offset() const noexcept {
    return static_cast<std::uint32_t>(p - base);
  }
};

/// A limit on bytes or fields of what is read so: places are kept in 32 bits.
constexpr std::uint32_t place_limit(std::size_t limit) noexcept {
  return limit < UINT32_MAX ? static_cast<std::uint32_t>(limit) : UINT32_MAX;
}

/// Reads field lines up to and with the empty line that ends them (RFC 9112, 5): the header section
/// of a request or response, and a trailer section. Strict: no folding, no blank before the colon,
/// CRLF only. Every byte is looked at once, however the input is cut.
class FieldParser {
 public:
  /// To be called before the first parse of a section, which begins at `position` of the text.
  void begin(std::uint32_t position) noexcept {
    position_ = position;
    state_ = State::line_start;
    fields_.clear();
  }
  /// More fields are an error; none are allowed until it is set.
  void set_count_limit(std::size_t limit) noexcept { count_limit_ = place_limit(limit); }
  /// Back before begin().
  void reset() noexcept {
    position_ = 0;
    state_ = State::not_begun;
  }
  [[nodiscard]] bool begun() const noexcept { return state_ != State::not_begun; }
  /// Before begin(): how far another reader has come.
  void move_to(std::uint32_t position) noexcept { position_ = position; }
  ParseResult fail(int status, const char* what) noexcept {
    error_ = {status, what};
    return ParseResult::failed;
  }

  /// `text` is all of the message that there is: the same bytes as before, perhaps elsewhere in
  /// memory, and more behind them.
  ParseResult parse(std::string_view text);

  /// After done: where the text goes on behind the section.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] const std::vector<FieldPlace>& fields() const noexcept { return fields_; }
  [[nodiscard]] std::vector<FieldPlace>& fields() noexcept { return fields_; }
  [[nodiscard]] const ParseError& error() const noexcept { return error_; }

 private:
  enum class State : std::uint8_t { not_begun, line_start, name, blanks, value, value_lf, end_lf };

  bool take_lines(Cursor& cursor);
  ParseResult start_line(Cursor& cursor);
  ParseResult read_name(Cursor& cursor);
  ParseResult read_value(Cursor& cursor);

  std::vector<FieldPlace> fields_;
  std::uint32_t position_ = 0;
  std::uint32_t count_limit_ = 0;
  FieldPlace place_{};
  State state_ = State::not_begun;
  ParseError error_;
};

}  // namespace eddy::inline v0::web::internal
