// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/route_owner.h>

#include <eddy/web/app/internal/router.h>

namespace eddy::inline v0::web::internal {

RouteOwner route_owner(Exchange& exchange) {
  const auto* const found = static_cast<const RouteEntry*>(exchange.subject);
  const MethodEntry* const method = find_method(found->definition, exchange.request());
  if (method == nullptr || !method->owner.has_owner()) return {};
  return {method->owner, method->owner.hold(), found->definition.keeper_of(method->target)};
}

}  // namespace eddy::inline v0::web::internal
