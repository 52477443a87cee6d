// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace eddy::inline v0::web::template_support {

/// A relative URL of a page's resource as that of a static file, where the page is a handler's that
/// has static files.
[[nodiscard]] std::string resource_url(std::string_view url);
/// The attribute by which the page's policy lets its own scripts and styles run, behind a blank; ""
/// where the page is no handler's, or its application's policy knows no nonces.
[[nodiscard]] std::string nonce_attribute();
/// As the members of the page's handler that are called render_linked_css() and so on write them.
[[nodiscard]] std::string linked_css(const std::vector<std::string>& urls);
[[nodiscard]] std::string embed_css(const std::vector<std::string>& texts);
[[nodiscard]] std::string linked_js(const std::vector<std::string>& urls);
[[nodiscard]] std::string embed_js(const std::vector<std::string>& texts);

}  // namespace eddy::inline v0::web::template_support
