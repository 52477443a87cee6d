// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/whitespace.h>

#include <eddy/web/template/compiler/lexer.h>

namespace eddy::inline v0::template_compiler {

std::optional<Whitespace> whitespace_named(std::string_view name) {
  if (name == "all") return Whitespace::all;
  if (name == "single") return Whitespace::single;
  if (name == "oneline") return Whitespace::oneline;
  return std::nullopt;
}

Whitespace whitespace_of_file(std::string_view file) {
  return file.ends_with(".html") || file.ends_with(".js") ? Whitespace::single : Whitespace::all;
}

std::string filtered(std::string_view text, Whitespace mode) {
  if (mode == Whitespace::all || text.find("<pre>") != std::string_view::npos) {
    return std::string(text);
  }
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    bool line_end = false;
    bool other = false;  // blanks that `single` only touches beside a line end: \r, \v, \f
    for (; i < text.size() && is_blank(text[i]); i++) {
      line_end |= text[i] == '\n';
      other |= text[i] != ' ' && text[i] != '\t' && text[i] != '\n';
    }
    if (i == begin) {
      result += text[i++];
    } else if (mode == Whitespace::oneline || (!line_end && !other)) {
      result += ' ';
    } else if (line_end) {
      result += '\n';
    } else {
      // Runs of blanks and tabs between them become one blank each.
      for (std::size_t k = begin; k < i; k++) {
        const bool blank = text[k] == ' ' || text[k] == '\t';
        const bool again = k > begin && (text[k - 1] == ' ' || text[k - 1] == '\t');
        if (!blank) result += text[k];
        if (blank && !again) result += ' ';
      }
    }
  }
  return result;
}

}  // namespace eddy::inline v0::template_compiler
