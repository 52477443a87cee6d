// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/internal/path_pattern.h>
#include <eddy/web/app/internal/reverse_path.h>
#include <eddy/web/app/internal/route_index.h>
#include <eddy/web/http/request.h>

namespace eddy::inline v0::web::internal {

/// A route of a Router. Not moved once it is there: requests that wait look at it.
struct RouteEntry {
  RouteDefinition definition;
  PathPattern pattern;
  /// The next one of its Router for the same path.
  RouteEntry* next = nullptr;
};

/// A table by text.
template <class Value>
class TextTable {
 public:
  /// Null if there is none.
  [[nodiscard]] const Value* find(std::string_view text) const noexcept {
    const auto found = map_.find(text);
    return found == map_.end() ? nullptr : &found->second;
  }
  /// Nothing happens where there is one already.
  void add(std::string text, Value value) { map_.try_emplace(std::move(text), std::move(value)); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, Value, Hash, std::equal_to<>> map_;
};

/// The routes that have names, whichever Router they are in.
using RouteNames = TextTable<const RouteEntry*>;

/// `route 'story' (/story/(\d+))`, as messages about it begin.
[[nodiscard]] std::string describe(const RouteDefinition& definition);
/// A method takes all groups of its route, or none, and there is one. Throws std::invalid_argument
/// naming the route, the method and both counts.
void check_counts(const RouteDefinition& definition, std::size_t groups);
/// What answers the request's method; null for none.
[[nodiscard]] const MethodEntry* find_method(const RouteDefinition& route,
                                             const Request& request) noexcept;
/// For Allow: the methods of a route that was found, and of those for the same path behind it that
/// accept the request. Throws what a matcher throws.
[[nodiscard]] std::string allowed_methods(const RouteEntry& found, const Request& request);
/// The pattern of a route below a literal path.
[[nodiscard]] std::string mounted(std::string_view prefix, const RouteDefinition& definition);
/// The route's path with these values in it; see reverse_path.h. Throws as those do, and
/// std::invalid_argument for another number of them than the pattern has groups, naming the route.
[[nodiscard]] std::string reverse(const RouteEntry& route, UrlArguments arguments);

/// Routes, and which one a request is for by its path and their matchers. The first that was added
/// and matches wins, as in Tornado, but leaves a method that it lacks to those behind it of the
/// same path. Literal ones are found by one look into a table nevertheless, and of others only
/// those are tried that begin as the path does.
class EDDY_API Router {
 public:
  enum class Result { no_match, match, gave_up };
  struct Found {
    Result result = Result::no_match;
    const RouteEntry* route = nullptr;
  };

  explicit Router(RouteNames& names) noexcept : names_(names) {}

  /// Checks and compiles a route, with the one that redirects to it where it has one: both are
  /// added, or none. A function is added to the route of the same template, if there is one, unless
  /// another one that has its method comes between. Throws std::invalid_argument naming the
  /// route, what is wrong, and for a count of groups that does not fit also the handler and both
  /// counts.
  void add(RouteDefinition definition);

  /// Parts are views of the request's path, not decoded. Where none of a path has the method it is
  /// the first. Throws what a matcher throws.
  [[nodiscard]] Found find(const Request& request, PathParts& parts) const;
  /// The first by the path alone, as if every matcher accepted.
  [[nodiscard]] Found find(std::string_view path, PathParts& parts) const;

 private:
  [[nodiscard]] Found find(std::string_view path, const Request* request, PathParts& parts) const;
  /// The first of the patterns that matches; `request` null: whatever their matchers say.
  [[nodiscard]] Found find_pattern(std::string_view path, const Request* request,
                                   PathParts& parts) const;
  [[nodiscard]] RouteEntry compiled(RouteDefinition definition) const;
  void put(RouteEntry made);
  void put_redirect(RouteEntry made);
  RouteEntry& keep(RouteEntry made);
  void check_name(const RouteDefinition& definition) const;
  void merge(RouteEntry& same, RouteDefinition& definition);
  void index(std::uint32_t place);

  std::vector<std::unique_ptr<RouteEntry>> entries_;
  // By what they begin with and by their place among the entries: those that are no literals, and
  // literals before which something else may have to be asked.
  RouteIndex patterns_;
  TextTable<const RouteEntry*> literals_;
  // The first one of each path, by its shape.
  TextTable<RouteEntry*> paths_;
  RouteNames& names_;
};

}  // namespace eddy::inline v0::web::internal
