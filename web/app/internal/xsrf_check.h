// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/method.h>

namespace eddy::inline v0::web {
struct Settings;
}

namespace eddy::inline v0::web::internal {

/// Requests of these methods change nothing (RFC 9110, 9.2.1), and so are worth no forging.
[[nodiscard]] constexpr bool is_safe(Method method) noexcept {
  return method == Method::get || method == Method::head || method == Method::options;
}

/// RequestHandler::check_xsrf_cookie(), also for a route without a handler. Throws HttpError, a
/// 403.
void check_xsrf(Exchange& exchange, const Settings& settings);

}  // namespace eddy::inline v0::web::internal
