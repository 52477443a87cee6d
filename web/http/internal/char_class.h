// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// The character classes of HTTP's grammar, one table for all of them.
namespace eddy::inline v0::web::internal {

inline constexpr std::uint8_t kTokenChar = 1;   // RFC 9110, 5.6.2: tchar
inline constexpr std::uint8_t kTargetChar = 2;  // 0x21 to 0x7E without '#'
inline constexpr std::uint8_t kValueChar = 4;   // field-vchar, SP, HTAB, obs-text
inline constexpr std::uint8_t kDigitChar = 8;
inline constexpr std::uint8_t kHexChar = 16;
inline constexpr std::uint8_t kHostChar = 32;        // RFC 3986: what a name of a host is made of
inline constexpr std::uint8_t kUnreservedChar = 64;  // RFC 3986, 2.3

inline constexpr std::array<std::uint8_t, 256> kCharClass = [] {
  std::array<std::uint8_t, 256> table{};
  auto mark = [&table](std::string_view chars, std::uint8_t bit) {
    for (char c : chars) table[static_cast<unsigned char>(c)] |= bit;
  };
  for (unsigned c = 0x21; c < 0x7F; ++c) table[c] |= kTargetChar | kValueChar;
  for (unsigned c = 0x80; c < 0x100; ++c) table[c] |= kValueChar;
  table['#'] &= static_cast<std::uint8_t>(~kTargetChar);
  mark(" \t", kValueChar);
  mark("0123456789", kDigitChar | kHexChar | kTokenChar | kHostChar | kUnreservedChar);
  mark("abcdefABCDEF", kHexChar);
  mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
       kTokenChar | kHostChar | kUnreservedChar);
  mark("!#$%&'*+-.^_`|~", kTokenChar);
  mark("-._~", kUnreservedChar);
  mark("-._~!$&'()*+;=", kHostChar);  // no comma: two Host fields that a proxy joined have one
  return table;
}();

constexpr bool is_class(char c, std::uint8_t bits) noexcept {
  return (kCharClass[static_cast<unsigned char>(c)] & bits) != 0;
}

/// The first place in [p, end) whose character is not of the class. Names and targets are short: a
/// table is as fast for them as vector instructions are, whose result the next step has to await.
constexpr const char* skip_class(const char* p, const char* end, std::uint8_t bits) noexcept {
  while (end - p >= 4) {
    if (!is_class(p[0], bits)) return p;
    if (!is_class(p[1], bits)) return p + 1;
    if (!is_class(p[2], bits)) return p + 2;
    if (!is_class(p[3], bits)) return p + 3;
    p += 4;
  }
  while (p != end && is_class(*p, bits)) ++p;
  return p;
}

constexpr bool is_token(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  return !text.empty() && skip_class(text.data(), end, kTokenChar) == end;
}

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// text == literal, without a call: the compiler knows the size.
template <std::size_t Size>
bool equals_literal(std::string_view text, const char (&literal)[Size]) noexcept {
  return text.size() == Size - 1 && std::memcmp(text.data(), literal, Size - 1) == 0;
}

/// ASCII case only, whatever the locale.
constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

constexpr std::string_view trim_blanks(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Calls `each` with every element of a comma-separated list (RFC 9110, 5.6.1); empty ones are
/// skipped, as the RFC asks of recipients.
template <class Each>
constexpr void for_each_list_item(std::string_view list, Each&& each) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view item = trim_blanks(list.substr(0, comma));
    if (!item.empty()) each(item);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace eddy::inline v0::web::internal
