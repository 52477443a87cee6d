// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/body_generator.h>

#include <algorithm>
#include <utility>

#include <eddy/web/template/compiler/cpp_scan.h>
#include <eddy/web/template/compiler/template_error.h>

namespace eddy::inline v0::template_compiler {

namespace {

Code part_of(const Code& whole, std::string_view part) {
  return {std::string(part), place_of(part.data(), whole.text, whole.place)};
}

// The names between commas; empty unless all are identifiers.
std::vector<std::string_view> name_list(std::string_view text) {
  std::vector<std::string_view> names;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    names.push_back(trimmed(text.substr(0, comma)));
    if (!is_identifier(names.back())) return {};
    if (comma == text.size()) return names;
    text.remove_prefix(comma + 1);
  }
}

std::string structured_binding(const std::vector<std::string_view>& names) {
  std::string result = "[";
  for (const std::string_view name : names) {
    if (result.size() > 1) result += ", ";
    result += name;
  }
  return result += "]";
}

// The name in `int count` or `auto& row`, or nothing where the text declares none.
std::string_view declared_name(std::string_view text) {
  const std::string_view name = last_identifier(text);
  if (name.empty()) return {};
  std::string_view type = trimmed(text).substr(0, trimmed(text).size() - name.size());
  if (type.empty() || !(is_blank(type.back()) || type.back() == '&' || type.back() == '*'))
    return {};
  while (!type.empty() && (is_blank(type.back()) || type.back() == '&' || type.back() == '*')) {
    type.remove_suffix(1);
  }
  return !type.empty() && (is_name_char(type.back()) || type.back() == '>') ? name : "";
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
  enter(*chain.front(), 1);
  write_body(chain.front()->body);
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
  for (const Branch& branch : node.branches) {
    if (branch.keyword == "else") {
      writer_.line("} else {");
    } else {
      writer_.code(file, branch.code, branch.keyword == "if" ? "if (" : "} else if (", ") {");
    }
    write_scope(branch.body);
  }
  writer_.line("}");
}

void BodyGenerator::write_loop(const Node& node) {
  const Template& file = *open_files_.back();
  const Branch& loop = node.branches.front();
  const bool has_else = node.branches.size() > 1;
  const std::string broken = has_else ? unique("eddy_broken_") : "";
  writer_.at(file, node.line);
  if (has_else) writer_.line("{ bool " + broken + " = false;");
  scopes_.emplace_back();
  if (node.keyword == "for") {
    write_for_head(loop);
  } else {
    writer_.code(file, loop.code, "while (", ") {");
  }
  exits_.push_back({true, broken, ""});
  write_scope(loop.body);
  exits_.pop_back();
  scopes_.pop_back();
  writer_.line("}");
  if (has_else) {
    writer_.line("if (!" + broken + ") {");
    write_scope(node.branches.back().body);
    writer_.line("} }");
  }
}

// Tornado's `x in xs` and `key, value in pairs`, or a for statement of C++.
void BodyGenerator::write_for_head(const Branch& branch) {
  const Template& file = *open_files_.back();
  const std::string_view head = branch.code.text;
  const std::optional<std::size_t> in = top_level_word(head, "in");
  if (!in) {
    const bool classic = top_level(head, ';').size() == 2;
    const std::vector<std::size_t> colons = top_level(head, ':');
    if (!classic && colons.empty()) {
      fail(branch.line, "{% for %} takes 'row in rows' or what a for of C++ has in its brackets");
    }
    const std::string_view first = classic ? head.substr(0, top_level_assignment(head).value_or(0))
                                           : head.substr(0, colons.back());
    const std::string_view name = declared_name(first);
    if (!name.empty()) declare(name);
    return writer_.code(file, branch.code, "for (", ") {");
  }
  const std::string_view target = trimmed(head.substr(0, *in));
  const Code range = part_of(branch.code, trimmed(head.substr(*in + 2)));
  const std::vector<std::string_view> names = name_list(target);
  std::string declaration = "auto&& ";
  if (names.empty()) {
    declaration = target;
  } else {
    declaration += names.size() == 1 ? std::string(names[0]) : structured_binding(names);
  }
  for (const std::string_view name : names) declare(name);
  // A loop that only counts its rounds uses no name of its own.
  writer_.code(file, range, "for ([[maybe_unused]] " + declaration + " :", ") {");
}

// What {% finally %} has runs on every way out: behind the rest, by an exception, by a jump.
void BodyGenerator::write_try(const Node& node) {
  const Branch& last = node.branches.back();
  if (last.keyword != "finally") return write_try_part(node);
  const std::string number = unique("");
  const std::string jump = "eddy_jump_" + number;
  const std::string pending = "eddy_pending_" + number;
  writer_.at(*open_files_.back(), node.line);
  writer_.line("{ [[maybe_unused]] int " + jump + " = 0;");
  writer_.line("::std::exception_ptr " + pending + ";");
  writer_.line("try {");
  exits_.push_back({false, jump, "eddy_finally_" + number});
  write_try_part(node);
  const Exit exit = exits_.back();
  exits_.pop_back();
  writer_.line("} catch (...) {");
  writer_.line(pending + " = ::std::current_exception();");
  writer_.line("}");
  if (exit.used) writer_.line(exit.label + ":;");
  writer_.line("{");
  write_scope(last.body);
  writer_.line("}");
  writer_.line("if (" + pending + ") ::std::rethrow_exception(" + pending + ");");
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
  const std::string_view text = node.code.text;
  const std::optional<std::size_t> equals = top_level_assignment(text);
  const std::string_view left = equals ? trimmed(text.substr(0, *equals)) : "";
  const std::vector<std::string_view> names = name_list(left);
  const Code value =
      part_of(node.code, equals ? trimmed(text.substr(*equals + 1)) : std::string_view(text));
  if (equals && value.text.empty()) fail(node.line, "{% set %} has nothing after its '='");
  if (names.size() == 1 && !is_declared(left)) {
    // In two steps, so that the value may use another variable of the name.
    const std::string own = unique("eddy_set_");
    writer_.code(file, value, "auto " + own + " = eddy_support::own(", ");");
    writer_.line("[[maybe_unused]] auto& " + std::string(left) + " = " + own + ";");
    return declare(left);
  }
  if (names.size() > 1) {
    for (const std::string_view name : names) {
      if (is_declared(name)) {
        fail(node.line, "'" + std::string(name) + "' is there already: set the names one by one");
      }
      declare(name);
    }
    return writer_.code(file, value, "[[maybe_unused]] auto " + structured_binding(names) + " =",
                        ";");
  }
  const std::string_view name = equals ? declared_name(left) : "";
  if (!name.empty()) declare(name);
  writer_.code(file, node.code, name.empty() ? "" : "[[maybe_unused]]", ";");
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

void BodyGenerator::write_apply(const Node& node) {
  const std::string applied = unique("eddy_applied_");
  const std::string outer = std::exchange(out_, applied);
  writer_.at(*open_files_.back(), node.line);
  writer_.line("{ ::std::string " + applied + ";");
  write_scope(node.body);
  out_ = outer;
  writer_.code(*open_files_.back(), node.code, "eddy_support::append(" + out_ + ",",
               "(" + applied + ")); }");
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
  writer_.line(is_break ? "break;" : "continue;");
}

bool BodyGenerator::is_declared(std::string_view name) const {
  return std::any_of(scopes_.begin(), scopes_.end(), [name](const std::vector<std::string>& scope) {
    return std::find(scope.begin(), scope.end(), name) != scope.end();
  });
}

std::string BodyGenerator::unique(std::string_view prefix) {
  return std::string(prefix) + std::to_string(++last_number_);
}

void BodyGenerator::fail(int line, std::string_view message) const {
  throw TemplateError(open_files_.back()->path, line, message);
}

}  // namespace eddy::inline v0::template_compiler
