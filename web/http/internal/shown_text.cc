// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/shown_text.h>

#include <eddy/core/base/hex.h>

namespace eddy::inline v0::web::internal {

std::string shown_text(std::string_view text) {
  // Enough to see what it is, and no more of a client's bytes.
  constexpr std::size_t kMost = 40;
  std::string shown = "'";
  for (const char& c : text.substr(0, kMost)) {
    if (c >= ' ' && c <= '~') {
      shown += c;
    } else {
      shown.append("\\x").append(hex_encode(std::string_view(&c, 1)));
    }
  }
  return shown.append(text.size() > kMost ? "'..." : "'");
}

}  // namespace eddy::inline v0::web::internal
