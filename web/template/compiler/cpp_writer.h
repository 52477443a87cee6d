// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include <eddy/web/template/compiler/tree.h>

namespace eddy::inline v0::template_compiler {

/// Writes C++ in which every statement says by #line where in a template it comes from.
class CppWriter {
 public:
  /// What is written from now on comes from that line of that file.
  void at(const Template& file, int line);
  /// One line as it is.
  void line(std::string_view text);
  /// `before`, the template's code in the columns where it stands in the template, and `after`; all
  /// on its lines.
  void code(const Template& file, const Code& code, std::string_view before,
            std::string_view after);
  void append(const CppWriter& other) { text_ += other.text_; }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string place_;    // the #line that holds
  bool placed_ = false;  // whether it was written just now
};

/// The text as a literal of C++, on several lines where it has several.
std::string cpp_string(std::string_view text);

}  // namespace eddy::inline v0::template_compiler
