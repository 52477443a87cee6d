// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <eddy/web/app/internal/url_argument.h>

namespace eddy::inline v0::web::internal {

using UrlArguments = std::span<const UrlArgument>;

/// The path that a template makes of values for its parts, one for each, percent-encoded; the
/// slashes of what stands for {name...} are kept. Throws std::invalid_argument for a part without a
/// value.
[[nodiscard]] std::string reverse_template(std::string_view path, UrlArguments arguments);

/// The path that a regular expression makes of values for its groups, one for each, percent-encoded
/// but for slashes, as in Tornado; those too for a group of [^/]. What may be left out is left out,
/// unless it holds a group that has a value. Throws std::logic_error for an expression that says
/// too little about what stands between its groups, std::invalid_argument (which is one) for a
/// group that needs a value and has none; both say what, and where in the expression.
[[nodiscard]] std::string reverse_regex(std::string_view regex, UrlArguments arguments);

}  // namespace eddy::inline v0::web::internal
