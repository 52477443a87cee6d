// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

/// Which variables {% set %} and {% for %} are about. All are views into the text that is given.
namespace eddy::inline v0::template_compiler {

struct SetDirective {
  enum class Kind {
    assign,   // x = value; a, b = value
    change,   // x += value, ++x
    declare,  // int x = value
    other,    // row.count = value, f(x)
  };
  Kind kind = Kind::other;
  std::vector<std::string_view> names;
  std::string_view value;  // behind the '=' of an assignment or a declaration
  bool has_value = false;
};

SetDirective set_directive(std::string_view text);

struct ForDirective {
  std::vector<std::string_view> names;
  std::string_view target;  // before `in`; empty in a for of C++
  std::string_view range;   // behind it
  bool plain = false;       // the target is names without a type
  bool classic = false;     // for (init; condition; step), whose variable is the loop's own
};

/// None where it is neither `x in xs` nor what a for of C++ has in its brackets.
std::optional<ForDirective> for_directive(std::string_view head);

}  // namespace eddy::inline v0::template_compiler
