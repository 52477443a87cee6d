// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// A time as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7, IMF-fixdate). Always
/// 29 characters; years are clamped to 0 to 9999. Locale and time zone have no influence.
[[nodiscard]] EDDY_API std::string format_http_date(std::chrono::sys_seconds time);

/// Reads any of the three forms of RFC 9110, 5.6.7: the one above, that of RFC 850
/// (`Sunday, 06-Nov-94 08:49:37 GMT`) and that of asctime (`Sun Nov  6 08:49:37 1994`). None if the
/// text is no such date, or names a day that does not exist; the weekday must be one but need not
/// be the right one. A leap second is the first of the next minute. A year of two digits that lies
/// more than 50 years after `now` is the one a century before.
[[nodiscard]] EDDY_API std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text, std::chrono::sys_seconds now) noexcept;
/// As above, with the time of the system's clock.
[[nodiscard]] EDDY_API std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text) noexcept;

namespace internal {

inline constexpr int kHttpDateSize = 29;
/// As above, into 29 bytes of the caller's.
EDDY_API void write_http_date(std::chrono::sys_seconds time, char* out) noexcept;

}  // namespace internal
}  // namespace eddy::inline v0::web
