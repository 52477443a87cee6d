// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/internal/path_pattern.h>

namespace eddy::inline v0::web::internal {

/// `route 'story' (/story/(\d+))`, as every message about it begins.
[[nodiscard]] std::string describe(const RouteDefinition& definition);

/// The routes of an application: which one a path belongs to. The first that was added and matches
/// wins, as in Tornado; literal ones are found by one look into a table nevertheless.
class Router {
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

  Entry* same_template(const RouteDefinition& definition, const PathPattern& pattern) noexcept;
  void index(const Entry& entry);

  // Not moved once they are here: requests that wait look at them.
  std::vector<std::unique_ptr<Entry>> entries_;
  // Those that are no literals, in order.
  std::vector<const Entry*> patterns_;
  std::unordered_map<std::string, const Entry*, Hash, std::equal_to<>> literals_;
};

}  // namespace eddy::inline v0::web::internal
