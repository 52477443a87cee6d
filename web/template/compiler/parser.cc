// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/compiler/parser.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <eddy/web/template/compiler/cpp_scan.h>
#include <eddy/web/template/compiler/template_error.h>

namespace eddy::inline v0::template_compiler {

namespace {

// What the directives that are being read stand in.
struct Enclosing {
  std::string_view keyword;  // of the innermost open directive; empty in none
  int line = 1;
  bool in_loop = false;  // whether {% break %} has a loop to end
  int depth = 0;
};

// The parser and the generator recurse; no page is nested like this.
constexpr int kDeepest = 100;

// A directive in two parts: "for", "x in rows".
struct Directive {
  std::string_view keyword;
  std::string_view rest;
  Token token;
};

Directive split(const Token& token) {
  std::size_t end = 0;
  while (end < token.text.size() && !is_blank(token.text[end])) end++;
  return {token.text.substr(0, end), trimmed(token.text.substr(end)), token};
}

bool contains(std::string_view words, std::string_view word) {
  return (" " + std::string(words) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

// The directives that {% else %} and its like divide.
std::string_view divided_by(std::string_view keyword) {
  if (keyword == "else") return "if for while try";
  if (keyword == "elif") return "if";
  if (keyword == "except" || keyword == "finally") return "try";
  return "";
}

bool is_loop(std::string_view keyword) { return keyword == "for" || keyword == "while"; }

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string tag(std::string_view keyword) { return "{% " + std::string(keyword) + " %}"; }

class Parser {
 public:
  Parser(std::string_view source, Template& result, Whitespace whitespace)
      : lexer_(source, result.path), result_(result), whitespace_(whitespace) {}

  void parse() {
    if (parse_body(result_.body, {})) throw std::logic_error("a directive ended nothing");
  }

 private:
  std::optional<Directive> parse_body(std::vector<Node>& body, const Enclosing& in);
  void parse_directive(std::vector<Node>& body, const Directive& directive, const Enclosing& in);
  void parse_control(std::vector<Node>& body, const Directive& directive, const Enclosing& in);
  void parse_container(std::vector<Node>& body, const Directive& directive, const Enclosing& in);
  void parse_declaration(const Directive& directive, const Enclosing& in);
  void parse_param(const Directive& directive);
  void parse_use(std::vector<Node>& body, const Directive& directive);
  void parse_jump(std::vector<Node>& body, const Directive& directive, const Enclosing& in);
  void check_branch(const Node& control, const Branch& branch) const;
  void check_division(const Directive& directive, const Enclosing& in) const;

  [[nodiscard]] Enclosing inside(const Directive& directive, const Enclosing& in,
                                 bool in_loop) const;
  [[nodiscard]] Code code(const Token& token, std::string_view part) const;
  static Node node(Node::Kind kind, const Directive& directive);
  void add_text(std::vector<Node>& body, const Token& token) const;
  void need(const Directive& directive, std::string_view what) const;
  [[noreturn]] void fail(int line, std::string_view message) const {
    throw TemplateError(result_.path, line, message);
  }

  Lexer lexer_;
  Template& result_;
  Whitespace whitespace_;
};

// Reads until the {% end %} of `in`, or a directive that divides it, which is returned.
std::optional<Directive> Parser::parse_body(std::vector<Node>& body, const Enclosing& in) {
  for (Token token; lexer_.next(token);) {
    if (token.kind == Token::Kind::text || token.kind == Token::Kind::brace) {
      add_text(body, token);
      continue;
    }
    if (token.kind == Token::Kind::expression) {
      Node expression;
      expression.kind = Node::Kind::expression;
      expression.line = token.line;
      expression.code = code(token, token.text);
      body.push_back(std::move(expression));
      continue;
    }
    const Directive directive = split(token);
    if (!divided_by(directive.keyword).empty()) {
      check_division(directive, in);
      return directive;
    }
    if (directive.keyword == "end") {
      if (in.keyword.empty()) fail(token.line, "{% end %} ends nothing");
      return std::nullopt;
    }
    parse_directive(body, directive, in);
  }
  if (!in.keyword.empty()) fail(in.line, tag(in.keyword) + " has no {% end %}");
  return std::nullopt;
}

void Parser::add_text(std::vector<Node>& body, const Token& token) const {
  Node text;
  text.line = token.line;
  text.text = filtered(token.text, whitespace_);
  body.push_back(std::move(text));
}

void Parser::check_division(const Directive& directive, const Enclosing& in) const {
  const std::string_view where = divided_by(directive.keyword);
  if (contains(where, in.keyword)) return;
  if (in.keyword.empty()) {
    fail(directive.token.line, tag(directive.keyword) + " stands in no directive that it divides");
  }
  fail(directive.token.line, tag(directive.keyword) + " can't divide " + tag(in.keyword));
}

void Parser::parse_directive(std::vector<Node>& body, const Directive& directive,
                             const Enclosing& in) {
  const std::string_view keyword = directive.keyword;
  if (keyword == "comment") return;
  if (contains("if for while try", keyword)) return parse_control(body, directive, in);
  if (contains("block apply", keyword)) return parse_container(body, directive, in);
  if (contains("extends param import autoescape whitespace", keyword)) {
    return parse_declaration(directive, in);
  }
  if (keyword == "from") return parse_use(body, directive);
  if (keyword == "break" || keyword == "continue") return parse_jump(body, directive, in);
  if (keyword == "include") {
    need(directive, "the file's name");
    Node include = node(Node::Kind::include, directive);
    include.text = directive.rest;
    std::erase_if(include.text, [](char c) { return c == '"' || c == '\''; });
    body.push_back(std::move(include));
    return;
  }
  static constexpr std::array<std::pair<std::string_view, Node::Kind>, 3> kWithCode = {{
      {"raw", Node::Kind::expression},
      {"set", Node::Kind::set},
      {"module", Node::Kind::module},
  }};
  for (const auto& [name, kind] : kWithCode) {
    if (name != keyword) continue;
    need(directive, name == "set" ? "an assignment" : "an expression");
    Node result = node(kind, directive);
    result.raw = kind == Node::Kind::expression;
    result.code = code(directive.token, directive.rest);
    body.push_back(std::move(result));
    return;
  }
  fail(directive.token.line, "unknown directive " + quoted(keyword));
}

void Parser::parse_control(std::vector<Node>& body, const Directive& first, const Enclosing& in) {
  Node control = node(Node::Kind::control, first);
  control.keyword = first.keyword;
  std::optional<Directive> directive = first;
  while (directive) {
    Branch branch;
    branch.keyword = directive->keyword;
    branch.line = directive->token.line;
    branch.code = code(directive->token, directive->rest);
    check_branch(control, branch);
    // A loop's {% else %} comes after the loop.
    const bool in_loop = in.in_loop || is_loop(branch.keyword);
    directive = parse_body(branch.body, inside(first, in, in_loop));
    control.branches.push_back(std::move(branch));
  }
  if (control.keyword == "try" && control.branches.size() == 1) {
    fail(control.line, "{% try %} needs an {% except %} or {% finally %}");
  }
  body.push_back(std::move(control));
}

// `branch` comes behind those that the directive has.
void Parser::check_branch(const Node& control, const Branch& branch) const {
  const bool bare = contains("try else finally", branch.keyword);
  if (bare && !branch.code.text.empty()) {
    fail(branch.line, tag(branch.keyword) + " takes nothing: " + branch.code.text);
  }
  if (!bare && branch.code.text.empty() && branch.keyword != "except") {
    fail(branch.line, tag(branch.keyword) + (is_loop(branch.keyword) && branch.keyword == "for"
                                                 ? " needs what it goes over"
                                                 : " needs a condition"));
  }
  if (control.branches.empty()) return;
  const Branch& last = control.branches.back();
  if (last.keyword == "finally" || (last.keyword == "else" && branch.keyword != "finally")) {
    fail(branch.line, tag(branch.keyword) + " can't come after " + tag(last.keyword));
  }
  if (branch.keyword == "else" && last.keyword == "try") {
    fail(branch.line, "the {% else %} of {% try %} comes after {% except %}");
  }
  if (branch.keyword == "except" && last.keyword == "except" && last.code.text.empty()) {
    fail(branch.line, "the {% except %} before takes every exception");
  }
}

void Parser::parse_container(std::vector<Node>& body, const Directive& directive,
                             const Enclosing& in) {
  const bool block = directive.keyword == "block";
  need(directive, block ? "a name" : "a function");
  Node container = node(block ? Node::Kind::block : Node::Kind::apply, directive);
  if (block) {
    container.text = directive.rest;
  } else {
    container.code = code(directive.token, directive.rest);
  }
  parse_body(container.body, inside(directive, in, block && in.in_loop));
  body.push_back(std::move(container));
}

void Parser::parse_declaration(const Directive& directive, const Enclosing& in) {
  const int line = directive.token.line;
  const std::string_view keyword = directive.keyword;
  if (keyword == "param") return parse_param(directive);
  if (keyword == "extends") {
    need(directive, "the file's name");
    if (!in.keyword.empty()) {
      fail(line, "{% extends %} can't stand in " + tag(in.keyword));
    }
    if (result_.extends) fail(line, "the template extends " + result_.extends->name + " already");
    std::string name(directive.rest);
    std::erase_if(name, [](char c) { return c == '"' || c == '\''; });
    result_.extends = FileReference{std::move(name), line};
  } else if (keyword == "import") {
    need(directive, "a header");
    const std::string_view header = directive.rest;
    const bool system = header.size() > 2 && header.front() == '<' && header.back() == '>';
    const bool own = header.size() > 2 && header.front() == '"' && header.back() == '"';
    const std::string_view inner = system || own ? header.substr(1, header.size() - 2) : "";
    if (inner.empty() || inner.find_first_of("\"<>\n") != std::string_view::npos) {
      fail(line, "{% import %} takes a header, <vector> or \"models.h\"");
    }
    result_.imports.push_back({std::string(header), line});
  } else if (keyword == "autoescape") {
    need(directive, "a function or None");
    result_.autoescape.reset();
    if (directive.rest == "None") return;
    if (!is_qualified_name(directive.rest)) {
      fail(line, "{% autoescape %} takes the name of a function, or None");
    }
    result_.autoescape = directive.rest;
  } else {
    const std::optional<Whitespace> mode = whitespace_named(directive.rest);
    if (!mode) {
      fail(line, "unknown whitespace mode " + quoted(directive.rest) +
                     "; there are all, single and oneline");
    }
    whitespace_ = *mode;
  }
}

void Parser::parse_param(const Directive& directive) {
  const Token& token = directive.token;
  need(directive, "a type and a name");
  const std::optional<std::size_t> equals = top_level_assignment(directive.rest);
  const std::string_view declared =
      trimmed(directive.rest.substr(0, equals.value_or(std::string_view::npos)));
  const std::string_view name = last_identifier(declared);
  const std::string_view type = trimmed(declared.substr(0, declared.size() - name.size()));
  if (name.empty() || type.empty() || type.ends_with("::")) {
    fail(token.line, "{% param %} takes a type and a name: {% param int count %}");
  }
  if (name.starts_with("eddy_") || name == "append_to" || name == "render") {
    fail(token.line, "no parameter can have the name " + quoted(name));
  }
  Param param{code(token, type), std::string(name), {}};
  if (equals) {
    param.initializer = code(token, trimmed(directive.rest.substr(*equals + 1)));
    if (param.initializer.text.empty()) fail(token.line, "{% param %} has nothing after its '='");
  }
  for (const Param& other : result_.params) {
    if (other.name == name) fail(token.line, "there is a parameter " + quoted(name) + " already");
  }
  result_.params.push_back(std::move(param));
}

// {% from a::b import c, d %}
void Parser::parse_use(std::vector<Node>& body, const Directive& directive) {
  constexpr std::string_view kImport = "import";
  const int line = directive.token.line;
  const std::optional<std::size_t> word = top_level_word(directive.rest, kImport);
  const std::string_view scope = trimmed(directive.rest.substr(0, word.value_or(0)));
  if (!word || !is_qualified_name(scope)) {
    fail(line, "{% from %} takes a namespace and names: {% from app::text import shorten %}");
  }
  const Code scope_code = code(directive.token, scope);
  std::string_view names = directive.rest.substr(*word + kImport.size());
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    Node use = node(Node::Kind::use, directive);
    use.code = scope_code;
    use.text = trimmed(names.substr(0, comma));
    if (use.text != "*" && !is_identifier(use.text)) {
      fail(line, "{% from %} imports names, not " + quoted(use.text));
    }
    body.push_back(std::move(use));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
}

void Parser::parse_jump(std::vector<Node>& body, const Directive& directive, const Enclosing& in) {
  if (!in.in_loop) {
    fail(directive.token.line, tag(directive.keyword) + " stands in no {% for %} or {% while %}" +
                                   (in.keyword == "apply" ? " of its {% apply %}" : ""));
  }
  if (!directive.rest.empty()) {
    fail(directive.token.line, tag(directive.keyword) + " takes nothing");
  }
  Node jump = node(Node::Kind::jump, directive);
  jump.keyword = directive.keyword;
  body.push_back(std::move(jump));
}

Enclosing Parser::inside(const Directive& directive, const Enclosing& in, bool in_loop) const {
  if (in.depth == kDeepest) {
    fail(directive.token.line, "directives are nested more than 100 deep");
  }
  return {directive.keyword, directive.token.line, in_loop, in.depth + 1};
}

// `part` is a view into the token.
Code Parser::code(const Token& token, std::string_view part) const {
  const std::string_view fault = bracket_fault(part);
  if (!fault.empty()) {
    fail(token.line, std::string(fault) + " in: " + std::string(part.substr(0, part.find('\n'))));
  }
  return {std::string(part), place_of(part.data(), token.text, token.place)};
}

Node Parser::node(Node::Kind kind, const Directive& directive) {
  Node result;
  result.kind = kind;
  result.line = directive.token.line;
  return result;
}

void Parser::need(const Directive& directive, std::string_view what) const {
  if (directive.rest.empty()) {
    fail(directive.token.line, tag(directive.keyword) + " needs " + std::string(what));
  }
}

}  // namespace

Template parse_template(std::string_view source, std::string_view name, std::string_view path,
                        const ParseOptions& options) {
  Template result;
  result.name = name;
  result.path = path;
  result.autoescape = options.autoescape;
  Parser(source, result, options.whitespace.value_or(whitespace_of_file(name))).parse();
  return result;
}

}  // namespace eddy::inline v0::template_compiler
