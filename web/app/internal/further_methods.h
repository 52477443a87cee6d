// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/app/internal/method_table.h>

namespace eddy::inline v0::web::internal {

/// The methods of a route that Method does not name. Not in method_table.h, since most programs
/// have none, and their compilers need not know of it.
struct FurtherMethods {
  struct Named {
    std::string name;
    MethodEntry entry;
  };
  std::vector<Named> named;
  /// Of all others, where somebody is to have them.
  MethodEntry every_other;

  /// Null for one that is not answered.
  [[nodiscard]] const MethodEntry* find(std::string_view name) const noexcept {
    for (const Named& method : named) {
      if (method.name == name) return &method.entry;
    }
    return every_other.invoke != nullptr ? &every_other : nullptr;
  }
};

/// Calls `visit` with the name and the entry of each method that a route answers by name.
template <class Visit>
void visit_methods(const RouteDefinition& route, const Visit& visit) {
  for (std::size_t i = 0; i < route.methods.size(); ++i) {
    const MethodEntry& entry = route.methods[i];
    if (entry.invoke != nullptr) visit(MethodName(static_cast<Method>(i)), entry);
  }
  if (route.further() == nullptr) return;
  for (const FurtherMethods::Named& method : route.further()->named) {
    visit(MethodName(std::string_view(method.name)), method.entry);
  }
}

}  // namespace eddy::inline v0::web::internal
