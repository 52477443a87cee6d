// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/cpp_writer.h>

#include <utility>

namespace eddy::inline v0::template_compiler {

namespace {

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?'; }

// Always three digits, so that a digit behind it stays one.
void append_octal(std::string& result, unsigned char c) {
  result += '\\';
  for (int shift = 6; shift >= 0; shift -= 3) {
    result += static_cast<char>('0' + ((c >> shift) & 7));
  }
}

// `next_line` comes behind a line end that has text behind it.
std::string literal(std::string_view text, std::string_view next_line) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if (c == '\n') {
      result += "\\n";
      if (i + 1 < text.size()) result += next_line;
    } else if (is_plain(c)) {
      result += c;
    } else if (c == '"' || c == '\\' || c == '?') {
      (result += '\\') += c;
    } else {
      append_octal(result, static_cast<unsigned char>(c));
    }
  }
  return result += '"';
}

}  // namespace

std::string cpp_string(std::string_view text) { return literal(text, "\"\n\""); }

void CppWriter::at(const Template& file, int line) {
  std::string place = "#line " + std::to_string(line) + " " + literal(file.path, "") + "\n";
  if (placed_ && place == place_) return;
  place_ = std::move(place);
  text_ += place_;
  placed_ = true;
}

// Without its #line each line would count one on from the last.
void CppWriter::line(std::string_view text) {
  if (!placed_) text_ += place_;
  (text_ += text) += '\n';
  placed_ = false;
}

void CppWriter::code(const Template& file, const Code& code, std::string_view before,
                     std::string_view after) {
  // Farther to the right a caret helps nobody, and a page that is one long line would be mostly
  // blanks.
  constexpr int kLastColumn = 500;
  const int blanks = code.place.column <= kLastColumn ? code.place.column - 1 : 0;
  at(file, code.place.line);
  if (!before.empty()) line(before);
  line(std::string(static_cast<std::size_t>(blanks), ' ') + code.text);
  line(after);
}

}  // namespace eddy::inline v0::template_compiler
