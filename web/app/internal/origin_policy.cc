// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/origin_policy.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <eddy/web/app/origin.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/shown_text.h>

namespace eddy::inline v0::web {

namespace internal {

namespace {

constexpr std::string_view kBehindScheme = "://";

/// Scheme and host of an origin of the web; without a scheme for any other.
struct WebOrigin {
  std::string_view scheme;
  std::string_view host;
};

WebOrigin web_origin(std::string_view text) noexcept {
  const std::size_t colon = text.find(kBehindScheme);
  const std::string_view scheme = text.substr(0, colon);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) return {};
  return {scheme, text.substr(scheme.size() + kBehindScheme.size())};
}

bool encrypts(std::string_view scheme) noexcept { return scheme.size() == 5; }
std::uint16_t port_of(std::string_view scheme) noexcept { return encrypts(scheme) ? 443 : 80; }

bool same_host(std::string_view a, std::string_view b) noexcept {
  if (equals_ignoring_case(a, b)) return true;
  const Address address = address_of_host(a);
  return !address.ip().empty() && std::ranges::equal(address.ip(), address_of_host(b).ip());
}

bool is_of_this_site(std::string_view origin, const Request& request) noexcept {
  const WebOrigin page = web_origin(origin);
  if (page.scheme.empty() || !is_host(page.host)) return false;
  if (request.protocol() == "https" && !encrypts(page.scheme)) return false;
  const HostAndPort theirs = split_host(page.host);
  const HostAndPort ours = split_host(request.host());
  // TLS may end at a proxy that says nothing: so no port is that of the page's scheme on both
  // sides.
  const std::uint16_t port = port_of(page.scheme);
  return theirs.port.value_or(port) == ours.port.value_or(port) &&
         same_host(theirs.host, ours.host);
}

}  // namespace

std::optional<std::string_view> origin_of(const Request& request) noexcept {
  const auto origin = request.headers().find("Origin");
  return origin ? origin : request.headers().find("Sec-WebSocket-Origin");
}

OriginPolicy::OriginPolicy(const std::vector<std::string>& origins) {
  origins_.reserve(origins.size());
  for (const std::string& origin : origins) {
    try {
      origins_.push_back(read(origin));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("Settings::origins: " + shown_text(origin) + ": " + error.what());
    }
  }
}

OriginPolicy::Pattern OriginPolicy::read(std::string_view text) {
  if (text == "null") return {std::string(text), std::nullopt};
  const WebOrigin origin = web_origin(text);
  if (!origin.scheme.empty()) {
    // As an address is copied from a browser.
    if (origin.host.ends_with('/')) {
      throw std::invalid_argument("an origin ends with its host or port, without a slash");
    }
    return {encrypts(origin.scheme) ? "https" : "http", HostPattern(origin.host)};
  }
  const std::size_t colon = text.find(':');
  const bool has_scheme =
      colon != std::string_view::npos && colon > 0 && text.substr(colon).starts_with(kBehindScheme);
  const bool fit = std::ranges::all_of(text, [](char c) { return is_class(c, kTargetChar); });
  if (!has_scheme || !fit) {
    throw std::invalid_argument(
        "it is no origin; one looks like https://example.org, https://*.example.org:8443, "
        "app://name or null");
  }
  return {std::string(text), std::nullopt};
}

bool OriginPolicy::lists(std::string_view origin) const noexcept {
  const WebOrigin page = web_origin(origin);
  if (!page.scheme.empty() && !is_host(page.host)) return false;
  return std::ranges::any_of(origins_, [&](const Pattern& pattern) {
    if (!pattern.host) return equals_ignoring_case(pattern.scheme_or_all, origin);
    const std::uint16_t port = port_of(pattern.scheme_or_all);
    return equals_ignoring_case(pattern.scheme_or_all, page.scheme) &&
           // No port in the list is the scheme's own: an origin has one port.
           (pattern.host->has_port() || split_host(page.host).port.value_or(port) == port) &&
           pattern.host->matches(split_host(page.host), port);
  });
}

bool OriginPolicy::allows(const Request& request) const noexcept {
  const auto origin = origin_of(request);
  if (!origin) {
    const std::string_view site = request.header("Sec-Fetch-Site");
    return !equals_ignoring_case(site, "cross-site") && !equals_ignoring_case(site, "same-site");
  }
  // Which of two would count is nobody's to guess.
  bool first = true;
  for (const HeaderField field : request.headers()) {
    if (equals_ignoring_case(field.name, "Origin") && !std::exchange(first, false)) return false;
  }
  return is_of_this_site(*origin, request) || lists(*origin);
}

}  // namespace internal

bool check_origin(const Request& request, const Settings& settings) {
  return internal::OriginPolicy(settings.origins).allows(request);
}

}  // namespace eddy::inline v0::web
