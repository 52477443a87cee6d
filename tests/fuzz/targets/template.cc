// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include <eddy/web/template/compiler/cpp_scan.h>
#include <eddy/web/template/compiler/generator.h>
#include <eddy/web/template/compiler/loader.h>
#include <eddy/web/template/compiler/template_error.h>
#include <tests/fuzz/fuzz.h>

namespace eddy_tests {

namespace {

namespace compiler = eddy::template_compiler;

// page.html is the input, other.html is always there, and there are no more.
class InputSource : public compiler::TemplateSource {
 public:
  explicit InputSource(std::string_view input) : input_(input) {}
  std::optional<std::string> read(const std::string& name) override {
    if (name == "page.html") return std::string(input_);
    if (name == "other.html") return "{% block a %}other{% end %}";
    return std::nullopt;
  }
  std::string path_of(const std::string& name) override { return name; }

 private:
  std::string_view input_;
};

// Whether the input is a template. If it is none, the error's line is one of its lines.
bool compile(std::string_view input) {
  InputSource source(input);
  compiler::Loader loader(source, {});
  try {
    const compiler::Generated made = compiler::generate(
        loader, "page.html", {.scope = "templates", .include_name = "page.html.h"});
    require(made.source.find("Page::append_to(") != std::string::npos, "a page can be rendered",
            input);
    return true;
  } catch (const compiler::TemplateError& error) {
    const auto lines = std::count(input.begin(), input.end(), '\n') + 1;
    require(error.line() >= 1 && error.line() <= lines, "an error is in the template", input);
    return false;
  }
}

std::size_t text_of(const std::vector<compiler::Node>& body) {
  std::size_t size = 0;
  for (const compiler::Node& node : body) {
    if (node.kind == compiler::Node::Kind::text) size += node.text.size();
    size += text_of(node.body);
    for (const compiler::Branch& branch : node.branches) size += text_of(branch.body);
  }
  return size;
}

}  // namespace

void fuzz_template(std::string_view input) {
  static_cast<void>(compile(input));
  try {
    const compiler::Template parsed = compiler::parse_template(input, "a.txt", "a.txt", {});
    require(text_of(parsed.body) <= input.size(), "there is no more text than was written", input);
  } catch (const compiler::TemplateError&) {  // compile() has looked at it
  }
  // With no two characters together that begin a tag, it is a template of nothing but text.
  std::string literal;
  for (const char c : input) {
    literal += c;
    if (c == '{') literal += ' ';
  }
  require(compile(literal), "what has no tag is a template", literal);
  require(compiler::filtered(input, compiler::Whitespace::single).size() <= input.size(),
          "filtering adds nothing", input);
  require_linear(input, [](std::string_view text) { static_cast<void>(compile(text)); });
}

}  // namespace eddy_tests
