// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace eddy::inline v0::web::internal {

/// What a client has sent, for a log line: between quotes, `\xhh` for all that is not printable
/// ASCII, so that no line can be forged, and of a long one the first 40 bytes.
[[nodiscard]] std::string shown_text(std::string_view text);

}  // namespace eddy::inline v0::web::internal
