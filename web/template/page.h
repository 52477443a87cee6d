// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <string>

namespace eddy::inline v0::web {

/// What appends itself to a string: every compiled template, and any type of a program's own that
/// has `void append_to(std::string& out) const`.
template <class T>
concept Page = requires(const T& page, std::string& out) {
  { page.append_to(out) } -> std::same_as<void>;
};

}  // namespace eddy::inline v0::web
