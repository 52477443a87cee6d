// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// A cookie of a Cookie field, as it stands there. Views into the field.
struct CookieView {
  std::string_view name;
  /// Not unquoted; see unquote_cookie_value().
  std::string_view value;
};

/// The cookies of a Cookie field (RFC 6265, 5.4) without a copy, in the order in which they were
/// sent. What is between two ';' and can't be a cookie is dropped, and spoils nothing else: no '=',
/// a name that no cookie can have (is_cookie_name). In linear time; not more than `limit` cookies
/// are read.
[[nodiscard]] EDDY_API std::vector<CookieView> parse_cookie_views(std::string_view field,
                                                                  std::size_t limit = 1000);

/// Whether a cookie may be called so: a token, in which ':' is allowed besides, and none of the
/// names of cookie attributes, such as `path`, which Tornado refuses too.
[[nodiscard]] EDDY_API bool is_cookie_name(std::string_view name) noexcept;

/// A value between double quotes without them, and with `\ooo` (octal) and `\x` undone, as Python
/// and Tornado quote values. Any other value as it is. The result may hold any byte.
[[nodiscard]] EDDY_API std::string unquote_cookie_value(std::string_view value);

/// The cookies of a request, unquoted, in the order in which they were sent.
class EDDY_API Cookies {
 public:
  struct Cookie {
    std::string name;
    std::string value;
  };

  Cookies() = default;
  /// Reads a Cookie field as parse_cookie_views() does. Throws nothing but std::bad_alloc.
  [[nodiscard]] static Cookies parse(std::string_view field, std::size_t limit = 1000);

  /// The last cookie of that name: later duplicates win, as in Tornado. Names are compared with
  /// regard to case.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept {
    return find(name).has_value();
  }
  /// Duplicates included.
  [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  [[nodiscard]] auto begin() const noexcept { return list_.begin(); }
  [[nodiscard]] auto end() const noexcept { return list_.end(); }

 private:
  std::vector<Cookie> list_;
};

/// Cookies::parse.
[[nodiscard]] EDDY_API Cookies parse_cookies(std::string_view field, std::size_t limit = 1000);

}  // namespace eddy::inline v0::web
