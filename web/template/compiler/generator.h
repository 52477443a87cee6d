// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include <eddy/web/template/compiler/loader.h>

namespace eddy::inline v0::template_compiler {

struct GeneratorOptions {
  std::string scope = "templates";  // the namespace; may be empty
  std::string include_name;         // what the source calls its header: templates/index.html.h
};

struct Generated {
  std::string header;
  std::string source;
};

/// The C++ of one template: a type with its parameters, and the function that appends it. All that
/// it extends and includes becomes part of it, as in Tornado. Throws TemplateError.
Generated generate(Loader& loader, const std::string& name, const GeneratorOptions& options);

}  // namespace eddy::inline v0::template_compiler
