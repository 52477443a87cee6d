// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>

/// Field values in which quoted strings (RFC 9110, 5.6.4) may hold what separates elsewhere.
namespace eddy::inline v0::web::internal {

/// The first `separator` at or behind `from` that stands in no quoted string; the text's size if
/// there is none. A quote that is never closed reaches to the end.
constexpr std::size_t find_outside_quotes(std::string_view text, char separator,
                                          std::size_t from = 0) noexcept {
  bool quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (quoted && text[i] == '\\') {
      ++i;
    } else if (!quoted && text[i] == separator) {
      return i;
    }
  }
  return text.size();
}

}  // namespace eddy::inline v0::web::internal
