// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>

namespace eddy::inline v0::web::internal {

/// The longest name there is.
inline constexpr std::size_t kLongestEntity = 16;

/// The code point that HTML's `&name;` stands for, or 0 if the name is none of those that are known
/// here (xhtml_unescape). With regard to case.
[[nodiscard]] char32_t find_entity(std::string_view name) noexcept;

}  // namespace eddy::inline v0::web::internal
