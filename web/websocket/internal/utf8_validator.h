// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web::internal {

/// Looks at a text that comes in pieces, which may end within a character, and fails at the first
/// byte that can't be UTF-8 (RFC 3629) whatever follows.
class EDDY_API Utf8Validator {
 public:
  /// False: the text is not UTF-8, and nothing may follow. A complete one may be followed by
  /// another.
  [[nodiscard]] bool feed(std::string_view piece) noexcept;
  /// Whether the text may end here: not within a character.
  [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

 private:
  bool begin_character(unsigned char lead) noexcept;

  unsigned char missing_ = 0;  // bytes of the character that is not whole yet
  unsigned char low_ = 0x80;   // bounds of its next byte
  unsigned char high_ = 0xBF;
};

}  // namespace eddy::inline v0::web::internal
