// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/router.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <eddy/web/app/internal/further_methods.h>
#include <eddy/web/app/internal/slash_route.h>

namespace eddy::inline v0::web::internal {

std::string describe(const RouteDefinition& definition) {
  std::string text = "route ";
  if (!definition.name.empty()) text += "'" + definition.name + "' ";
  return text + "(" + definition.pattern + ")";
}

namespace {

// `route (/story/(\d+)) of Story`, where a class answers it.
std::string describe_whole(const RouteDefinition& definition) {
  const std::string text = describe(definition);
  return definition.handler.empty() ? text : text + " of " + definition.handler;
}

std::string method_name(MethodName name, const RouteDefinition& definition) {
  if (definition.handler.empty()) return "its function for " + std::string(name.text());
  if (name.method() == Method::other) {
    return definition.handler + "'s member for " + std::string(name.text());
  }
  constexpr const char* kMembers[] = {"get", "head", "post", "put", "patch", "del", "options"};
  return definition.handler + "::" + kMembers[static_cast<int>(name.method())] + "()";
}

std::string count_of(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

PathPattern compile(const RouteDefinition& definition) {
  try {
    return definition.is_regex ? PathPattern::from_regex(definition.pattern)
                               : PathPattern::from_template(definition.pattern);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(describe_whole(definition) +
                                ": the pattern is malformed: " + error.what());
  }
}

}  // namespace

void check_counts(const RouteDefinition& definition, std::size_t groups) {
  bool any = false;
  visit_methods(definition, [&](MethodName name, const MethodEntry& entry) {
    any = true;
    if (entry.arity == 0 || entry.arity == groups) return;
    throw std::invalid_argument(
        describe(definition) + ": the pattern has " + count_of(groups, "group") + ", but " +
        method_name(name, definition) + " takes " + count_of(entry.arity, "parameter"));
  });
  if (!any) {
    throw std::invalid_argument(describe(definition) + ": " + definition.handler +
                                " has none of get, head, post, put, patch, del and options");
  }
}

namespace {

bool accepts(const RouteDefinition& route, const Request& request) {
  for (const RouteMatcher& matcher : route.matchers) {
    if (!matcher.accepts(matcher.target, request)) return false;
  }
  return true;
}

const MethodEntry* find_method(const RouteDefinition& route, MethodName name) noexcept {
  if (name.method() == Method::other) {
    return route.further() != nullptr ? route.further()->find(name.text()) : nullptr;
  }
  const MethodEntry& entry = route.methods[static_cast<std::size_t>(name.method())];
  return entry.invoke != nullptr ? &entry : nullptr;
}

bool answers(const RouteDefinition& route, MethodName name) noexcept {
  return find_method(route, name) != nullptr;
}

// Of `found` and those behind it for the same path the one that has the method; `found` if none
// has. What is for HEAD alone goes before what answers it by GET.
const RouteEntry& by_method(const RouteEntry& found, const Request& request) {
  const RouteEntry* by_get = nullptr;
  for (const RouteEntry* entry = &found; entry != nullptr; entry = entry->next) {
    const RouteDefinition& route = entry->definition;
    if (find_method(route, request) == nullptr) continue;
    const bool gets = request.method() == Method::head && answers(route, Method::get);
    if (gets && by_get != nullptr) continue;
    if (entry != &found && !accepts(route, request)) continue;
    if (!gets || answers(route, Method::head)) return *entry;
    by_get = entry;
  }
  return by_get != nullptr ? *by_get : found;
}

// A handler class has hooks of its own, so that only functions can be one route.
bool may_merge(const RouteDefinition& route) noexcept {
  return !route.is_regex && route.handler.empty() && route.matchers.empty();
}

// The route that a function for the same path is added to; null if it is one of its own.
RouteEntry* find_merging(RouteEntry* first, const RouteDefinition& function) {
  RouteEntry* same = nullptr;
  for (RouteEntry* entry = first; entry != nullptr; entry = entry->next) {
    bool has = false;
    visit_methods(function, [&](MethodName name, const MethodEntry& /*entry*/) {
      has = has || answers(entry->definition, name);
    });
    if (may_merge(entry->definition)) {
      same = entry;
      if (has) return same;
    } else if (has) {
      same = nullptr;  // before which the function would come
    }
  }
  return same;
}

}  // namespace

const MethodEntry* find_method(const RouteDefinition& route, const Request& request) noexcept {
  const Method method = request.method();
  if (method == Method::other) {
    // CONNECT has no path that a route could be for.
    if (request.target_form() == TargetForm::authority) return nullptr;
    return find_method(route, MethodName(request.method_text()));
  }
  const MethodEntry* const entry = find_method(route, MethodName(method));
  const bool by_get = entry == nullptr && method == Method::head;
  return by_get ? find_method(route, MethodName(Method::get)) : entry;
}

std::string allowed_methods(const RouteEntry& found, const Request& request) {
  std::array<bool, static_cast<std::size_t>(kMethodCount)> named{};
  const auto has = [&named](Method method) -> bool& {
    return named[static_cast<std::size_t>(method)];
  };
  std::vector<std::string_view> further;
  for (const RouteEntry* entry = &found; entry != nullptr; entry = entry->next) {
    if (entry != &found && !accepts(entry->definition, request)) continue;
    visit_methods(entry->definition, [&](MethodName name, const MethodEntry& /*entry*/) {
      if (name.method() != Method::other) {
        has(name.method()) = true;
      } else if (std::find(further.begin(), further.end(), name.text()) == further.end()) {
        further.push_back(name.text());
      }
    });
  }
  // HEAD goes with GET, and OPTIONS is answered in any case.
  has(Method::head) |= has(Method::get);
  has(Method::options) = true;
  std::string allow;
  const auto add = [&allow](std::string_view name) {
    if (!allow.empty()) allow += ", ";
    allow += name;
  };
  for (int i = 0; i < kMethodCount; ++i) {
    if (has(static_cast<Method>(i))) add(to_string(static_cast<Method>(i)));
  }
  for (const std::string_view name : further) add(name);
  return allow;
}

std::string mounted(std::string_view prefix, const RouteDefinition& definition) {
  if (!definition.is_regex) return std::string(prefix) + definition.pattern;
  std::string pattern = PathPattern::escaped(prefix);
  std::string_view rest = definition.pattern;
  if (rest.starts_with('^')) rest.remove_prefix(1);
  const bool alternatives = rest.find('|') != std::string_view::npos;
  return alternatives ? pattern.append("(?:").append(rest).append(")") : pattern.append(rest);
}

std::string reverse(const RouteEntry& route, UrlArguments arguments) {
  const RouteDefinition& definition = route.definition;
  if (arguments.size() != route.pattern.groups()) {
    throw std::invalid_argument(
        describe(definition) + ": the pattern has " + count_of(route.pattern.groups(), "group") +
        ", but reverse_url() was given " + count_of(arguments.size(), "argument"));
  }
  try {
    return definition.is_regex ? reverse_regex(definition.pattern, arguments)
                               : reverse_template(definition.pattern, arguments);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(describe(definition) + ": " + error.what());
  } catch (const std::logic_error& error) {
    throw std::logic_error(describe(definition) +
                           ": no URL can be made of the pattern: " + error.what());
  }
}

void Router::add(RouteDefinition definition) {
  RouteEntry entry = compiled(std::move(definition));
  if (!entry.definition.redirect_slash) return put(std::move(entry));
  // What may be wrong with either is found before there is one of them.
  RouteEntry redirect = compiled(slash_route(entry.definition));
  put(std::move(entry));
  put_redirect(std::move(redirect));
}

RouteEntry Router::compiled(RouteDefinition definition) const {
  PathPattern pattern = compile(definition);
  check_counts(definition, pattern.groups());
  check_name(definition);
  return {std::move(definition), std::move(pattern)};
}

void Router::put(RouteEntry made) {
  RouteEntry* const* const known = paths_.find(made.pattern.shape());
  RouteEntry* const first = known != nullptr ? *known : nullptr;
  if (may_merge(made.definition)) {
    RouteEntry* const same = find_merging(first, made.definition);
    if (same != nullptr) return merge(*same, made.definition);
  }
  RouteEntry& entry = keep(std::move(made));
  if (first == nullptr) {
    paths_.add(entry.pattern.shape(), &entry);
  } else {
    RouteEntry* last = first;
    while (last->next != nullptr) last = last->next;
    last->next = &entry;
  }
  if (!entry.definition.name.empty()) names_.add(entry.definition.name, &entry);
}

// It answers every method, and takes none from a route of its path that is there already.
void Router::put_redirect(RouteEntry made) {
  const bool alone = paths_.find(made.pattern.shape()) == nullptr;
  RouteEntry& entry = keep(std::move(made));
  if (alone) paths_.add(entry.pattern.shape(), &entry);
}

RouteEntry& Router::keep(RouteEntry made) {
  entries_.push_back(std::make_unique<RouteEntry>(std::move(made)));
  index(static_cast<std::uint32_t>(entries_.size() - 1));
  return *entries_.back();
}

void Router::check_name(const RouteDefinition& definition) const {
  if (definition.name.empty()) return;
  const RouteEntry* const* taken = names_.find(definition.name);
  if (taken == nullptr) return;
  throw std::invalid_argument(describe_whole(definition) +
                              ": there is a route of that name already, " +
                              describe_whole((*taken)->definition));
}

// The functions for one path are one route.
void Router::merge(RouteEntry& same, RouteDefinition& definition) {
  visit_methods(definition, [&](MethodName name, const MethodEntry& entry) {
    // A function whose owner is dead gives its place to the next owner's.
    MethodEntry& there = same.definition.at(name);
    if (there.invoke != nullptr && there.owner.alive()) {
      throw std::invalid_argument(describe(definition) + ": there is a function for " +
                                  std::string(name.text()) +
                                  " of that path already; take one of the two away, or give one a "
                                  "matcher (Route::when) and add it first");
    }
    if (there.invoke != nullptr) {
      // Requests that are with it keep it.
      std::erase(same.definition.owned, same.definition.keeper_of(there.target));
    }
    there = entry;
  });
  for (auto& owned : definition.owned) same.definition.owned.push_back(std::move(owned));
  if (definition.name.empty()) return;
  names_.add(definition.name, &same);
  if (same.definition.name.empty()) same.definition.name = std::move(definition.name);
}

void Router::index(std::uint32_t place) {
  const RouteEntry& entry = *entries_[place];
  const std::string& prefix = entry.pattern.prefix();
  if (!entry.pattern.is_literal()) return patterns_.add(prefix, place);
  // Where an earlier route has this very path it goes on winning, and knows of this one.
  PathParts parts;
  const Found earlier = find(prefix, nullptr, parts);
  const bool hidden =
      earlier.result != Result::no_match && earlier.route->definition.matchers.empty();
  if (hidden) return;
  if (earlier.result == Result::no_match && entry.definition.matchers.empty()) {
    literals_.add(prefix, &entry);
  } else {
    patterns_.add(prefix, place);
  }
}

Router::Found Router::find(const Request& request, PathParts& parts) const {
  return find(request.path(), &request, parts);
}

Router::Found Router::find(std::string_view path, PathParts& parts) const {
  return find(path, nullptr, parts);
}

Router::Found Router::find(std::string_view path, const Request* request, PathParts& parts) const {
  parts.count = 0;
  const RouteEntry* const* const literal = literals_.find(path);
  Found found =
      literal != nullptr ? Found{Result::match, *literal} : find_pattern(path, request, parts);
  if (request != nullptr && found.result == Result::match) {
    found.route = &by_method(*found.route, *request);
  }
  return found;
}

Router::Found Router::find_pattern(std::string_view path, const Request* request,
                                   PathParts& parts) const {
  const RouteIndex::Candidates candidates(patterns_, path);
  for (std::uint32_t place = candidates.next(0); place != RouteIndex::kEnd;
       place = candidates.next(place + 1)) {
    const RouteEntry& entry = *entries_[place];
    const PathPattern::Result result = entry.pattern.match(path, parts);
    if (result == PathPattern::Result::no_match) continue;
    if (request != nullptr && !accepts(entry.definition, *request)) continue;
    return {result == PathPattern::Result::match ? Result::match : Result::gave_up, &entry};
  }
  parts.count = 0;
  return {};
}

}  // namespace eddy::inline v0::web::internal
