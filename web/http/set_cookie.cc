// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/set_cookie.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <eddy/web/http/cookies.h>
#include <eddy/web/http/http_date.h>
#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

namespace {

using std::chrono::sys_seconds;
using std::chrono::system_clock;

bool is_plain(char c) noexcept { return internal::is_class(c, internal::kTokenChar) || c == ':'; }

// What stands unchanged between quotes.
bool is_quotable(char c) noexcept {
  return is_plain(c) || std::string_view(" ()/<=>?@[]{}").find(c) != std::string_view::npos;
}

[[noreturn]] void refuse(std::string_view name, const std::string& what) {
  std::string shown(name);
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  throw std::invalid_argument("the cookie '" + shown + "' can't be set: " + what);
}

void require_attribute(std::string_view name, const char* attribute, std::string_view value) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || c == ';') {
      refuse(name, std::string("its ") + attribute + " has a blank, a control character or a ';'");
    }
  }
}

bool has_prefix(std::string_view name, std::string_view prefix) noexcept {
  // Browsers compare without regard to case here, so that none is tricked by __host-.
  return internal::equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

void require_what_the_name_promises(std::string_view name, const CookieOptions& options) {
  const bool host = has_prefix(name, "__Host-");
  if ((host || has_prefix(name, "__Secure-")) && !options.secure) {
    refuse(name, "browsers take such a name only with CookieOptions::secure");
  }
  if (host && !options.domain.empty()) {
    refuse(name, "browsers take such a name only without a domain");
  }
  if (host && options.path != "/") {
    refuse(name, "browsers take such a name only with the path \"/\"");
  }
  if (options.partitioned && !options.secure) {
    refuse(name, "browsers take a partitioned cookie only with CookieOptions::secure");
  }
}

std::optional<sys_seconds> expiry(std::string_view name, const CookieOptions& options,
                                  system_clock::time_point now) {
  using std::chrono::floor;
  using std::chrono::seconds;
  if (options.expires) return floor<seconds>(*options.expires);
  if (!options.expires_days) return std::nullopt;
  if (std::isnan(*options.expires_days)) refuse(name, "expires_days is no number");
  // More than all the years that a date can name; dates are clamped to those.
  constexpr double kLongest = 4e11;
  const double after = std::clamp(*options.expires_days * 86400, -kLongest, kLongest);
  const double fraction = std::chrono::duration<double>(now - floor<seconds>(now)).count();
  return floor<seconds>(now) + seconds(static_cast<std::int64_t>(std::floor(fraction + after)));
}

std::string_view to_string(SameSite same_site) noexcept {
  switch (same_site) {
    case SameSite::lax:
      return "Lax";
    case SameSite::strict:
      return "Strict";
    case SameSite::none:
      return "None";
    case SameSite::unset:
      break;
  }
  return "";
}

}  // namespace

std::string quote_cookie_value(std::string_view value) {
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
    return std::string(value);
  }
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (is_quotable(c)) {
      quoted += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      quoted += '\\';
      for (const int shift : {6, 3, 0}) quoted += static_cast<char>('0' + (byte >> shift & 7));
    }
  }
  quoted += '"';
  return quoted;
}

std::string format_set_cookie(std::string_view name, std::string_view value,
                              const CookieOptions& options, system_clock::time_point now) {
  if (!is_cookie_name(name)) {
    refuse(name, "a name is a token (RFC 9110, 5.6.2) and none of the attributes' names");
  }
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= 0x20) {
      refuse(name, "its value has a blank or a control character; encode the value");
    }
  }
  require_attribute(name, "domain", options.domain);
  require_attribute(name, "path", options.path);
  require_what_the_name_promises(name, options);

  std::string field(name);
  field.append("=").append(quote_cookie_value(value));
  auto add = [&field](std::string_view attribute, std::string_view content) {
    if (!content.empty()) field.append("; ").append(attribute).append("=").append(content);
  };
  add("Domain", options.domain);
  if (const auto time = expiry(name, options, now)) add("expires", format_http_date(*time));
  if (options.http_only) field.append("; HttpOnly");
  if (options.max_age) add("Max-Age", std::to_string(options.max_age->count()));
  if (options.partitioned) field.append("; Partitioned");
  add("Path", options.path);
  add("SameSite", to_string(options.same_site));
  if (options.secure) field.append("; Secure");
  return field;
}

std::string format_cookie_removal(std::string_view name, const CookieOptions& options,
                                  system_clock::time_point now) {
  if (options.expires || options.expires_days || options.max_age) {
    refuse(name, "a cookie that is removed has no expires, expires_days or max_age of its own");
  }
  CookieOptions expired = options;
  expired.expires_days = -365;
  return format_set_cookie(name, "", expired, now);
}

}  // namespace eddy::inline v0::web
