// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/stock_handlers.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <eddy/web/app/internal/further_methods.h>
#include <eddy/web/app/internal/path_pattern.h>
#include <eddy/web/app/internal/route_parts.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web {

namespace {

internal::RouteDefinition definition_of(std::string_view pattern, const char* handler) {
  internal::RouteDefinition definition;
  definition.pattern = pattern;
  definition.handler = handler;
  return definition;
}

Route route_of_all(internal::RouteDefinition definition, internal::MethodEntry entry,
                   std::shared_ptr<void> target, const RouteOptions& options) {
  entry.target = target.get();
  definition.answer_all(entry);
  definition.owned.push_back(std::move(target));
  internal::set_options(definition, options);
  return Route(std::move(definition));
}

[[noreturn]] void refuse(std::string_view url, const std::string& what) {
  throw std::invalid_argument("RedirectHandler (" + std::string(url) + "): " + what);
}

// Where a URL's path, query or fragment begins: what stands before it says where the request goes.
std::size_t begin_of_path(std::string_view url) noexcept {
  std::size_t begin = 0;
  if (url.starts_with("//")) {
    begin = 2;
  } else if (const std::size_t scheme = url.find("://");
             scheme != std::string_view::npos && scheme < url.find_first_of("/?#{")) {
    begin = scheme + 3;
  }
  return url.find_first_of("/?#", begin);
}

}  // namespace

RedirectHandler::RedirectHandler(std::string_view url, bool permanent) : permanent_(permanent) {
  const std::size_t path = begin_of_path(url);
  pieces_.emplace_back();
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    if (c <= ' ' || c >= 0x7f) refuse(url, "it has a character that no URL has");
    if (c != '{' && c != '}') {
      pieces_.back().text += c;
      continue;
    }
    if (i + 1 < url.size() && url[i + 1] == c) {
      pieces_.back().text += c;
      ++i;
      continue;
    }
    const std::size_t end = c == '{' ? url.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos || end == i + 1) refuse(url, "its braces do not fit");
    if (path == std::string_view::npos || i < path) {
      refuse(url, "a placeholder stands before its path, and so clients would choose the host");
    }
    Piece& piece = pieces_.back();
    const std::string_view name = url.substr(i + 1, end - i - 1);
    unsigned long long number = 0;
    if (internal::read_number(name, number) && number < internal::kMostGroups) {
      piece.group = static_cast<int>(number);
    } else {
      piece.name = name;
    }
    pieces_.emplace_back();
    i = end;
  }
}

std::string RedirectHandler::target(internal::Exchange& exchange) const {
  const internal::RouteParts parts(exchange);
  std::string url;
  for (const Piece& piece : pieces_) {
    url += piece.text;
    if (piece.group >= 0) url += parts[static_cast<std::size_t>(piece.group)];
  }
  // "//host", and "/\\host" as browsers read it, would lead to another host than is written here.
  if (!pieces_.front().text.starts_with("//") && url.starts_with('/')) {
    const std::size_t rest = std::min(url.find_first_not_of("/\\"), url.size());
    url.erase(1, rest - 1);
  }
  const std::string_view query = exchange.request().query();
  if (query.empty()) return url;
  const std::size_t fragment = std::min(url.find('#'), url.size());
  const bool more = url.find('?') < fragment;
  return url.insert(fragment, (more ? "&" : "?") + std::string(query));
}

void RedirectHandler::invoke(void* self, internal::Exchange& exchange,
                             internal::PathParts& /*parts*/) {
  const auto& handler = *static_cast<const RedirectHandler*>(self);
  exchange.response().status = handler.permanent_ ? 301 : 302;
  exchange.response().headers.set("Location", handler.target(exchange));
  exchange.finish();
}

Route route(std::string_view pattern, RedirectHandler handler, const RouteOptions& options) {
  internal::RouteDefinition definition = definition_of(pattern, "RedirectHandler");
  std::optional<internal::PathPattern> compiled;
  try {
    compiled = internal::PathPattern::from_regex(pattern);
  } catch (const std::invalid_argument&) {
    return Route(std::move(definition));  // refused, with the reason, where it is added
  }
  for (RedirectHandler::Piece& piece : handler.pieces_) {
    if (!piece.name.empty()) {
      const std::optional<std::size_t> group = compiled->group_of(piece.name);
      if (!group) refuse("{" + piece.name + "}", std::string(pattern) + " has no such group");
      piece.group = static_cast<int>(*group);
    }
    if (piece.group >= static_cast<int>(compiled->groups())) {
      refuse("{" + std::to_string(piece.group) + "}",
             std::string(pattern) + " has only " + std::to_string(compiled->groups()) + " groups");
    }
  }
  auto kept = std::make_shared<RedirectHandler>(std::move(handler));
  internal::MethodEntry& get = definition.methods[static_cast<std::size_t>(Method::get)];
  get.invoke = &RedirectHandler::invoke;
  get.target = kept.get();
  definition.owned.push_back(std::move(kept));
  internal::set_options(definition, options);
  return Route(std::move(definition));
}

ErrorHandler::ErrorHandler(int status) : status_(status) {
  if (status >= 400 && status <= 599) return;
  throw std::invalid_argument("ErrorHandler: " + std::to_string(status) + " is not of 400 to 599");
}

Route route(std::string_view pattern, ErrorHandler handler, const RouteOptions& options) {
  internal::MethodEntry entry;
  entry.check_xsrf = false;
  entry.invoke = [](void* status, internal::Exchange&, internal::PathParts&) {
    throw HttpError(*static_cast<const int*>(status));
  };
  return route_of_all(definition_of(pattern, "ErrorHandler"), entry,
                      std::make_shared<int>(handler.status_), options);
}

Route route(std::string_view pattern, FallbackHandler handler, const RouteOptions& options) {
  internal::MethodEntry entry;
  entry.streams_body = handler.streams_body_;
  entry.invoke = [](void* target, internal::Exchange& exchange, internal::PathParts&) {
    auto& service = *static_cast<internal::HttpService*>(target);
    exchange.hand_to(service);
    service.handle(exchange);
  };
  return route_of_all(definition_of(pattern, "FallbackHandler"), entry, std::move(handler.service_),
                      options);
}

}  // namespace eddy::inline v0::web
