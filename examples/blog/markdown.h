// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace blog {

/// What CommonMark makes of it; HTML in the text is left out.
[[nodiscard]] std::string html_of(std::string_view markdown);

}  // namespace blog
