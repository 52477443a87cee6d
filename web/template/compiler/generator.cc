// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/generator.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <eddy/web/template/compiler/body_generator.h>
#include <eddy/web/template/compiler/names.h>
#include <eddy/web/template/compiler/template_error.h>

namespace eddy::inline v0::template_compiler {

namespace {

struct PageParam {
  const Template* file;
  const Param* param;
};

// The template and what it extends, the base first.
std::vector<const Template*> chain_of(Loader& loader, const std::string& name) {
  std::vector<const Template*> chain = {&loader.load(name)};
  while (chain.front()->extends) {
    const Template& child = *chain.front();
    const Template& base = loader.load(child.extends->name, child, child.extends->line);
    if (std::find(chain.begin(), chain.end(), &base) != chain.end()) {
      throw TemplateError(child.path, child.extends->line, base.name + " extends itself");
    }
    chain.insert(chain.begin(), &base);
  }
  return chain;
}

// The base's first. One that a child repeats, with the same type, is still one.
std::vector<PageParam> params_of(const std::vector<const Template*>& chain) {
  std::vector<PageParam> params;
  for (const Template* file : chain) {
    for (const Param& param : file->params) {
      const auto same = std::find_if(params.begin(), params.end(), [&](const PageParam& other) {
        return other.param->name == param.name;
      });
      if (same == params.end()) {
        params.push_back({file, &param});
      } else if (same->param->type.text != param.type.text) {
        throw TemplateError(file->path, param.type.place.line,
                            "the parameter '" + param.name + "' is " + same->param->type.text +
                                " in " + same->file->name);
      }
    }
  }
  return params;
}

std::string scope_of(const GeneratorOptions& options, const TypeName& name) {
  if (options.scope.empty() || name.scope.empty()) return options.scope + name.scope;
  return options.scope + "::" + name.scope;
}

// As a member of the page. One without a default must be given: what would give its value without
// that can't be called. References must be in any case.
void write_param(CppWriter& header, const PageParam& page_param) {
  const Param& param = *page_param.param;
  header.at(*page_param.file, param.type.place.line);
  std::string initializer = param.initializer.text;
  if (initializer.empty() && !param.type.text.ends_with('&')) {
    initializer = "eddy_left_out_" + param.name + "()";
    header.line("  [[gnu::error(\"the parameter '" + param.name + "' is left out\")]] static " +
                param.type.text + " " + initializer + ";");
  }
  header.line("  " + param.type.text + " " + param.name +
              (initializer.empty() ? "" : " = " + initializer) + "\n;");
}

void write_header(CppWriter& header, const BodyGenerator& body,
                  const std::vector<PageParam>& params, const std::vector<const Template*>& chain,
                  const TypeName& type, const std::string& scope) {
  header.line("// Made by eddy-template from " + chain.back()->name +
              "; what is changed here is lost.");
  header.line("#pragma once\n\n#include <string>\n#include <string_view>\n");
  if (body.uses_modules()) header.line("#include <eddy/web/template/page_resources.h>\n");
  std::vector<const Template*> files = chain;
  for (const Template* file : body.files()) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
  std::vector<std::string_view> included = {"<string>", "<string_view>"};
  for (const Template* file : files) {
    for (const Import& import : file->imports) {
      if (std::find(included.begin(), included.end(), import.header) != included.end()) continue;
      included.push_back(import.header);
      header.at(*file, import.line);
      header.line("#include " + import.header);
    }
  }
  if (!scope.empty()) header.line("\nnamespace " + scope + " {\n");
  header.line("/// The page " + chain.back()->name + ".");
  header.line("struct " + type.name + " {");
  for (const PageParam& param : params) write_param(header, param);
  header.line("\n  /// Appends the page to `out`.");
  header.line("  void append_to(::std::string& out) const;");
  if (body.uses_modules()) {
    header.line("  /// Appends it as a part of a page with these resources.");
    header.line(
        "  void append_to(::std::string& out, ::eddy::web::PageResources& resources) const;");
  }
  header.line("  [[nodiscard]] ::std::string render() const;");
  header.line("};");
  if (!scope.empty()) header.line("\n}");
}

void end_source(CppWriter& source, const std::string& scope) {
  source.line("}");
  if (!scope.empty()) source.line("\n}");
}

void write_source(CppWriter& source, const BodyGenerator& body, const std::string& template_name,
                  const std::string& type, const std::string& scope,
                  const GeneratorOptions& options) {
  source.line("// Made by eddy-template from " + template_name + "; what is changed here is lost.");
  source.line("#include \"" + options.include_name + "\"");
  source.line("\n#include <exception>\n\n#include <eddy/web/template/output.h>\n");
  if (!scope.empty()) source.line("namespace " + scope + " {\n");
  source.line("namespace eddy_support = ::eddy::web::template_support;\n");
  // First: whatever comes behind the template's lines seems to be of the template, too.
  source.line("::std::string " + type + "::render() const {");
  source.line("  ::std::string out;");
  source.line("  out.reserve(" + std::to_string(body.text_size()) + ");");
  source.line("  append_to(out);\n  return out;\n}\n");
  if (body.uses_modules()) {
    source.line("void " + type + "::append_to(::std::string& out) const {");
    source.line("  ::eddy::web::PageResources resources;");
    source.line("  const ::std::size_t begin = out.size();");
    source.line("  append_to(out, resources);");
    source.line("  resources.insert_into(out, begin);\n}\n");
    source.line(
        "void " + type +
        "::append_to(::std::string& eddy_out, ::eddy::web::PageResources& eddy_resources) const {");
  } else {
    source.line("void " + type + "::append_to([[maybe_unused]] ::std::string& eddy_out) const {");
  }
  source.line("using namespace ::eddy::web::template_names;");
  if (!body.has_marks()) {
    source.append(body.code());
    return end_source(source, scope);
  }
  source.line("unsigned eddy_place = 0;");
  source.line("try {");
  source.append(body.code());
  source.line("} catch (...) {");
  std::string names;
  for (const Template* file : body.files()) {
    names += (names.empty() ? "" : ", ") + cpp_string(file->name);
  }
  source.line("static constexpr const char* eddy_files[] = {" + names + "};");
  source.line("eddy_support::thrown_in(eddy_files, eddy_place);");
  source.line("throw;\n}");
  end_source(source, scope);
}

}  // namespace

Generated generate(Loader& loader, const std::string& name, const GeneratorOptions& options) {
  const std::optional<TypeName> type = type_name_of(name);
  if (!type) throw std::runtime_error(name + ": the name can't become the name of a type in C++");
  if (!is_plain_file_name(options.include_name)) {
    throw std::runtime_error(options.include_name + ": can't stand in an #include");
  }
  const std::vector<const Template*> chain = chain_of(loader, name);
  const std::vector<PageParam> params = params_of(chain);
  BodyGenerator body(loader);
  body.generate(chain);
  const std::string scope = scope_of(options, *type);
  CppWriter header;
  write_header(header, body, params, chain, *type, scope);
  CppWriter source;
  write_source(source, body, name, type->name, scope, options);
  return {header.text(), source.text()};
}

}  // namespace eddy::inline v0::template_compiler
