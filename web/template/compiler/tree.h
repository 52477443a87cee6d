// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <eddy/web/template/compiler/lexer.h>

/// A parsed template: what the parser makes and the generator reads.
namespace eddy::inline v0::template_compiler {

/// Code of C++ out of a template.
struct Code {
  std::string text;
  Place place;
};

struct Branch;

struct Node {
  enum class Kind {
    text,        // text
    expression,  // code; raw
    control,     // keyword: if, for, while or try; the branches
    block,       // text is its name, the body its default content
    apply,       // code is the function, the body what it is given
    include,     // text is the file's name
    set,         // code is the assignment
    use,         // {% from code import text %}
    module,      // code
    jump,        // keyword: break or continue
  };
  Kind kind = Kind::text;
  int line = 1;
  std::string text;
  std::string keyword;
  Code code;
  bool raw = false;
  std::vector<Node> body;
  std::vector<Branch> branches;
};

/// A part of {% if %}, {% for %}, {% while %} or {% try %}: its keyword, what stands behind that
/// (if it is a condition, a loop's head or an exception's type), and its content.
struct Branch {
  std::string keyword;
  int line = 1;
  Code code;
  std::vector<Node> body;
};

/// {% param TYPE NAME [= DEFAULT] %}
struct Param {
  Code type;
  std::string name;
  Code initializer;
};

struct Import {
  std::string header;  // with its quotes or angle brackets
  int line = 1;
};

/// A file name in {% extends %}.
struct FileReference {
  std::string name;
  int line = 1;
};

struct Template {
  std::string name;                       // below the root: "admin/user.html"
  std::string path;                       // to open it, and for messages
  std::optional<std::string> autoescape;  // the function of C++, or none
  std::optional<FileReference> extends;
  std::vector<Param> params;
  std::vector<Import> imports;
  std::vector<Node> body;
};

}  // namespace eddy::inline v0::template_compiler
