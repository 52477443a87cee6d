// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/loader.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <eddy/web/template/compiler/template_error.h>

namespace eddy::inline v0::template_compiler {

std::optional<std::string> FolderSource::read(const std::string& name) {
  const std::string path = path_of(name);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) return std::nullopt;
  return text;
}

std::string FolderSource::path_of(const std::string& name) {
  return (std::filesystem::path(root_) / name).string();
}

std::optional<std::string> resolved(std::string_view name, std::string_view from) {
  std::filesystem::path path;
  if (name.starts_with('/')) {
    path = name.substr(1);
  } else {
    path = std::filesystem::path(from).parent_path() / name;
  }
  path = path.lexically_normal();
  if (path.empty() || path.is_absolute() || *path.begin() == "..") return std::nullopt;
  return path.string();
}

const Template* Loader::find(const std::string& name) {
  const auto known = loaded_.find(name);
  if (known != loaded_.end()) return &known->second;
  const std::optional<std::string> text = source_.read(name);
  if (!text) return nullptr;
  Template parsed = parse_template(*text, name, source_.path_of(name), options_);
  return &loaded_.emplace(name, std::move(parsed)).first->second;
}

const Template& Loader::load(const std::string& name) {
  const Template* found = find(name);
  if (found == nullptr) throw std::runtime_error(source_.path_of(name) + ": can't be read");
  return *found;
}

const Template& Loader::load(std::string_view name, const Template& from, int line) {
  const std::optional<std::string> inside = resolved(name, from.name);
  if (!inside) {
    throw TemplateError(from.path, line,
                        "'" + std::string(name) + "' lies outside of the templates' folder");
  }
  const Template* found = find(*inside);
  if (found == nullptr) {
    throw TemplateError(from.path, line,
                        "there is no template '" + std::string(name) +
                            "': " + source_.path_of(*inside) + " can't be read");
  }
  return *found;
}

}  // namespace eddy::inline v0::template_compiler
