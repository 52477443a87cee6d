// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eddy::inline v0::template_compiler {

/// A place in a template: line and column, both from 1.
struct Place {
  int line = 1;
  int column = 1;
};

struct Token {
  enum class Kind {
    text,        // as it stands in the file
    brace,       // the "{{", "{%" or "{#" of "{{!", "{%!" or "{#!"
    expression,  // what is in {{ }}, without blanks around it
    directive,   // what is in {% %}, without blanks around it
  };
  Kind kind = Kind::text;
  std::string_view text;
  Place place;   // of `text`
  int line = 1;  // of the tag's beginning
};

/// Cuts a template into text and tags, by Tornado's rules: a single '{' is text, of "{{{" the
/// innermost two count, "{{!" is a literal "{{", and {# #} is nothing.
///
/// Where Tornado ends a tag at the first "}}" or "%}", the literals and braces of C++ are looked at
/// here: `{{ Point{Size{1, 2}} }}` and `{{ "%}" }}` are whole. The source outlives the lexer.
class Lexer {
 public:
  Lexer(std::string_view source, std::string_view file) : source_(source), file_(file) {}

  /// False at the end. Throws TemplateError.
  bool next(Token& token);

 private:
  [[nodiscard]] std::size_t find_tag() const;
  [[nodiscard]] bool at(std::size_t position, std::string_view text) const;
  void skip_comment();
  void read_tag(Token& token);
  [[nodiscard]] std::size_t find_end(std::size_t begin, bool directive) const;
  [[nodiscard]] std::size_t skip_literal(std::size_t begin) const;
  void advance_to(std::size_t position);
  [[noreturn]] void fail(int line, std::string_view message) const;

  std::string_view source_;
  std::string_view file_;
  std::size_t position_ = 0;
  Place place_;
};

/// The end of the C++ literal that begins with the quote at `begin`, behind its closing quote;
/// npos where it has none on its line (a raw string's may be on a later one).
std::size_t end_of_literal(std::string_view code, std::size_t begin);
/// Whether the quote at `position` only groups the digits of a number: 1'000.
bool is_digit_separator(std::string_view code, std::size_t position);

/// Where a part of a text is that begins at `begin`; `part` points into the text.
Place place_of(const char* part, std::string_view text, Place begin);
/// Without the blanks at both ends.
std::string_view trimmed(std::string_view text);
bool is_blank(char c);
/// A character of a C++ identifier.
bool is_name_char(char c);

}  // namespace eddy::inline v0::template_compiler
