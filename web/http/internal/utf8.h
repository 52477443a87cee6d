// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>

namespace eddy::inline v0::web::internal {

/// How many bytes the well-formed character (RFC 3629) at the front of a text that is not empty
/// has; 0 if it is not well-formed.
inline std::size_t utf8_char_size(std::string_view text) noexcept {
  auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto continues = [text, byte](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// How many bytes the blank at the front of a text has, as Unicode (White_Space) and Python's
/// strip() have blanks, 0x1C to 0x1F included; 0 if there is none.
inline std::size_t utf8_blank_size(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) {
    const bool blank =
        lead == ' ' || (lead >= '\t' && lead <= '\r') || (lead >= 0x1C && lead <= 0x1F);
    return blank ? 1 : 0;
  }
  const std::string_view two = text.substr(0, 2);
  if (two == "\xc2\x85" || two == "\xc2\xa0") return 2;  // U+0085, U+00A0
  if (text.size() < 3) return 0;
  const auto last = static_cast<unsigned char>(text[2]);
  const bool blank = (two == "\xe1\x9a" && last == 0x80) || (two == "\xe3\x80" && last == 0x80) ||
                     (two == "\xe2\x81" && last == 0x9F) ||
                     (two == "\xe2\x80" && ((last >= 0x80 && last <= 0x8A) || last == 0xA8 ||
                                            last == 0xA9 || last == 0xAF));
  return blank ? 3 : 0;  // U+1680, U+3000, U+205F, U+2000 to U+200A, U+2028, U+2029, U+202F
}

}  // namespace eddy::inline v0::web::internal
