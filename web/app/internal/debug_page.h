// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace eddy::inline v0::web {
class Request;
}

namespace eddy::inline v0::web::internal {

class Exchange;

/// The page of Settings::serve_traceback: what was thrown, with what it was thrown because of, the
/// request, and the route that it was for; of fields and arguments that look like secrets the names
/// alone. All of it is escaped. HTML without styles or scripts, which a Content-Security-Policy
/// would keep from being used.
[[nodiscard]] std::string debug_page(Exchange& exchange, int status,
                                     const std::exception_ptr& error);

/// Answers by that page where there is no handler to do it.
void send_debug_page(Exchange& exchange, int status, std::string_view reason,
                     const std::exception_ptr& error);

/// Whether a proxy, even one that the server does not know of, has handed on the request.
[[nodiscard]] bool is_forwarded(const Request& request) noexcept;

}  // namespace eddy::inline v0::web::internal
