// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web::internal {

/// One element of a list whose elements carry a weight, such as Accept-Encoding's.
struct QualityItem {
  std::string_view value;
  /// In thousandths: 1000 without a weight; 0 says "not this".
  int quality = 1000;
};

/// Reads `a, b;q=0.5, *;q=0` (RFC 9110, 12.4.2), in the order of the list. Elements with a
/// malformed weight are left out: what can't be understood is not asked for. Parameters other than
/// the weight are skipped. The values are views of `list`.
[[nodiscard]] EDDY_API std::vector<QualityItem> parse_quality_list(std::string_view list);

}  // namespace eddy::inline v0::web::internal
