// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <eddy/web/http/internal/utf8.h>

namespace eddy::inline v0::web::internal {

/// U+FFFD, which stands for what can't be read.
inline constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// Appends a code point, which is no surrogate and at most U+10FFFF.
inline void append_utf8(std::string& out, char32_t code) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  if (code < 0x80) {
    out += byte(code);
  } else if (code < 0x800) {
    out.append({byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))});
  } else if (code < 0x10000) {
    out.append(
        {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))});
  } else {
    out.append({byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)),
                byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))});
  }
}

/// How many bytes at the front of a text that begins with no well-formed character one U+FFFD
/// stands for: as many as could have begun a character, at least one.
inline std::size_t utf8_broken_size(std::string_view text) noexcept {
  std::size_t broken = 1;
  for (std::size_t size = 2; size <= std::min<std::size_t>(text.size(), 3); ++size) {
    // Whatever begins a character with two bytes or more does so with this continuation.
    char whole[] = {'\x80', '\x80', '\x80', '\x80'};
    text.copy(whole, size);
    if (utf8_char_size({whole, sizeof whole}) <= size) break;
    broken = size;
  }
  return broken;
}

}  // namespace eddy::inline v0::web::internal
