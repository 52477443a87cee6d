// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// Whether a cookie goes along with requests that other sites cause. `unset` leaves it to the
/// browser, which mostly takes it for `lax`; browsers want `none` to be `secure` too.
enum class SameSite : std::uint8_t { unset, lax, strict, none };

/// The attributes of a Set-Cookie field (RFC 6265, 4.1.2; SameSite and the prefixes of names:
/// RFC 6265bis; Partitioned: CHIPS). Tornado's names and defaults.
struct CookieOptions {
  /// Empty: for the host that sets it alone, which is stricter than naming that host.
  std::string domain = {};
  /// Empty: the folder of the request's path.
  std::string path = "/";
  /// When the browser forgets the cookie: at a time, or that many days from now. With neither and
  /// without max_age it does when it is closed. `expires_days` counts where `expires` is not set.
  std::optional<std::chrono::system_clock::time_point> expires = std::nullopt;
  std::optional<double> expires_days = std::nullopt;
  /// As expires, which it outdoes. Zero is sent too, and makes the browser forget at once.
  std::optional<std::chrono::seconds> max_age = std::nullopt;
  /// Scripts don't see it.
  bool http_only = false;
  /// Sent over HTTPS only.
  bool secure = false;
  SameSite same_site = SameSite::unset;
  /// Kept apart for each site that embeds this one. Must be `secure`.
  bool partitioned = false;
};

/// The value of the Set-Cookie field that sets a cookie, byte for byte as Tornado makes it:
/// `name=value; Domain=...; expires=...; HttpOnly; Max-Age=...; Partitioned; Path=...;
/// SameSite=...; Secure`. `now` is what expires_days counts from.
///
/// Throws std::invalid_argument, which names the cookie and what is wrong, for what browsers would
/// drop or misread: a name that is none (is_cookie_name), a value with blanks or control characters
/// up to 0x20, a domain or path with these, DEL or ';'; days that are no number; a `partitioned`
/// cookie, or one called `__Secure-...` or `__Host-...`, that is not `secure`, and one called
/// `__Host-...` with a domain or another path than "/".
[[nodiscard]] EDDY_API std::string format_set_cookie(
    std::string_view name, std::string_view value, const CookieOptions& options = {},
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// The value of the Set-Cookie field that makes the browser forget a cookie: an empty one that
/// expired a year ago. Domain, path and `partitioned` must be those with which it was set. Throws
/// std::invalid_argument as above, and if expires, expires_days or max_age is given.
[[nodiscard]] EDDY_API std::string format_cookie_removal(
    std::string_view name, const CookieOptions& options = {},
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// The value as it is if it is a token, and otherwise in double quotes, with `\"`, `\\` and `\ooo`
/// (octal) for what can't stand there, as Python and Tornado quote. unquote_cookie_value() undoes
/// it. Bytes are quoted, where Python quotes the characters up to U+00FF: what is not ASCII should
/// be encoded by the program if both read it.
[[nodiscard]] EDDY_API std::string quote_cookie_value(std::string_view value);

}  // namespace eddy::inline v0::web
