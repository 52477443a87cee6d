// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/template/compiler/cpp_writer.h>
#include <eddy/web/template/compiler/loader.h>
#include <eddy/web/template/compiler/set_directive.h>

namespace eddy::inline v0::template_compiler {

/// Writes the body of the function that appends a template: all that it extends and includes in
/// one, so that a variable is known wherever Tornado would know it.
class BodyGenerator {
 public:
  explicit BodyGenerator(Loader& loader) : loader_(loader) {}

  /// `chain` is the template and what it extends, the base first. Throws TemplateError.
  void generate(const std::vector<const Template*>& chain);

  [[nodiscard]] const CppWriter& code() const { return writer_; }
  [[nodiscard]] bool uses_modules() const { return uses_modules_; }
  /// Whether the code keeps in eddy_place where it is: a place() of a file by its index in files().
  [[nodiscard]] bool has_marks() const { return has_marks_; }
  /// Bytes of text, each counted once: what a page has at least, if nothing is left out.
  [[nodiscard]] std::size_t text_size() const { return text_size_; }
  /// The files that were written from, in order; each once.
  [[nodiscard]] const std::vector<const Template*>& files() const { return files_; }

 private:
  struct Block {
    const Template* file;
    const Node* node;
  };
  // What a {% break %} has to leave on its way.
  struct Exit {
    bool loop;                       // else a {% try %} with {% finally %}
    const Template* file = nullptr;  // where the loop begins
    int line = 0;
    std::string broken_flag = {};  // of a loop with {% else %}
    std::string label = {};        // of the {% finally %}
    bool used = false;             // whether a jump leads to the label
  };

  // A variable of {% set %} or {% for %}.
  struct Name {
    std::string text;
    bool own;  // else it is the program's: an element of what a loop goes over
  };
  enum class Owner {
    nobody,  // as of parameters, which are no variables of the body
    other,
    page,  // {% set %} may give it a new value
  };
  using FirstSets = std::map<std::string, bool, std::less<>>;

  void find_blocks(const std::vector<Node>& body, const Template& file);
  void write_body(const std::vector<Node>& body);
  void write_scope(const std::vector<Node>& body);
  void write_scope_of_own(const std::vector<Node>& body, const std::set<std::string>& foreign);
  void find_sets(const std::vector<Node>& body, const Template& file, bool in_part,
                 std::set<std::string, std::less<>> hidden, FirstSets& sets);
  void write_node(const Node& node);
  void write_expression(const Node& node);
  void write_control(const Node& node);
  void write_if(const Node& node);
  void write_loop(const Node& node);
  std::set<std::string> write_for_head(const Branch& branch);
  void write_try(const Node& node);
  void write_try_part(const Node& node);
  void write_except(const Branch& branch);
  void write_set(const Node& node);
  void write_set_of_several(const Node& node, const SetDirective& set);
  std::string write_copy(std::string_view value);
  void write_own(std::string_view name, const std::string& variable);
  void write_use(const Node& node);
  void write_block(const Node& node);
  void write_apply(const Node& node);
  void write_include(const Node& node);
  void write_jump(bool is_break);
  void mark(const Template& file, int line);
  std::string mark_of(const Template& file, int line);
  void flush_text();
  void enter(const Template& file, int line);

  [[nodiscard]] Owner owner_of(std::string_view name) const;
  void declare(std::string_view name, bool own) {
    scopes_.back().push_back({std::string(name), own});
  }
  std::string unique(std::string_view prefix);
  [[noreturn]] void fail(int line, std::string_view message) const;

  Loader& loader_;
  CppWriter writer_;
  std::map<std::string, Block, std::less<>> blocks_;
  std::vector<const Template*> files_;
  std::vector<const Template*>
      open_files_;  // the file that is written, behind those that include it
  std::vector<std::vector<Name>> scopes_;
  std::size_t foreign_scopes_ = 0;  // those around the {% apply %} that is written
  std::vector<Exit> exits_;
  std::string out_ = "eddy_out";  // the string that is appended to
  std::string pending_text_;
  int pending_line_ = 1;
  const Template* pending_file_ = nullptr;
  std::size_t text_size_ = 0;
  int last_number_ = 0;
  bool uses_modules_ = false;
  bool has_marks_ = false;
};

}  // namespace eddy::inline v0::template_compiler
