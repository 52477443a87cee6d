// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// An element of Accept-Encoding, Accept-Language or Accept.
struct QualityItem {
  /// As it was sent, with parameters of its own (`text/html;level=1`) but without its weight. A
  /// view into the field.
  std::string_view value;
  /// The weight in thousandths: 0, not acceptable, to 1000, the default.
  int quality = 1000;
};

/// Reads a list of values with weights (RFC 9110, 12.4.2). The best come first, those of equal
/// weight in the order in which they were sent. What is malformed is left out, as are elements
/// behind the first `limit`.
[[nodiscard]] EDDY_API std::vector<QualityItem> parse_quality_list(std::string_view field,
                                                                   std::size_t limit = 64);

/// The weight that such a list gives to `value`, compared without regard to case: that of the
/// first element of that name, else that of `*`, else `otherwise`.
///
/// For a coding of Accept-Encoding `otherwise` is 0, but 1 for `identity`, which is acceptable
/// unless it is refused (RFC 9110, 12.5.3).
[[nodiscard]] EDDY_API int quality_of(const std::vector<QualityItem>& list, std::string_view value,
                                      int otherwise = 0) noexcept;

/// The weight that an Accept field's list gives to a media type, such as `text/html` or
/// `text/html;level=1`: that of the element which says most about it, of itself, then of the type
/// without parameters, of `text/*`, and of `*/*` (RFC 9110, 12.5.1). 0 if none covers it; an empty
/// list, as of a request without the field, accepts everything.
[[nodiscard]] EDDY_API int quality_of_media_type(const std::vector<QualityItem>& list,
                                                 std::string_view type) noexcept;

/// The same for Accept-Language and a language, such as `en-GB`: that of the longest element which
/// is it or a part of it up to a '-', or of `*` (RFC 4647, 3.3.1).
[[nodiscard]] EDDY_API int quality_of_language(const std::vector<QualityItem>& list,
                                               std::string_view language) noexcept;

}  // namespace eddy::inline v0::web
