// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

/// The forms of base64: `standard` with '+' and '/' (RFC 4648, 4), `url` with '-' and '_' (RFC
/// 4648, 5), both padded with '=', and `url_unpadded`, which is `url` without padding, as in JWT.
enum class Base64 : std::uint8_t { standard, url, url_unpadded };

/// The bytes in base64, in one line.
[[nodiscard]] EDDY_API std::string base64_encode(std::string_view bytes,
                                                 Base64 form = Base64::standard);
[[nodiscard]] inline std::string base64_encode(std::span<const unsigned char> bytes,
                                               Base64 form = Base64::standard) {
  return base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, form);
}

/// What base64_encode() makes the text of; none if it makes it of nothing. So there is one text for
/// one content: blanks and line ends, characters of another form, padding that is missing or too
/// much, and bits that are left over and not zero are refused (RFC 4648, 3.2 to 3.5).
[[nodiscard]] EDDY_API std::optional<std::string> base64_decode(std::string_view text,
                                                                Base64 form = Base64::standard);

}  // namespace eddy::inline v0
