// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

namespace eddy::inline v0::web::internal {

/// Whether a field may not stand behind the content, in either direction: those of framing and
/// routing, request modifiers, authentication, and those that say how the content is to be
/// understood (RFC 9110, 6.5.1).
[[nodiscard]] bool forbidden_in_trailer(std::string_view name) noexcept;

}  // namespace eddy::inline v0::web::internal
