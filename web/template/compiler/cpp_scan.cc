// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/cpp_scan.h>

#include <algorithm>
#include <iterator>
#include <string>

#include <eddy/web/template/compiler/lexer.h>

namespace eddy::inline v0::template_compiler {

namespace {

char closing_of(char open) {
  switch (open) {
    case '(':
      return ')';
    case '[':
      return ']';
    default:
      return '}';
  }
}

// Goes through code and calls visit(position) for each character that is in no literal, with
// `depth` telling the brackets around it. Returns what is wrong with literals or brackets.
template <class Visit>
std::string_view scan(std::string_view code, const Visit& visit) {
  std::string open;
  for (std::size_t i = 0; i < code.size();) {
    const char c = code[i];
    if ((c == '"' || c == '\'') && !is_digit_separator(code, i)) {
      i = end_of_literal(code, i);
      if (i == std::string_view::npos) return "a literal has no end";
      continue;
    }
    if (c == ')' || c == ']' || c == '}') {
      if (open.empty() || closing_of(open.back()) != c) return "the brackets do not match";
      open.pop_back();
    }
    visit(i, open.size());
    if (c == '(' || c == '[' || c == '{') open += c;
    i++;
  }
  return open.empty() ? "" : "a bracket is not closed";
}

bool is_any_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

// Those of C++20, in order.
constexpr std::string_view kKeywords[] = {"alignas",       "alignof",     "and",
                                          "and_eq",        "asm",         "auto",
                                          "bitand",        "bitor",       "bool",
                                          "break",         "case",        "catch",
                                          "char",          "char16_t",    "char32_t",
                                          "char8_t",       "class",       "co_await",
                                          "co_return",     "co_yield",    "compl",
                                          "concept",       "const",       "const_cast",
                                          "consteval",     "constexpr",   "constinit",
                                          "continue",      "decltype",    "default",
                                          "delete",        "do",          "double",
                                          "dynamic_cast",  "else",        "enum",
                                          "explicit",      "export",      "extern",
                                          "false",         "float",       "for",
                                          "friend",        "goto",        "if",
                                          "inline",        "int",         "long",
                                          "mutable",       "namespace",   "new",
                                          "noexcept",      "not",         "not_eq",
                                          "nullptr",       "operator",    "or",
                                          "or_eq",         "private",     "protected",
                                          "public",        "register",    "reinterpret_cast",
                                          "requires",      "return",      "short",
                                          "signed",        "sizeof",      "static",
                                          "static_assert", "static_cast", "struct",
                                          "switch",        "template",    "this",
                                          "thread_local",  "throw",       "true",
                                          "try",           "typedef",     "typeid",
                                          "typename",      "union",       "unsigned",
                                          "using",         "virtual",     "void",
                                          "volatile",      "wchar_t",     "while",
                                          "xor",           "xor_eq"};

}  // namespace

std::string_view bracket_fault(std::string_view code) {
  return scan(code, [](std::size_t, std::size_t) {});
}

std::vector<std::size_t> top_level(std::string_view code, char wanted) {
  std::vector<std::size_t> found;
  scan(code, [&](std::size_t i, std::size_t depth) {
    if (depth == 0 && code[i] == wanted) found.push_back(i);
  });
  return found;
}

std::optional<std::size_t> top_level_assignment(std::string_view code) {
  for (const std::size_t i : top_level(code, '=')) {
    const char before = i > 0 ? code[i - 1] : ' ';
    const char after = i + 1 < code.size() ? code[i + 1] : ' ';
    if (after != '=' && !is_any_of(before, "=<>!+-*/%&|^")) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> top_level_word(std::string_view code, std::string_view word) {
  std::optional<std::size_t> found;
  scan(code, [&](std::size_t i, std::size_t depth) {
    if (found || depth != 0 || i == 0 || !code.substr(i).starts_with(word)) return;
    const std::size_t end = i + word.size();
    if (is_blank(code[i - 1]) && end < code.size() && is_blank(code[end])) found = i;
  });
  return found;
}

bool is_identifier(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (const char c : text) {
    if (!is_name_char(c)) return false;
  }
  return !std::binary_search(std::begin(kKeywords), std::end(kKeywords), text);
}

bool is_qualified_name(std::string_view text) {
  if (text.starts_with("::")) text.remove_prefix(2);
  for (;;) {
    const std::size_t colons = text.find("::");
    if (colons == std::string_view::npos) return is_identifier(text);
    if (!is_identifier(text.substr(0, colons))) return false;
    text.remove_prefix(colons + 2);
  }
}

std::string_view last_identifier(std::string_view text) {
  text = trimmed(text);
  std::size_t begin = text.size();
  while (begin > 0 && is_name_char(text[begin - 1])) begin--;
  const std::string_view name = text.substr(begin);
  return is_identifier(name) ? name : std::string_view();
}

}  // namespace eddy::inline v0::template_compiler
