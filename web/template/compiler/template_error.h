// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace eddy::inline v0::template_compiler {

/// What is wrong with a template, and where: "page.html:7: message", as compilers say it.
class TemplateError : public std::runtime_error {
 public:
  TemplateError(std::string_view file, int line, std::string_view message)
      : std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " +
                           std::string(message)),
        line_(line) {}

  /// From 1.
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  int line_;
};

}  // namespace eddy::inline v0::template_compiler
