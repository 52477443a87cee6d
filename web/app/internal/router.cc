// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/router.h>

#include <stdexcept>
#include <utility>

namespace eddy::inline v0::web::internal {

std::string describe(const RouteDefinition& definition) {
  std::string text = "route ";
  if (!definition.name.empty()) text += "'" + definition.name + "' ";
  return text + "(" + definition.pattern + ")";
}

namespace {

std::string method_name(Method method, const RouteDefinition& definition) {
  if (definition.handler.empty()) return "its function for " + std::string(to_string(method));
  constexpr const char* kMembers[] = {"get", "head", "post", "put", "patch", "del", "options"};
  return definition.handler + "::" + kMembers[static_cast<int>(method)] + "()";
}

std::string count_of(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

PathPattern compile(const RouteDefinition& definition) {
  try {
    return definition.is_regex ? PathPattern::from_regex(definition.pattern)
                               : PathPattern::from_template(definition.pattern);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(describe(definition) +
                                ": the pattern is malformed: " + error.what());
  }
}

// A method takes all groups of its route, or none.
void check_counts(const RouteDefinition& definition, const PathPattern& pattern) {
  bool any = false;
  for (int i = 0; i < kMethodCount; ++i) {
    const MethodEntry& entry = definition.methods[static_cast<std::size_t>(i)];
    if (entry.invoke == nullptr) continue;
    any = true;
    if (entry.arity == 0 || entry.arity == pattern.groups()) continue;
    throw std::invalid_argument(describe(definition) + ": the pattern has " +
                                count_of(pattern.groups(), "group") + ", but " +
                                method_name(static_cast<Method>(i), definition) + " takes " +
                                count_of(entry.arity, "parameter"));
  }
  if (!any) {
    throw std::invalid_argument(describe(definition) + ": " + definition.handler +
                                " has none of get, head, post, put, patch, del and options");
  }
}

}  // namespace

void Router::add(RouteDefinition definition) {
  PathPattern pattern = compile(definition);
  check_counts(definition, pattern);
  check_name(definition);
  if (!definition.is_regex) {
    if (const auto same = templates_.find(pattern.shape()); same != templates_.end()) {
      return merge(*same->second, definition);
    }
  }
  entries_.push_back(std::make_unique<Entry>(Entry{std::move(definition), std::move(pattern)}));
  Entry& entry = *entries_.back();
  index(static_cast<std::uint32_t>(entries_.size() - 1));
  if (!entry.definition.is_regex) templates_.emplace(entry.pattern.shape(), &entry);
  if (!entry.definition.name.empty()) names_.emplace(entry.definition.name, &entry);
}

void Router::check_name(const RouteDefinition& definition) const {
  const auto taken = definition.name.empty() ? names_.end() : names_.find(definition.name);
  if (taken == names_.end()) return;
  throw std::invalid_argument(describe(definition) + ": there is a route of that name already, " +
                              describe(taken->second->definition));
}

// The functions for one path are one route.
void Router::merge(Entry& same, RouteDefinition& definition) {
  for (std::size_t i = 0; i < definition.methods.size(); ++i) {
    if (definition.methods[i].invoke == nullptr) continue;
    // A function whose owner is dead gives its place to the next owner's.
    const MethodEntry& there = same.definition.methods[i];
    if (there.invoke != nullptr && there.owner.alive()) {
      throw std::invalid_argument(describe(definition) + ": there is a function for " +
                                  std::string(to_string(static_cast<Method>(i))) +
                                  " of that path already");
    }
    same.definition.methods[i] = definition.methods[i];
  }
  for (auto& owned : definition.owned) same.definition.owned.push_back(std::move(owned));
  if (definition.name.empty()) return;
  names_.emplace(definition.name, &same);
  if (same.definition.name.empty()) same.definition.name = std::move(definition.name);
}

void Router::index(std::uint32_t place) {
  const PathPattern& pattern = entries_[place]->pattern;
  if (!pattern.is_literal()) return patterns_.add(pattern.prefix(), place);
  // Where an earlier pattern matches this very path it goes on winning.
  PathParts parts;
  if (find_pattern(pattern.prefix(), parts).result != Result::no_match) return;
  literals_.try_emplace(pattern.prefix(), entries_[place].get());
}

Router::Found Router::find(std::string_view path, PathParts& parts) const noexcept {
  parts.count = 0;
  if (const auto literal = literals_.find(path); literal != literals_.end()) {
    return {Result::match, &literal->second->definition};
  }
  return find_pattern(path, parts);
}

Router::Found Router::find_pattern(std::string_view path, PathParts& parts) const noexcept {
  const RouteIndex::Candidates candidates(patterns_, path);
  std::uint32_t place = candidates.next(0);
  while (place != RouteIndex::kEnd) {
    const Entry& entry = *entries_[place];
    switch (entry.pattern.match(path, parts)) {
      case PathPattern::Result::match:
        return {Result::match, &entry.definition};
      case PathPattern::Result::gave_up:
        return {Result::gave_up, &entry.definition};
      case PathPattern::Result::no_match:
        place = candidates.next(place + 1);
    }
  }
  return {};
}

}  // namespace eddy::inline v0::web::internal
