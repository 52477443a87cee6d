// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// The media type of a file by the extension of its name, in any case: what Content-Type says, but
/// for a charset. `application/octet-stream` where the extension is unknown or there is none; the
/// name of a packed file (.gz, .tgz, .svgz) is application/gzip, since that is what its bytes are.
/// `path` may have folders before the name. The view lives for ever. Any thread.
[[nodiscard]] EDDY_API std::string_view mime_type(std::string_view path);

/// Adds or replaces the type of an extension, for the whole program: `add_mime_type("gcode",
/// "text/x-gcode")`; a dot before the extension may be there or not. Throws std::invalid_argument
/// for an extension with a dot or slash within, and for what is not of the form type/subtype. Any
/// thread.
EDDY_API void add_mime_type(std::string_view extension, std::string_view type);

}  // namespace eddy::inline v0::web
