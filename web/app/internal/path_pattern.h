// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/app/internal/method_table.h>

namespace eddy::inline v0::web::internal {

/// A compiled pattern of paths: a literal where it has no groups and nothing to vary, else a PCRE2
/// program with JIT code. It matches the whole path or nothing. May be used by several threads.
class PathPattern {
 public:
  enum class Result { no_match, match, gave_up };

  /// From a path with {name} for one part of it and {name...} for all of the rest. Throws
  /// std::invalid_argument saying what is wrong with it.
  static PathPattern from_template(std::string_view text);
  /// From a regular expression of PCRE2. A pattern without special characters is a literal.
  static PathPattern from_regex(std::string_view text);

  PathPattern(PathPattern&&) noexcept;
  PathPattern& operator=(PathPattern&&) noexcept;
  ~PathPattern();

  [[nodiscard]] bool is_literal() const noexcept { return program_ == nullptr; }
  /// The path that a literal matches.
  [[nodiscard]] const std::string& literal() const noexcept { return literal_; }
  [[nodiscard]] std::size_t groups() const noexcept { return groups_; }
  /// Of the groups, in order; "" for one without a name.
  [[nodiscard]] const std::vector<std::string>& group_names() const noexcept {
    return group_names_;
  }
  /// The same for templates that match the same paths, whatever they call the parts.
  [[nodiscard]] const std::string& shape() const noexcept { return shape_; }

  /// Fills `parts` with views of `path`. gave_up: the match limit was reached.
  [[nodiscard]] Result match(std::string_view path, PathParts& parts) const noexcept;

 private:
  class Program;

  PathPattern() noexcept;
  void compile(const std::string& regex);

  std::string literal_;
  /// What every match begins with: cheaper to compare than to run the program.
  std::string prefix_;
  std::string shape_;
  std::vector<std::string> group_names_;
  std::size_t groups_ = 0;
  std::unique_ptr<Program> program_;
};

}  // namespace eddy::inline v0::web::internal
