// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/server_url.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include <eddy/core/base/base64.h>
#include <eddy/core/net/address.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web::internal {

namespace {

[[noreturn]] void refuse(std::string_view url, std::string_view why) {
  // What can't be taken apart is hidden up to the last '@': a password may have anything in it.
  const std::size_t at = url.rfind('@');
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme < at ? scheme + 3 : 0;
  std::string shown(url);
  if (at != std::string_view::npos) shown.replace(begin, at - begin, "***");
  throw std::invalid_argument("the URL '" + shown + "': " + std::string(why));
}

bool is_ipv6(std::string_view text) noexcept {
  std::error_code error;
  const Address address = Address::parse(text, 0, error);
  return !error && address.family() == Address::Family::ipv6;
}

// What an Authorization field has for "user:password" or "user" (RFC 7617, 2).
std::string authorization_of(std::string_view user) {
  std::string decoded = percent_decode(user, PlusSign::is_plus);
  if (user.find(':') == std::string_view::npos) decoded += ':';
  return "Basic " + base64_encode(decoded);
}

bool all_of_class(std::string_view text, std::uint8_t bits) noexcept {
  const char* const end = text.data() + text.size();
  return skip_class(text.data(), end, bits) == end;
}

std::string_view take_scheme(std::string_view& url, std::string_view scheme, bool& secure) {
  const std::string_view whole = url;
  if (!equals_ignoring_case(url.substr(0, scheme.size()), scheme)) return {};
  url.remove_prefix(scheme.size());
  secure = !url.empty() && (url.front() == 's' || url.front() == 'S');
  if (secure) url.remove_prefix(1);
  if (!url.starts_with("://")) return {};
  url.remove_prefix(3);
  return whole.substr(0, whole.size() - url.size());
}

}  // namespace

std::string url_without_user(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  const std::size_t at = authority.rfind('@');
  std::string text(url);
  if (at != std::string_view::npos) text.replace(begin, at, "***");
  return text;
}

ServerUrl parse_server_url(std::string_view url, std::string_view scheme) {
  ServerUrl parts;
  std::string_view rest = url;
  if (take_scheme(rest, scheme, parts.secure).empty()) {
    refuse(url, "it begins with neither " + std::string(scheme) + ":// nor " + std::string(scheme) +
                    "s://");
  }
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (at > 0) parts.authorization = authorization_of(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  const std::uint16_t usual = parts.secure ? 443 : 80;
  const auto [host, port] = split_host_and_port(authority);
  parts.port = port.value_or(usual);
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  parts.host = bracketed ? host.substr(1, host.size() - 2) : host;
  const bool fit = bracketed ? is_ipv6(parts.host) : all_of_class(parts.host, kHostChar);
  if (parts.host.empty() || parts.port == 0 || !fit) {
    refuse(url, "it has no host, one that is none, or a port that is none");
  }
  parts.host_and_port = std::string(host) + ":" + std::to_string(parts.port);
  parts.authority = parts.port == usual ? std::string(host) : parts.host_and_port;
  rest = rest.substr(0, rest.find('#'));
  if (!all_of_class(rest, kTargetChar)) {
    refuse(url, "blanks, control characters and what is not ASCII must be percent-encoded");
  }
  parts.target = rest;
  if (!parts.target.starts_with('/')) parts.target.insert(0, 1, '/');
  return parts;
}

}  // namespace eddy::inline v0::web::internal
