// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/lexer.h>

#include <algorithm>

#include <eddy/web/template/compiler/template_error.h>

namespace eddy::inline v0::template_compiler {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_name_char(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Place place_of(const char* part, std::string_view text, Place begin) {
  for (const char* c = text.data(); c < part; c++) {
    begin.column = *c == '\n' ? 1 : begin.column + 1;
    begin.line += *c == '\n' ? 1 : 0;
  }
  return begin;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_digit_separator(std::string_view code, std::size_t position) {
  if (code[position] != '\'' || position == 0 || position + 1 == code.size()) return false;
  // Back to the beginning of the word: a number begins with a digit, the u8 of u8'x' does not. No
  // number is longer than this.
  constexpr std::size_t kLongestNumber = 100;
  const std::size_t bound = position > kLongestNumber ? position - kLongestNumber : 0;
  std::size_t begin = position;
  while (begin > bound && (is_name_char(code[begin - 1]) || code[begin - 1] == '\'')) begin--;
  return code[begin] >= '0' && code[begin] <= '9' && is_name_char(code[position + 1]);
}

namespace {

// R"delimiter( ... )delimiter"
std::size_t end_of_raw_string(std::string_view code, std::size_t quote) {
  constexpr std::size_t kLongestDelimiter = 16;
  const std::size_t open = code.substr(0, quote + kLongestDelimiter + 2).find('(', quote);
  if (open == std::string_view::npos) return open;
  std::string closing(1, ')');
  closing.append(code.substr(quote + 1, open - quote - 1)).append(1, '"');
  const std::size_t end = code.find(closing, open);
  return end == std::string_view::npos ? end : end + closing.size();
}

}  // namespace

std::size_t end_of_literal(std::string_view code, std::size_t begin) {
  const char quote = code[begin];
  if (quote == '"' && begin > 0 && code[begin - 1] == 'R') return end_of_raw_string(code, begin);
  for (std::size_t i = begin + 1; i < code.size() && code[i] != '\n'; i++) {
    if (code[i] == quote) return i + 1;
    if (code[i] == '\\') i++;
  }
  return std::string_view::npos;
}

bool Lexer::next(Token& token) {
  while (position_ < source_.size()) {
    const std::size_t tag = find_tag();
    token.line = place_.line;
    if (tag > position_) {
      token.kind = Token::Kind::text;
      token.text = source_.substr(position_, tag - position_);
      token.place = place_;
      advance_to(tag);
      return true;
    }
    if (at(position_ + 2, "!")) {
      token.kind = Token::Kind::brace;
      token.text = source_.substr(position_, 2);
      token.place = place_;
      advance_to(position_ + 3);
      return true;
    }
    if (!at(position_, "{#")) {
      read_tag(token);
      return true;
    }
    skip_comment();
  }
  return false;
}

bool Lexer::at(std::size_t position, std::string_view text) const {
  return position <= source_.size() && source_.substr(position).starts_with(text);
}

// The next "{{", "{%" or "{#", or the end.
std::size_t Lexer::find_tag() const {
  std::size_t position = position_;
  for (;;) {
    position = source_.find('{', position);
    if (position == std::string_view::npos || position + 1 == source_.size()) {
      return source_.size();
    }
    const char second = source_[position + 1];
    const bool innermost = second != '{' || !at(position + 2, "{");
    if ((second == '{' && innermost) || second == '%' || second == '#') return position;
    position++;
  }
}

void Lexer::skip_comment() {
  const std::size_t end = source_.find("#}", position_ + 2);
  if (end == std::string_view::npos) fail(place_.line, "the comment has no end: missing '#}'");
  advance_to(end + 2);
}

void Lexer::read_tag(Token& token) {
  const bool directive = source_[position_ + 1] == '%';
  const std::size_t end = find_end(position_ + 2, directive);
  const std::string_view inner = source_.substr(position_ + 2, end - position_ - 2);
  token.kind = directive ? Token::Kind::directive : Token::Kind::expression;
  token.text = trimmed(inner);
  if (token.text.empty()) {
    fail(token.line,
         directive ? "the directive is empty: '{% %}'" : "the expression is empty: '{{ }}'");
  }
  advance_to(static_cast<std::size_t>(token.text.data() - source_.data()));
  token.place = place_;
  advance_to(end + 2);
}

// Where the tag's "}}" or "%}" is.
std::size_t Lexer::find_end(std::size_t begin, bool directive) const {
  constexpr std::string_view kComment = "comment";
  const std::string_view closing = directive ? "%}" : "}}";
  const std::string missing = directive ? "the directive has no end: missing '%}'"
                                        : "the expression has no end: missing '}}'";
  std::size_t word = begin;
  while (word < source_.size() && is_blank(source_[word])) word++;
  if (directive && at(word, kComment) &&
      !(word + kComment.size() < source_.size() && is_name_char(source_[word + kComment.size()]))) {
    // Prose, in which an apostrophe is no literal.
    const std::size_t end = source_.find(closing, word);
    if (end == std::string_view::npos) fail(place_.line, missing);
    return end;
  }

  std::size_t braces = 0;
  for (std::size_t i = begin; i < source_.size();) {
    if (braces == 0 && at(i, closing)) return i;
    const char c = source_[i];
    if ((c == '"' || c == '\'') && !is_digit_separator(source_, i)) {
      i = skip_literal(i);
      continue;
    }
    if (!directive && c == '{') braces++;
    if (!directive && c == '}' && braces > 0) braces--;
    i++;
  }
  fail(place_.line, missing);
}

std::size_t Lexer::skip_literal(std::size_t begin) const {
  const std::size_t end = end_of_literal(source_, begin);
  if (end == std::string_view::npos) {
    const auto lines = std::count(source_.begin() + static_cast<std::ptrdiff_t>(position_),
                                  source_.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
    fail(place_.line + static_cast<int>(lines),
         std::string("the literal that begins with ") + source_[begin] + " has no end");
  }
  return end;
}

void Lexer::advance_to(std::size_t position) {
  for (; position_ < position; position_++) {
    if (source_[position_] == '\n') {
      place_.line++;
      place_.column = 1;
    } else {
      place_.column++;
    }
  }
}

void Lexer::fail(int line, std::string_view message) const {
  throw TemplateError(file_, line, message);
}

}  // namespace eddy::inline v0::template_compiler
