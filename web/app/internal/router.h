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
#include <eddy/web/app/internal/route_index.h>

namespace eddy::inline v0::web::internal {

/// `route 'story' (/story/(\d+))`, as every message about it begins.
[[nodiscard]] std::string describe(const RouteDefinition& definition);

/// The routes of an application: which one a path belongs to. The first that was added and matches
/// wins, as in Tornado. Literal ones are found by one look into a table nevertheless, and of others
/// only those are tried that begin as the path does.
class EDDY_API Router {
 public:
  enum class Result { no_match, match, gave_up };
  struct Found {
    Result result = Result::no_match;
    const RouteDefinition* route = nullptr;
  };

  /// Checks and compiles a route. A function is added to the route of the same template, if there
  /// is one. Throws std::invalid_argument naming the route, what is wrong, and for a count of
  /// groups that does not fit also the handler and both counts.
  void add(RouteDefinition definition);

  /// Parts are views of `path`, not decoded.
  [[nodiscard]] Found find(std::string_view path, PathParts& parts) const noexcept;

 private:
  struct Entry {
    RouteDefinition definition;
    PathPattern pattern;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };

  template <class Value>
  using Table = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  /// The first of the patterns that matches.
  [[nodiscard]] Found find_pattern(std::string_view path, PathParts& parts) const noexcept;
  void check_name(const RouteDefinition& definition) const;
  void merge(Entry& same, RouteDefinition& definition);
  void index(std::uint32_t place);

  // Not moved once they are here: requests that wait look at them.
  std::vector<std::unique_ptr<Entry>> entries_;
  // Those that are no literals, by what they begin with and by their place among the entries.
  RouteIndex patterns_;
  Table<const Entry*> literals_;
  Table<const Entry*> names_;
  // Templates of functions, by their shape.
  Table<Entry*> templates_;
};

}  // namespace eddy::inline v0::web::internal
