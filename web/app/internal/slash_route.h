// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/web/app/internal/method_table.h>

namespace eddy::inline v0::web::internal {

/// The route that sends clients to `definition`'s, from the same path with a slash at its end or
/// without the one that it has. Throws std::invalid_argument, which names the route, for the path
/// "/" and for a regular expression with alternatives that ends with a slash.
[[nodiscard]] RouteDefinition slash_route(const RouteDefinition& definition);

}  // namespace eddy::inline v0::web::internal
