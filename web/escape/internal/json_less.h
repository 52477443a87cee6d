// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

/// How JSON writes the '<' that this text begins with: so that HTML sees neither the end of a
/// script nor what would hide that end, `<!--` and `<script` (HTML Living Standard, 4.12.1.3).
inline std::string_view json_less(std::string_view text) noexcept {
  const std::string_view next = text.substr(1);
  if (next.substr(0, 1) == "/") return "<\\";
  const bool hides =
      next.substr(0, 3) == "!--" || equals_ignoring_case(next.substr(0, 6), "script");
  return hides ? "\\u003c" : "<";
}

}  // namespace eddy::inline v0::web::internal
