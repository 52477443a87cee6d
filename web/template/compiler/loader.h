// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/web/template/compiler/parser.h>
#include <eddy/web/template/compiler/tree.h>

namespace eddy::inline v0::template_compiler {

/// Where templates come from: a folder, or a test's own texts.
class TemplateSource {
 public:
  TemplateSource() = default;
  TemplateSource(const TemplateSource&) = delete;
  TemplateSource& operator=(const TemplateSource&) = delete;
  virtual ~TemplateSource() = default;

  /// The text of the template of that name; none where there is no such template.
  virtual std::optional<std::string> read(const std::string& name) = 0;
  /// What messages and #line call it.
  virtual std::string path_of(const std::string& name) = 0;
};

/// The templates below a folder.
class FolderSource : public TemplateSource {
 public:
  explicit FolderSource(std::string root) : root_(std::move(root)) {}
  std::optional<std::string> read(const std::string& name) override;
  std::string path_of(const std::string& name) override;

 private:
  std::string root_;
};

/// Reads and parses each template once.
class Loader {
 public:
  Loader(TemplateSource& source, ParseOptions options)
      : source_(source), options_(std::move(options)) {}

  /// The template of that name below the root. Throws std::runtime_error where there is none, and
  /// TemplateError. The reference holds as long as the loader.
  const Template& load(const std::string& name);
  /// What {% extends %} or {% include %} in `from` calls `name`: beside that file, or below the
  /// root if it begins with '/'. Throws TemplateError for what lies outside of the root or is not
  /// there.
  const Template& load(std::string_view name, const Template& from, int line);

  /// All that have been loaded, by name.
  [[nodiscard]] const std::map<std::string, Template>& loaded() const { return loaded_; }

 private:
  const Template* find(const std::string& name);

  TemplateSource& source_;
  ParseOptions options_;
  std::map<std::string, Template> loaded_;
};

/// The name below the root that `name` in the template `from` means; none outside of the root.
std::optional<std::string> resolved(std::string_view name, std::string_view from);

}  // namespace eddy::inline v0::template_compiler
