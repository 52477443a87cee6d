// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/set_directive.h>

#include <algorithm>
#include <iterator>

#include <eddy/web/template/compiler/cpp_scan.h>
#include <eddy/web/template/compiler/lexer.h>

namespace eddy::inline v0::template_compiler {

namespace {

using Names = std::vector<std::string_view>;

// The names between commas; empty unless all are identifiers.
Names name_list(std::string_view text) {
  Names names;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    names.push_back(trimmed(text.substr(0, comma)));
    if (!is_identifier(names.back())) return {};
    if (comma == text.size()) return names;
    text.remove_prefix(comma + 1);
  }
}

bool joins_type_and_name(char c) { return is_blank(c) || c == '&' || c == '*'; }

// Whether that can stand before the name that is declared: `int `, `auto& `.
bool is_type(std::string_view text) {
  if (text.empty() || !joins_type_and_name(text.back())) return false;
  while (!text.empty() && joins_type_and_name(text.back())) text.remove_suffix(1);
  return !text.empty() && (is_name_char(text.back()) || text.back() == '>');
}

// The names in `int count`, `auto& row` or `auto& [key, value]`; none where the text declares none.
Names declared_names(std::string_view text) {
  text = trimmed(text);
  if (text.ends_with(']')) {
    const std::size_t open = text.rfind('[');
    const bool binds = open != std::string_view::npos && is_type(text.substr(0, open));
    return binds ? name_list(text.substr(open + 1, text.size() - open - 2)) : Names();
  }
  const std::string_view name = last_identifier(text);
  const bool declares = !name.empty() && is_type(text.substr(0, text.size() - name.size()));
  return declares ? Names{name} : Names();
}

// The name in `x += 1`, `x++` or `++x`.
std::string_view changed_name(std::string_view text) {
  const bool before = text.starts_with("++") || text.starts_with("--");
  if (before) text = trimmed(text.substr(2));
  std::size_t end = 0;
  while (end < text.size() && is_name_char(text[end])) end++;
  const std::string_view name = text.substr(0, end);
  if (!is_identifier(name)) return {};
  const std::string_view change = trimmed(text.substr(end));
  if (before) return change.empty() ? name : std::string_view();
  if (change == "++" || change == "--") return name;
  constexpr std::string_view kOperators[] = {
      "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="};
  const bool changes =
      std::any_of(std::begin(kOperators), std::end(kOperators),
                  [change](std::string_view op) { return change.starts_with(op); });
  return changes ? name : std::string_view();
}

// The ':' before a range, which is none of a name's "::".
std::optional<std::size_t> range_colon(std::string_view head) {
  for (const std::size_t i : top_level(head, ':')) {
    const bool is_of_name = (i > 0 && head[i - 1] == ':') || head.substr(i + 1).starts_with(':');
    if (!is_of_name) return i;
  }
  return std::nullopt;
}

}  // namespace

SetDirective set_directive(std::string_view text) {
  SetDirective result;
  const std::optional<std::size_t> equals = top_level_assignment(text);
  if (!equals) {
    const std::string_view name = changed_name(trimmed(text));
    if (!name.empty()) {
      result.kind = SetDirective::Kind::change;
      result.names.push_back(name);
    }
    return result;
  }
  result.has_value = true;
  result.value = trimmed(text.substr(*equals + 1));
  const std::string_view left = text.substr(0, *equals);
  result.names = name_list(left);
  if (!result.names.empty()) {
    result.kind = SetDirective::Kind::assign;
    return result;
  }
  result.names = declared_names(left);
  if (!result.names.empty()) result.kind = SetDirective::Kind::declare;
  return result;
}

std::optional<ForDirective> for_directive(std::string_view head) {
  ForDirective result;
  if (const std::optional<std::size_t> in = top_level_word(head, "in")) {
    result.target = trimmed(head.substr(0, *in));
    result.range = trimmed(head.substr(*in + 2));
    result.names = name_list(result.target);
    result.plain = !result.names.empty();
    if (!result.plain) result.names = declared_names(result.target);
    return result;
  }
  const std::vector<std::size_t> semicolons = top_level(head, ';');
  result.classic = semicolons.size() == 2;
  if (result.classic) {
    result.names = declared_names(head.substr(0, top_level_assignment(head).value_or(0)));
    return result;
  }
  const std::string_view last = semicolons.empty() ? head : head.substr(semicolons.back() + 1);
  const std::optional<std::size_t> colon = range_colon(last);
  if (!colon) return std::nullopt;
  result.names = declared_names(last.substr(0, *colon));
  return result;
}

}  // namespace eddy::inline v0::template_compiler
