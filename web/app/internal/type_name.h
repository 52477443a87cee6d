// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace eddy::inline v0::web::internal {

/// A type's name as the program wrote it, for messages.
template <class T>
std::string type_name() {
  const std::string_view text = __PRETTY_FUNCTION__;
  const std::size_t start = text.find("T = ") + 4;
  std::string name(text.substr(start, text.find_first_of(";]", start) - start));
  for (const std::string_view noise : {"{anonymous}::", "(anonymous namespace)::"}) {
    while (name.find(noise) != std::string::npos) name.erase(name.find(noise), noise.size());
  }
  return name;
}

}  // namespace eddy::inline v0::web::internal
