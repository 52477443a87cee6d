// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eddy::inline v0::template_compiler {

/// What becomes of the blanks in a template's text; those in text with `<pre>` stay.
enum class Whitespace {
  all,     // they stay
  single,  // blanks and tabs in a row become one blank, and any with a line end among them one line
           // end
  oneline,  // all in a row become one blank
};

/// None for what is no mode's name.
std::optional<Whitespace> whitespace_named(std::string_view name);
/// `single` for .html and .js, else `all`.
Whitespace whitespace_of_file(std::string_view file);
std::string filtered(std::string_view text, Whitespace mode);

}  // namespace eddy::inline v0::template_compiler
