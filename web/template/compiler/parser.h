// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string_view>

#include <eddy/web/template/compiler/tree.h>
#include <eddy/web/template/compiler/whitespace.h>

namespace eddy::inline v0::template_compiler {

/// What holds for a file before its own directives say otherwise.
struct ParseOptions {
  std::optional<std::string> autoescape = "xhtml_escape";
  std::optional<Whitespace> whitespace;  // none: by the file's extension
};

/// Parses one file; `path` is named in messages. Throws TemplateError.
Template parse_template(std::string_view source, std::string_view name, std::string_view path,
                        const ParseOptions& options);

}  // namespace eddy::inline v0::template_compiler
