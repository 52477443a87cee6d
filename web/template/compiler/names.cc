// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/names.h>

#include <algorithm>

#include <eddy/web/template/compiler/cpp_scan.h>
#include <eddy/web/template/compiler/lexer.h>

namespace eddy::inline v0::template_compiler {

namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

std::string camel_case(std::string_view text) {
  std::string result;
  bool begins = true;
  for (const char c : text) {
    if (!is_name_char(c) || c == '_') {
      begins = true;
      continue;
    }
    result += begins && is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  return result;
}

std::string scope_part(std::string_view folder) {
  std::string result;
  for (const char c : folder) result += is_name_char(c) ? c : '_';
  return result;
}

}  // namespace

std::optional<TypeName> type_name_of(std::string_view template_name) {
  if (!is_plain_file_name(template_name)) return std::nullopt;
  TypeName result;
  for (std::size_t slash; (slash = template_name.find('/')) != std::string_view::npos;) {
    const std::string part = scope_part(template_name.substr(0, slash));
    if (!is_identifier(part)) return std::nullopt;
    if (!result.scope.empty()) result.scope += "::";
    result.scope += part;
    template_name.remove_prefix(slash + 1);
  }
  if (template_name.ends_with(".html")) template_name.remove_suffix(5);
  result.name = camel_case(template_name);
  if (!is_identifier(result.name)) return std::nullopt;
  return result;
}

bool is_plain_file_name(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == 0x7f || c == '"' || c == '\\';
  });
}

}  // namespace eddy::inline v0::template_compiler
