// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/cookies.h>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

using internal::equals_ignoring_case;
using internal::trim_blanks;

bool is_cookie_name(std::string_view name) noexcept {
  if (name.empty()) return false;
  for (const char c : name) {
    if (!internal::is_class(c, internal::kTokenChar) && c != ':') return false;
  }
  for (const std::string_view attribute : {"comment", "domain", "expires", "httponly", "max-age",
                                           "path", "samesite", "secure", "version"}) {
    if (equals_ignoring_case(name, attribute)) return false;
  }
  return true;
}

std::vector<CookieView> parse_cookie_views(std::string_view field, std::size_t limit) {
  std::vector<CookieView> cookies;
  while (!field.empty() && cookies.size() < limit) {
    const std::size_t end = field.find(';');
    const std::string_view piece = field.substr(0, end);
    field.remove_prefix(end == std::string_view::npos ? field.size() : end + 1);
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trim_blanks(piece.substr(0, equals));
    if (is_cookie_name(name)) cookies.push_back({name, trim_blanks(piece.substr(equals + 1))});
  }
  return cookies;
}

namespace {

// The byte of `ooo`, three octal digits up to 377, at the front; -1 if they aren't there.
int octal_byte(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] < '0' || text[0] > '3') return -1;
  int byte = 0;
  for (const char c : text.substr(0, 3)) {
    if (c < '0' || c > '7') return -1;
    byte = byte * 8 + (c - '0');
  }
  return byte;
}

}  // namespace

std::string unquote_cookie_value(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  value = value.substr(1, value.size() - 2);
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
    } else if (const int byte = octal_byte(value.substr(i + 1)); byte >= 0) {
      out += static_cast<char>(byte);
      i += 3;
    } else {
      out += value[++i];
    }
  }
  return out;
}

Cookies Cookies::parse(std::string_view field, std::size_t limit) {
  Cookies cookies;
  const std::vector<CookieView> views = parse_cookie_views(field, limit);
  cookies.list_.reserve(views.size());
  for (const CookieView& view : views) {
    cookies.list_.push_back({std::string(view.name), unquote_cookie_value(view.value)});
  }
  return cookies;
}

Cookies parse_cookies(std::string_view field, std::size_t limit) {
  return Cookies::parse(field, limit);
}

std::optional<std::string_view> Cookies::find(std::string_view name) const noexcept {
  for (std::size_t i = list_.size(); i-- > 0;) {
    if (list_[i].name == name) return list_[i].value;
  }
  return std::nullopt;
}

}  // namespace eddy::inline v0::web
