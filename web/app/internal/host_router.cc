// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/host_router.h>

#include <stdexcept>
#include <utility>

#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web::internal {

Router& HostRouter::add_host(std::string_view pattern) try {
  auto host = std::make_unique<Host>(Host{PathPattern::from_regex(pattern), Router(names_)});
  hosts_.reserve(hosts_.size() + 1);
  index_.add(host->pattern.prefix(), static_cast<std::uint32_t>(hosts_.size()));
  return hosts_.emplace_back(std::move(host))->router;
} catch (const std::invalid_argument& error) {
  throw std::invalid_argument("host (" + std::string(pattern) +
                              "): the pattern is malformed: " + error.what());
}

void HostRouter::set_default_host(std::string_view host) {
  default_host_ = host;
  for (char& c : default_host_) c = to_lower(c);
}

void HostRouter::set_fallback(RouteDefinition definition) {
  check_counts(definition, 0);
  fallbacks_.push_back(std::make_unique<RouteEntry>(
      RouteEntry{std::move(definition), PathPattern::from_regex(".*")}));
}

Router::Found HostRouter::find(const Request& request, PathParts& parts) const {
  using Result = Router::Result;
  if (!hosts_.empty()) {
    const Router::Found found = find_by_host(request.host_name(), request, parts);
    if (found.result != Result::no_match) return found;
  }
  Router::Found found = everywhere_.find(request, parts);
  // Whom a proxy speaks for has named a host that the proxy knows; as in Tornado.
  const bool by_default = found.result == Result::no_match && !default_host_.empty() &&
                          !request.headers().contains("X-Real-Ip");
  if (by_default) found = find_by_host(default_host_, request, parts);
  if (found.result == Result::no_match && !fallbacks_.empty()) {
    parts.count = 0;
    return {Result::match, fallbacks_.back().get()};
  }
  return found;
}

Router::Found HostRouter::find_by_host(std::string_view host, const Request& request,
                                       PathParts& parts) const {
  const RouteIndex::Candidates candidates(index_, host);
  for (std::uint32_t place = candidates.next(0); place != RouteIndex::kEnd;
       place = candidates.next(place + 1)) {
    PathParts host_parts;
    const Host& entry = *hosts_[place];
    const PathPattern::Result result = entry.pattern.match(host, host_parts);
    // Not to be passed over: the routes behind may be for fewer eyes.
    if (result == PathPattern::Result::gave_up) return {Router::Result::gave_up, nullptr};
    if (result == PathPattern::Result::no_match) continue;
    const Router::Found found = entry.router.find(request, parts);
    if (found.result != Router::Result::no_match) return found;
  }
  return {};
}

std::string HostRouter::reverse_url(std::string_view name, UrlArguments arguments) const {
  const RouteEntry* const* route = names_.find(name);
  if (route == nullptr) {
    throw std::out_of_range("reverse_url: no route has the name '" + std::string(name) + "'");
  }
  return reverse(**route, arguments);
}

}  // namespace eddy::inline v0::web::internal
