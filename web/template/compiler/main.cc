// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// eddy-template: the compiler of templates. docs/guide/templates.md tells what it takes;
// eddy_target_templates() of CMake calls it.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/template/compiler/cpp_scan.h>
#include <eddy/web/template/compiler/generator.h>

namespace {

namespace compiler = eddy::template_compiler;

constexpr const char* kUsage =
    "usage: eddy-template --root=FOLDER --out=FOLDER [OPTIONS] TEMPLATE\n"
    "Makes TEMPLATE.h and TEMPLATE.cc below the --out folder from TEMPLATE below the --root "
    "folder.\n"
    "  --namespace=NAME   of the types that are made; templates unless it is given\n"
    "  --include=FOLDER   what stands before TEMPLATE.h where that is included\n"
    "  --autoescape=NAME  the function of {{ }}, or None; xhtml_escape unless it is given\n"
    "  --whitespace=MODE  all, single or oneline; by the file's extension unless it is given\n"
    "  --depfile=FILE     writes what the results were made from, for Make and Ninja\n";

struct Options {
  std::string root;
  std::string out;
  std::string include;
  std::string depfile;
  std::string name;
  compiler::GeneratorOptions generator;
  compiler::ParseOptions parse;
};

// Whether `argument` is that option; `value` becomes what stands behind its '='.
bool takes(std::string_view argument, std::string_view option, std::string& value) {
  if (!argument.starts_with(option)) return false;
  value = argument.substr(option.size());
  return true;
}

void read_option(std::string_view argument, Options& options) {
  std::string value;
  if (takes(argument, "--root=", options.root) || takes(argument, "--out=", options.out) ||
      takes(argument, "--include=", options.include) ||
      takes(argument, "--depfile=", options.depfile)) {
    return;
  }
  if (takes(argument, "--namespace=", value)) {
    if (!value.empty() && (value.starts_with(':') || !compiler::is_qualified_name(value))) {
      throw std::invalid_argument("--namespace is a::b or empty, not '" + value + "'");
    }
    options.generator.scope = value;
    return;
  }
  if (takes(argument, "--autoescape=", value)) {
    if (value == "None") {
      options.parse.autoescape.reset();
    } else if (compiler::is_qualified_name(value)) {
      options.parse.autoescape = value;
    } else {
      throw std::invalid_argument("--autoescape is a function's name or None, not '" + value + "'");
    }
    return;
  }
  if (takes(argument, "--whitespace=", value)) {
    options.parse.whitespace = compiler::whitespace_named(value);
    if (!options.parse.whitespace) {
      throw std::invalid_argument("--whitespace is all, single or oneline, not '" + value + "'");
    }
    return;
  }
  if (argument.starts_with("-")) {
    throw std::invalid_argument("unknown option '" + std::string(argument) + "'");
  }
  if (!options.name.empty()) throw std::invalid_argument("one template at a time");
  options.name = argument;
}

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; i++) read_option(arguments[i], options);
  if (options.name.empty()) throw std::invalid_argument("which template?");
  if (options.root.empty()) throw std::invalid_argument("--root is missing");
  if (options.out.empty()) throw std::invalid_argument("--out is missing");
  const std::optional<std::string> name = compiler::resolved(options.name, "");
  if (!name) {
    throw std::invalid_argument("'" + options.name + "' lies outside of the templates' folder");
  }
  options.name = *name;
  const std::string path = options.include.empty() ? "" : options.include + "/";
  options.generator.include_name = path + options.name + ".h";
  return options;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(path + ": can't be written");
}

// What Make reads as an end or a variable is escaped.
std::string in_depfile(std::string_view path) {
  std::string result;
  for (const char c : path) {
    if (c == ' ' || c == '#') result += '\\';
    if (c == '$') result += '$';
    result += c;
  }
  return result;
}

void compile(const Options& options) {
  compiler::FolderSource source(options.root);
  compiler::Loader loader(source, options.parse);
  const compiler::Generated generated = compiler::generate(loader, options.name, options.generator);

  const std::string path = (std::filesystem::path(options.out) / options.name).string();
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  // A header that stays as it was keeps its time: what includes it need not be compiled again.
  if (read_file(path + ".h") != generated.header) write_file(path + ".h", generated.header);
  write_file(path + ".cc", generated.source);
  if (options.depfile.empty()) return;
  std::string rule = in_depfile(path + ".cc") + ":";
  for (const auto& [name, file] : loader.loaded()) rule += " \\\n  " + in_depfile(file.path);
  write_file(options.depfile, rule + "\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::fputs(kUsage, stdout);
    return 0;
  }
  try {
    compile(read_options(argc, argv));
    return 0;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "eddy-template: %s\n%s", error.what(), kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
