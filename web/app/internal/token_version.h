// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// What signed values and XSRF tokens have in common: numbers, and the version before the first
/// '|'.
namespace eddy::inline v0::web::internal {

/// A number of at most 18 digits and nothing else, without a leading zero. Python's int(), by which
/// Tornado reads them, takes signs, blanks and underscores too, but nobody writes them so.
constexpr std::optional<std::int64_t> parse_decimal(std::string_view text) noexcept {
  constexpr std::size_t kMostDigits = 18;
  if (text.empty() || text.size() > kMostDigits) return std::nullopt;
  if (text.front() == '0' && text.size() > 1) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

/// The number that a token begins with if a '|' is behind it. Version 1 had none, and began with
/// base64 or hexadecimal digits: whatever does not begin with 1 to 999 and a '|' is of version 1.
constexpr int token_version(std::string_view text) noexcept {
  const auto number = parse_decimal(text.substr(0, text.find('|')));
  const bool is_version =
      text.find('|') != std::string_view::npos && number && *number >= 1 && *number <= 999;
  return is_version ? static_cast<int>(*number) : 1;
}

}  // namespace eddy::inline v0::web::internal
