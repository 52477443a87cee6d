// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/body_generator.h>

#include <algorithm>
#include <utility>

#include <eddy/web/template/compiler/cpp_scan.h>
#include <eddy/web/template/compiler/set_directive.h>
#include <eddy/web/template/compiler/template_error.h>

namespace eddy::inline v0::template_compiler {

namespace {

Code part_of(const Code& whole, std::string_view part) {
  return {std::string(part), place_of(part.data(), whole.text, whole.place)};
}

template <class Name>
std::string structured_binding(const std::vector<Name>& names) {
  std::string result = "[";
  for (const Name& name : names) {
    if (result.size() > 1) result += ", ";
    result += name;
  }
  return result += "]";
}

// The escaping functions of Eddy's that append for themselves.
std::string_view appender_of(std::string_view function) {
  if (function == "xhtml_escape") return "append_xhtml";
  if (function == "attribute_escape") return "append_attribute";
  if (function == "json_encode") return "append_json";
  if (function == "url_escape") return "append_url";
  return {};
}

}  // namespace

void BodyGenerator::generate(const std::vector<const Template*>& chain) {
  for (const Template* file : chain) {
    open_files_.assign(1, file);
    find_blocks(file->body, *file);
  }
  open_files_.clear();
  scopes_.emplace_back();
  std::set<std::string> params;
  for (const Template* file : chain) {
    for (const Param& param : file->params) {
      declare(param.name, false);
      params.insert(param.name);
    }
  }
  enter(*chain.front(), 1);
  write_scope_of_own(chain.front()->body, params);
  flush_text();
}

// Later ones replace earlier ones of their name, as the child's come after the base's.
void BodyGenerator::find_blocks(const std::vector<Node>& body, const Template& file) {
  for (const Node& node : body) {
    if (node.kind == Node::Kind::block) blocks_[node.text] = {&file, &node};
    if (node.kind == Node::Kind::include) {
      const Template& included = loader_.load(node.text, file, node.line);
      enter(included, node.line);
      find_blocks(included.body, included);
      open_files_.pop_back();
    }
    find_blocks(node.body, file);
    for (const Branch& branch : node.branches) find_blocks(branch.body, file);
  }
}

// `line` in the file that was written until now leads into `file`.
void BodyGenerator::enter(const Template& file, int line) {
  if (std::find(open_files_.begin(), open_files_.end(), &file) != open_files_.end()) {
    fail(line, file.name + " includes itself");
  }
  open_files_.push_back(&file);
  if (std::find(files_.begin(), files_.end(), &file) == files_.end()) files_.push_back(&file);
}

void BodyGenerator::write_body(const std::vector<Node>& body) {
  for (const Node& node : body) write_node(node);
}

// What {% set %} makes in it ends with it.
void BodyGenerator::write_scope(const std::vector<Node>& body) {
  scopes_.emplace_back();
  write_body(body);
  flush_text();
  scopes_.pop_back();
}

// The same where {% set %} must leave those variables alone, which are not the body's: it makes one
// of the name that is. Where the first value is given in a part of the body, such as an {% if %},
// that one is a copy from the beginning, so that it outlives the part.
void BodyGenerator::write_scope_of_own(const std::vector<Node>& body,
                                       const std::set<std::string>& foreign) {
  if (foreign.empty()) return write_scope(body);
  FirstSets sets;
  find_sets(body, *open_files_.back(), false, {}, sets);
  std::vector<std::pair<std::string, std::string>> copies;
  bool any = false;
  for (const std::string& name : foreign) {
    const auto set = sets.find(name);
    if (set == sets.end()) continue;
    any = true;
    if (!set->second) continue;
    copies.emplace_back(name, write_copy(name));
  }
  if (!any) return write_scope(body);
  // C++ has no second variable of a loop's name in the outermost block of its body.
  writer_.line("{");
  scopes_.emplace_back();
  for (const auto& [name, copy] : copies) write_own(name, copy);
  write_body(body);
  flush_text();
  scopes_.pop_back();
  writer_.line("}");
}

// Of each name that is set in `body` whether its first {% set %} is in a part of it. `hidden` are
// names of variables that end within the body.
void BodyGenerator::find_sets(const std::vector<Node>& body, const Template& file, bool in_part,
                              std::set<std::string, std::less<>> hidden, FirstSets& sets) {
  for (const Node& node : body) {
    if (node.kind == Node::Kind::block) {
      const Block& block = blocks_.at(node.text);
      find_sets(block.node->body, *block.file, in_part, hidden, sets);
    } else if (node.kind == Node::Kind::include) {
      const Template& included = loader_.load(node.text, file, node.line);
      find_sets(included.body, included, in_part, hidden, sets);
    } else if (node.kind == Node::Kind::set) {
      const SetDirective set = set_directive(node.code.text);
      for (const std::string_view name : set.names) {
        if (hidden.contains(name)) continue;
        if (in_part && set.kind == SetDirective::Kind::declare) {
          hidden.emplace(name);
        } else {
          sets.emplace(name, in_part);
        }
      }
    }
    // Not what {% apply %} has, whose variables are its own.
    for (const Branch& branch : node.branches) {
      std::set<std::string, std::less<>> hidden_there = hidden;
      const std::optional<ForDirective> loop =
          branch.keyword == "for" ? for_directive(branch.code.text) : std::nullopt;
      if (loop) hidden_there.insert(loop->names.begin(), loop->names.end());
      find_sets(branch.body, file, true, std::move(hidden_there), sets);
    }
  }
}

void BodyGenerator::write_node(const Node& node) {
  if (node.kind == Node::Kind::text) {
    if (pending_text_.empty()) {
      pending_line_ = node.line;
      pending_file_ = open_files_.back();
    }
    pending_text_ += node.text;
    return;
  }
  if (node.kind == Node::Kind::block) return write_block(node);
  if (node.kind == Node::Kind::include) return write_include(node);
  flush_text();
  const Template& file = *open_files_.back();
  switch (node.kind) {
    case Node::Kind::expression:
      mark(file, node.line);
      return write_expression(node);
    case Node::Kind::control:
      return write_control(node);
    case Node::Kind::apply:
      return write_apply(node);
    case Node::Kind::set:
      return write_set(node);
    case Node::Kind::use:
      return write_use(node);
    case Node::Kind::module:
      uses_modules_ = true;
      mark(file, node.line);
      return writer_.code(file, node.code,
                          "eddy_support::append_module(" + out_ + ", eddy_resources,", ");");
    default:
      writer_.at(file, node.line);
      return write_jump(node.keyword == "break");
  }
}

void BodyGenerator::flush_text() {
  // A compiler need not take longer literals.
  constexpr std::size_t kLongestLiteral = 32 * 1024;
  std::string_view text = pending_text_;
  text_size_ += text.size();
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, kLongestLiteral);
    writer_.at(*pending_file_, pending_line_);
    writer_.line(out_ + ".append(" + cpp_string(piece) + ", " + std::to_string(piece.size()) +
                 ");");
    text.remove_prefix(piece.size());
  }
  pending_text_.clear();
}

void BodyGenerator::write_expression(const Node& node) {
  const Template& file = *open_files_.back();
  const std::string to = "(" + out_ + ",";
  if (node.raw || !file.autoescape) {
    return writer_.code(file, node.code, "eddy_support::append" + to, ");");
  }
  const std::string_view appender = appender_of(*file.autoescape);
  if (!appender.empty()) {
    return writer_.code(file, node.code, "eddy_support::" + std::string(appender) + to, ");");
  }
  writer_.code(file, node.code,
               "eddy_support::append" + to + " " + *file.autoescape + "(eddy_support::text_of(",
               ")));");
}

void BodyGenerator::write_control(const Node& node) {
  if (node.keyword == "if") return write_if(node);
  if (node.keyword == "try") return write_try(node);
  write_loop(node);
}

void BodyGenerator::write_if(const Node& node) {
  const Template& file = *open_files_.back();
  std::string ends = "}";
  for (const Branch& branch : node.branches) {
    if (branch.keyword == "else") {
      writer_.line("} else {");
    } else if (branch.keyword == "elif" && branch.code.text.find(';') == std::string::npos) {
      writer_.code(file, branch.code, "} else if (" + mark_of(file, branch.line) + ";", ") {");
    } else {  // which has a statement in front of its condition itself
      if (branch.keyword == "elif") writer_.line("} else {");
      if (branch.keyword == "elif") ends += "}";
      mark(file, branch.line);
      writer_.code(file, branch.code, "if (", ") {");
    }
    write_scope(branch.body);
  }
  writer_.line(ends);
}

void BodyGenerator::write_loop(const Node& node) {
  const Template& file = *open_files_.back();
  const Branch& loop = node.branches.front();
  const bool has_else = node.branches.size() > 1;
  const std::string broken = has_else ? unique("eddy_broken_") : "";
  mark(file, node.line);
  if (has_else) writer_.line("{ bool " + broken + " = false;");
  scopes_.emplace_back();
  std::set<std::string> elements;
  if (node.keyword == "for") {
    elements = write_for_head(loop);
  } else {
    writer_.code(file, loop.code, "while (", ") {");
  }
  exits_.push_back({.loop = true, .file = &file, .line = node.line, .broken_flag = broken});
  write_scope_of_own(loop.body, elements);
  mark(file, node.line);  // where the next round begins
  exits_.pop_back();
  scopes_.pop_back();
  writer_.line("}");
  if (has_else) {
    writer_.line("if (!" + broken + ") {");
    write_scope(node.branches.back().body);
    writer_.line("} }");
  }
}

// Tornado's `x in xs` and `key, value in pairs`, or a for statement of C++. Returns the variables
// that are elements of what the loop goes over.
std::set<std::string> BodyGenerator::write_for_head(const Branch& branch) {
  const Template& file = *open_files_.back();
  const std::optional<ForDirective> loop = for_directive(branch.code.text);
  if (!loop) {
    fail(branch.line, "{% for %} takes 'row in rows' or what a for of C++ has in its brackets");
  }
  for (const std::string_view name : loop->names) declare(name, loop->classic);
  // A loop that only counts its rounds uses no name of its own.
  constexpr std::string_view kRange = "for ([[maybe_unused]]";
  if (loop->target.empty()) {
    const bool begins_with_it = branch.code.text.find(';') == std::string::npos;
    writer_.code(file, branch.code, begins_with_it ? kRange : "for (", ") {");
  } else {
    std::string declaration(loop->target);
    if (loop->plain) {
      declaration =
          "auto&& " + (loop->names.size() == 1 ? declaration : structured_binding(loop->names));
    }
    writer_.code(file, part_of(branch.code, loop->range),
                 std::string(kRange) + " " + declaration + " :", ") {");
  }
  if (loop->classic) return {};
  return {loop->names.begin(), loop->names.end()};
}

// What {% finally %} has runs on every way out: behind the rest, by an exception, by a jump.
void BodyGenerator::write_try(const Node& node) {
  const Branch& last = node.branches.back();
  if (last.keyword != "finally") return write_try_part(node);
  const std::string number = unique("");
  const std::string jump = "eddy_jump_" + number;
  const std::string pending = "eddy_pending_" + number;
  const std::string place = "eddy_place_" + number;
  has_marks_ = true;
  writer_.at(*open_files_.back(), node.line);
  writer_.line("{ [[maybe_unused]] int " + jump + " = 0;");
  writer_.line("::std::exception_ptr " + pending + ";");
  writer_.line("unsigned " + place + " = 0;");
  writer_.line("try {");
  exits_.push_back({.loop = false, .broken_flag = jump, .label = "eddy_finally_" + number});
  write_try_part(node);
  const Exit exit = exits_.back();
  exits_.pop_back();
  writer_.line("} catch (...) {");
  writer_.line(pending + " = ::std::current_exception();");
  writer_.line(place + " = eddy_place;");
  writer_.line("}");
  if (exit.used) writer_.line(exit.label + ":;");
  writer_.line("{");
  write_scope(last.body);
  writer_.line("}");
  writer_.line("if (" + pending + ") {");
  writer_.line("eddy_place = " + place + ";");
  writer_.line("::std::rethrow_exception(" + pending + ");");
  writer_.line("}");
  if (exit.used) {
    writer_.line("if (" + jump + " == 1) {");
    write_jump(true);
    writer_.line("}");
    writer_.line("if (" + jump + " == 2) {");
    write_jump(false);
    writer_.line("}");
  }
  writer_.line("}");
}

// {% try %}, {% except %} and {% else %}.
void BodyGenerator::write_try_part(const Node& node) {
  const bool has_except = node.branches[1].keyword == "except";
  const bool has_else = std::any_of(node.branches.begin(), node.branches.end(),
                                    [](const Branch& branch) { return branch.keyword == "else"; });
  const std::string done = has_else ? unique("eddy_done_") : "";
  writer_.line("{");
  if (has_else) writer_.line("bool " + done + " = false;");
  if (has_except) writer_.line("try {");
  for (const Branch& branch : node.branches) {
    if (branch.keyword == "finally") continue;
    if (branch.keyword == "except") write_except(branch);
    if (branch.keyword == "else") writer_.line("} if (" + done + ") {");
    write_scope(branch.body);
    if (branch.keyword == "try" && has_else) writer_.line(done + " = true;");
  }
  writer_.line(has_except ? "} }" : "}");
}

void BodyGenerator::write_except(const Branch& branch) {
  const std::string_view code = branch.code.text;
  if (code.empty()) return writer_.line("} catch (...) {");
  if (code.starts_with("(")) {
    fail(branch.line, "{% except %} takes one type of exception: {% except std::exception as e %}");
  }
  if (code.find('&') != std::string_view::npos) {  // a declaration of C++
    return writer_.code(*open_files_.back(), branch.code, "} catch (", ") {");
  }
  const std::optional<std::size_t> as = top_level_word(code, "as");
  const std::string_view type = trimmed(code.substr(0, as.value_or(code.size())));
  const std::string name = as ? std::string(trimmed(code.substr(*as + 2))) : "";
  writer_.code(*open_files_.back(), part_of(branch.code, type), "} catch (const",
               "& " + name + ") {");
}

void BodyGenerator::write_set(const Node& node) {
  const Template& file = *open_files_.back();
  const SetDirective set = set_directive(node.code.text);
  if (set.has_value && set.value.empty()) fail(node.line, "{% set %} has nothing after its '='");
  mark(file, node.line);
  if (set.kind == SetDirective::Kind::assign && set.names.size() > 1) {
    return write_set_of_several(node, set);
  }
  if (set.kind == SetDirective::Kind::assign && owner_of(set.names[0]) != Owner::page) {
    // In two steps, so that the value may use another variable of the name.
    const std::string own = unique("eddy_set_");
    writer_.code(file, part_of(node.code, set.value), "auto " + own + " = eddy_support::own(",
                 ");");
    return write_own(set.names[0], own);
  }
  if (set.kind == SetDirective::Kind::change && owner_of(set.names[0]) == Owner::other) {
    writer_.at(file, node.line);
    write_own(set.names[0], write_copy(set.names[0]));
  }
  const bool declares = set.kind == SetDirective::Kind::declare;
  if (declares) {
    for (const std::string_view name : set.names) declare(name, true);
  }
  writer_.code(file, node.code, declares ? "[[maybe_unused]]" : "", ";");
}

// {% set a, b = value %}
void BodyGenerator::write_set_of_several(const Node& node, const SetDirective& set) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < set.names.size(); i++) parts.push_back(unique("eddy_part_"));
  writer_.code(*open_files_.back(), part_of(node.code, set.value),
               "auto " + structured_binding(parts) + " =", ";");
  for (std::size_t i = 0; i < set.names.size(); i++) {
    const std::string part = "::std::forward<decltype(" + parts[i] + ")>(" + parts[i] + ")";
    if (owner_of(set.names[i]) == Owner::page) {
      writer_.line(std::string(set.names[i]) + " = " + part + ";");
    } else {
      write_own(set.names[i], write_copy(part));
    }
  }
}

// Gives the name of the variable that it makes.
std::string BodyGenerator::write_copy(std::string_view value) {
  std::string variable = unique("eddy_set_");
  writer_.line("auto " + variable + " = eddy_support::own(" + std::string(value) + ");");
  return variable;
}

// The name means that variable from here on.
void BodyGenerator::write_own(std::string_view name, const std::string& variable) {
  writer_.line("[[maybe_unused]] auto& " + std::string(name) + " = " + variable + ";");
  declare(name, true);
}

void BodyGenerator::write_use(const Node& node) {
  const bool all = node.text == "*";
  writer_.code(*open_files_.back(), node.code, all ? "using namespace" : "using",
               all ? ";" : "::" + node.text + ";");
}

void BodyGenerator::write_block(const Node& node) {
  const Block& block = blocks_.at(node.text);
  // It can't contain itself: a later block of its name within it would be the one that counts.
  // Not enter(): a block of the file that is written is no inclusion of it.
  open_files_.push_back(block.file);
  if (std::find(files_.begin(), files_.end(), block.file) == files_.end()) {
    files_.push_back(block.file);
  }
  write_body(block.node->body);
  open_files_.pop_back();
}

// As in Tornado, where the body is a function, its variables are its own. The others it sees.
void BodyGenerator::write_apply(const Node& node) {
  const Template& file = *open_files_.back();
  const std::string applied = unique("eddy_applied_");
  const std::string outer = std::exchange(out_, applied);
  const std::size_t outer_scopes = std::exchange(foreign_scopes_, scopes_.size());
  std::set<std::string> foreign;
  for (const std::vector<Name>& scope : scopes_) {
    for (const Name& name : scope) foreign.insert(name.text);
  }
  writer_.at(file, node.line);
  writer_.line("{ ::std::string " + applied + ";");
  write_scope_of_own(node.body, foreign);
  out_ = outer;
  foreign_scopes_ = outer_scopes;
  mark(file, node.line);
  writer_.code(file, node.code, "eddy_support::append(" + out_ + ",", "(" + applied + ")); }");
}

void BodyGenerator::write_include(const Node& node) {
  const Template& from = *open_files_.back();
  const Template& file = loader_.load(node.text, from, node.line);
  if (file.extends) {
    fail(node.line, file.name + " extends " + file.extends->name + " and can't be included");
  }
  if (!file.params.empty()) flush_text();
  for (const Param& param : file.params) {
    writer_.at(from, node.line);
    writer_.line("eddy_support::need<" + param.type.text + ">(" + param.name + ");");
  }
  enter(file, node.line);
  write_body(file.body);
  open_files_.pop_back();
}

void BodyGenerator::write_jump(bool is_break) {
  Exit& exit = exits_.back();
  if (!exit.loop) {
    exit.used = true;
    writer_.line(exit.broken_flag + (is_break ? " = 1; goto " : " = 2; goto ") + exit.label + ";");
    return;
  }
  if (is_break && !exit.broken_flag.empty()) writer_.line(exit.broken_flag + " = true;");
  if (!is_break) mark(*exit.file, exit.line);
  writer_.line(is_break ? "break;" : "continue;");
}

// What is thrown from here on is of that line; see write_source() of generator.cc.
void BodyGenerator::mark(const Template& file, int line) {
  writer_.at(file, line);
  writer_.line(mark_of(file, line) + ";");
}

std::string BodyGenerator::mark_of(const Template& file, int line) {
  has_marks_ = true;
  const auto index = std::find(files_.begin(), files_.end(), &file) - files_.begin();
  return "eddy_place = eddy_support::place(" + std::to_string(index) + ", " + std::to_string(line) +
         ")";
}

// Of the innermost variable of the name.
BodyGenerator::Owner BodyGenerator::owner_of(std::string_view name) const {
  for (std::size_t i = scopes_.size(); i-- > 0;) {
    const auto found = std::find_if(scopes_[i].rbegin(), scopes_[i].rend(),
                                    [name](const Name& other) { return other.text == name; });
    if (found == scopes_[i].rend()) continue;
    return found->own && i >= foreign_scopes_ ? Owner::page : Owner::other;
  }
  return Owner::nobody;
}

std::string BodyGenerator::unique(std::string_view prefix) {
  return std::string(prefix) + std::to_string(++last_number_);
}

void BodyGenerator::fail(int line, std::string_view message) const {
  throw TemplateError(open_files_.back()->path, line, message);
}

}  // namespace eddy::inline v0::template_compiler
