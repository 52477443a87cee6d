// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

/// The value of a hexadecimal digit in either case; -1 of anything else.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Two digits a byte, in lower case.
[[nodiscard]] EDDY_API std::string hex_encode(std::string_view bytes);
[[nodiscard]] inline std::string hex_encode(std::span<const unsigned char> bytes) {
  return hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// The bytes of a text of hexadecimal digits in either case; none if anything else is in it, or a
/// digit is left over.
[[nodiscard]] EDDY_API std::optional<std::string> hex_decode(std::string_view text);

}  // namespace eddy::inline v0
