// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <string>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// A time as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7, IMF-fixdate). Always
/// 29 characters; years are clamped to 0 to 9999. Locale and time zone have no influence.
[[nodiscard]] EDDY_API std::string format_http_date(std::chrono::sys_seconds time);

namespace internal {

inline constexpr int kHttpDateSize = 29;
/// As above, into 29 bytes of the caller's.
EDDY_API void write_http_date(std::chrono::sys_seconds time, char* out) noexcept;

}  // namespace internal
}  // namespace eddy::inline v0::web
