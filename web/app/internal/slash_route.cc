// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/slash_route.h>

#include <algorithm>
#include <stdexcept>

#include <eddy/web/app/internal/path_pattern.h>
#include <eddy/web/app/internal/router.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web::internal {

namespace {

[[noreturn]] void refuse(const RouteDefinition& definition, const char* what) {
  throw std::invalid_argument(describe(definition) + ": redirect_slash: " + what);
}

// The pattern with a slash at its end, or without the one that it has.
std::string toggled(const RouteDefinition& definition) {
  std::string_view pattern = definition.pattern;
  const bool anchored =
      definition.is_regex && pattern.ends_with('$') && !PathPattern::ends_escaped(pattern);
  if (anchored) pattern.remove_suffix(1);
  const bool alternatives = definition.is_regex && pattern.find('|') != std::string_view::npos;
  if (!pattern.ends_with('/')) {
    if (!alternatives) return std::string(pattern).append("/");
    if (pattern.starts_with('^')) pattern.remove_prefix(1);
    return std::string("(?:").append(pattern).append(")/");
  }
  if (alternatives) refuse(definition, "the slash is not that of all alternatives");
  // A slash may have a backslash of its own.
  const bool escaped = definition.is_regex && PathPattern::ends_escaped(pattern);
  pattern.remove_suffix(escaped ? 2 : 1);
  if (pattern.empty() || pattern == "^") refuse(definition, "there is no path without the slash");
  return std::string(pattern);
}

void redirect(void* /*target*/, Exchange& exchange, PathParts& /*parts*/) {
  const Request& request = exchange.request();
  if (request.method() != Method::get && request.method() != Method::head) throw HttpError(404);
  std::string url(request.path());
  if (url.ends_with('/')) {
    url.pop_back();
  } else {
    url += '/';
  }
  // "//host" would lead to another one.
  const std::size_t rest = std::min(url.find_first_not_of("/\\"), url.size());
  if (rest > 1) url.erase(1, rest - 1);
  if (!request.query().empty()) url.append("?").append(request.query());
  exchange.response().status = 301;
  exchange.response().headers.set("Location", url);
  exchange.finish();
}

}  // namespace

RouteDefinition slash_route(const RouteDefinition& definition) {
  RouteDefinition route;
  route.pattern = toggled(definition);
  route.is_regex = definition.is_regex;
  route.handler = "redirect_slash";
  route.matchers = definition.matchers;
  for (const RouteMatcher& matcher : route.matchers) {
    route.owned.push_back(definition.keeper_of(matcher.target));
  }
  MethodEntry entry;
  entry.invoke = &redirect;
  entry.check_xsrf = false;
  route.answer_all(entry);
  return route;
}

}  // namespace eddy::inline v0::web::internal
