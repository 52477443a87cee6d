// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>

/// Where the URLs are in a text: the scanner of linkify().
namespace eddy::inline v0::web::internal {

struct FoundUrl {
  /// All of it; empty if there is none.
  std::string_view url;
  /// What stands before its ':'; empty for `www.`.
  std::string_view protocol;
  /// Of the URL: the protocol, the ':' and the slashes that count as its own, of three perhaps one
  /// less if nothing else follows them.
  std::size_t prefix = 0;
};

/// The first URL at or behind `from` in escaped text (xhtml_escape). All calls for the URLs of a
/// text, each from where the last URL ended, take time in proportion to it.
[[nodiscard]] FoundUrl find_url(std::string_view text, std::size_t from) noexcept;

}  // namespace eddy::inline v0::web::internal
