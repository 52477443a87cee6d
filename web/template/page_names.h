// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace eddy::inline v0::web::template_support {

/// A relative URL of a page's resource as that of a static file, where the page is a handler's that
/// has static files.
[[nodiscard]] std::string resource_url(std::string_view url);

}  // namespace eddy::inline v0::web::template_support
