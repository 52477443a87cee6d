// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace eddy::inline v0::web {
struct Settings;
}

namespace eddy::inline v0::web::internal {

class Exchange;

/// The page of Settings::serve_traceback: what was thrown, with what it was thrown because of, the
/// request, and the route that it was for. All of it is escaped. HTML without styles or scripts,
/// which a Content-Security-Policy would keep from being used.
[[nodiscard]] std::string debug_page(Exchange& exchange, int status,
                                     const std::exception_ptr& error);

/// Answers by that page where there is no handler to do it.
void send_debug_page(Exchange& exchange, int status, std::string_view reason,
                     const std::exception_ptr& error);

/// Whether that page is for the request: the settings say so, and it comes from this machine.
[[nodiscard]] bool serves_debug_page(const Exchange& exchange, const Settings& settings) noexcept;

}  // namespace eddy::inline v0::web::internal
