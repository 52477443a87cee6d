// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/internal/method_table.h>

namespace eddy::inline v0::web::internal {

/// A compiled pattern of paths: a literal where it has no groups and nothing to vary; text between
/// parts where each part ends at a slash; else a PCRE2 program with JIT code. It matches the whole
/// path or nothing. May be used by several threads.
class EDDY_API PathPattern {
 public:
  enum class Result { no_match, match, gave_up };

  /// From a path with {name} for one part of it and {name...} for all of the rest. Throws
  /// std::invalid_argument saying what is wrong with it.
  static PathPattern from_template(std::string_view text);
  /// From a regular expression of PCRE2. A pattern without special characters is a literal.
  static PathPattern from_regex(std::string_view text);

  /// A character that a regular expression takes for itself only behind a backslash.
  [[nodiscard]] static bool is_special(char c) noexcept;
  /// The regular expression that matches just this text.
  [[nodiscard]] static std::string escaped(std::string_view text);
  /// Whether a regular expression's last character stands behind a backslash that is for it.
  [[nodiscard]] static bool ends_escaped(std::string_view regex) noexcept;

  PathPattern(PathPattern&&) noexcept;
  PathPattern& operator=(PathPattern&&) noexcept;
  ~PathPattern();

  /// It matches one path only, which is prefix().
  [[nodiscard]] bool is_literal() const noexcept { return kind_ == Kind::literal; }
  /// What every path that it matches begins with.
  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }
  [[nodiscard]] std::size_t groups() const noexcept { return groups_; }
  /// The group of that name, counted from 0.
  [[nodiscard]] std::optional<std::size_t> group_of(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < group_names_.size(); ++i) {
      if (!name.empty() && group_names_[i] == name) return i;
    }
    return std::nullopt;
  }
  /// The same for literals, templates and equal expressions that match the same paths, whatever
  /// templates call the parts.
  [[nodiscard]] const std::string& shape() const noexcept { return shape_; }

  /// Fills `parts` with views of `path`. gave_up: a limit of time or memory was reached.
  [[nodiscard]] Result match(std::string_view path, PathParts& parts) const noexcept;

 private:
  class Program;
  enum class Kind : unsigned char { literal, parts, program };

  PathPattern() noexcept;
  void compile(const std::string& regex);
  void set_groups(std::size_t count);
  [[nodiscard]] bool match_parts(std::string_view path, PathParts& parts) const noexcept;

  Kind kind_ = Kind::literal;
  /// The last part takes all that follows.
  bool takes_rest_ = false;
  std::string prefix_;
  /// Of Kind::parts: what stands behind each of them. It begins with a slash, or is the empty end.
  std::vector<std::string> behind_;
  std::string shape_;
  /// Of the groups, in order; "" for one without a name.
  std::vector<std::string> group_names_;
  std::size_t groups_ = 0;
  std::unique_ptr<Program> program_;
};

}  // namespace eddy::inline v0::web::internal
