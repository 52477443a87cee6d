// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

/// Paths that strangers name, taken apart before any disk is asked.
namespace eddy::inline v0::web::internal {

/// `path`, decoded, without empty, "." and ".." parts, as far as they lead: relative, "" for the
/// folder itself. Nothing where they lead out, or for a path with a NUL in it. A backslash is a
/// letter like any other.
[[nodiscard]] EDDY_API std::optional<std::string> normal_path(std::string_view path);

/// `path` as it stands in a URL: percent-encoded but for its slashes, without those at its
/// beginning.
[[nodiscard]] EDDY_API std::string url_path(std::string_view path);

/// Where a browser that asked for a folder by `path` (as it was sent, not decoded, with no slash at
/// its end) finds the folder's default: the same with a slash behind it, and the query. Nothing
/// where a browser would take that for another host's: behind two slashes, or what browsers read as
/// such (CVE-2023-28370 of Tornado).
[[nodiscard]] EDDY_API std::optional<std::string> folder_redirect(std::string_view path,
                                                                  std::string_view query);

}  // namespace eddy::inline v0::web::internal
