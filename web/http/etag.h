// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// An entity tag (RFC 9110, 8.8.3), such as `"abc"` or `W/"abc"`.
struct EntityTag {
  /// With its quotes, without the `W/`. A view into what was parsed.
  std::string_view opaque;
  bool weak = false;
};

/// The tag that is the whole of the text; none if it is not one.
[[nodiscard]] EDDY_API std::optional<EntityTag> parse_entity_tag(std::string_view text) noexcept;

/// How tags are compared (RFC 9110, 8.8.3.2): strong takes both to be the same byte for byte and
/// never takes a weak one, weak does not look at `W/`.
enum class TagComparison { strong, weak };

[[nodiscard]] EDDY_API bool same_tag(const EntityTag& a, const EntityTag& b,
                                     TagComparison comparison) noexcept;

/// Whether the list of an If-None-Match (to be compared weakly) or If-Match (strongly) names the
/// tag `current`, with its quotes. A list of `*` alone matches whatever there is; to be asked only
/// where there is a representation, `current` may be "" if that has no tag. Several fields are
/// joined by commas before. What is malformed, and all behind it, matches nothing.
[[nodiscard]] EDDY_API bool tag_list_matches(std::string_view list, std::string_view current,
                                             TagComparison comparison) noexcept;

/// Whether an If-Range allows a 206 (RFC 9110, 13.1.5): it is the strong tag `current`, or exactly
/// the date of the last modification. A date is no strong validator for something that changed less
/// than a second before it was sent; that is for the caller to know.
[[nodiscard]] EDDY_API bool if_range_matches(
    std::string_view field, std::string_view current,
    std::optional<std::chrono::sys_seconds> last_modified = std::nullopt) noexcept;

}  // namespace eddy::inline v0::web
