// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <eddy/web/template/compiler/cpp_scan.h>
#include <eddy/web/template/compiler/generator.h>
#include <eddy/web/template/compiler/loader.h>
#include <eddy/web/template/compiler/names.h>
#include <eddy/web/template/compiler/set_directive.h>
#include <eddy/web/template/compiler/template_error.h>
#include <eddy/web/template/compiler/whitespace.h>

namespace {

using testing::HasSubstr;
using testing::Not;
namespace compiler = eddy::template_compiler;

using Files = std::map<std::string, std::string>;

class MemorySource : public compiler::TemplateSource {
 public:
  explicit MemorySource(Files files) : files_(std::move(files)) {}
  std::optional<std::string> read(const std::string& name) override {
    const auto found = files_.find(name);
    return found == files_.end() ? std::nullopt : std::optional(found->second);
  }
  std::string path_of(const std::string& name) override { return name; }

 private:
  Files files_;
};

compiler::Generated compiled(Files files, const std::string& name = "page.html") {
  MemorySource source(std::move(files));
  compiler::Loader loader(source, {});
  return compiler::generate(loader, name, {.scope = "templates", .include_name = name + ".h"});
}

compiler::Generated compiled(const std::string& text) { return compiled({{"page.html", text}}); }

std::string error_of(Files files) {
  try {
    static_cast<void>(compiled(std::move(files)));
    return "no error";
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::string error_of(const std::string& text) { return error_of({{"page.html", text}}); }

TEST(TemplateErrors, NameFileAndLine) {
  EXPECT_EQ(error_of("a\n\n{% nothing x %}"), "page.html:3: unknown directive 'nothing'");
  EXPECT_EQ(error_of("{{ a\n}}\n{{ }}"), "page.html:3: the expression is empty: '{{ }}'");
  EXPECT_EQ(error_of({{"page.html", "{% extends base.html %}"}, {"base.html", "\n{% end %}"}}),
            "base.html:2: {% end %} ends nothing");
  EXPECT_EQ(
      error_of({{"page.html", "x\n{% include a/b.html %}"}, {"a/b.html", "{% if %}{% end %}"}}),
      "a/b.html:1: {% if %} needs a condition");
}

TEST(TemplateErrors, OfTags) {
  EXPECT_EQ(error_of("{{ a }"), "page.html:1: the expression has no end: missing '}}'");
  EXPECT_EQ(error_of("\n{% if a }}"), "page.html:2: the directive has no end: missing '%}'");
  EXPECT_EQ(error_of("\n\n{# {{ }}"), "page.html:3: the comment has no end: missing '#}'");
  EXPECT_EQ(error_of("{% comment it's"), "page.html:1: the directive has no end: missing '%}'");
  EXPECT_EQ(error_of("{%  %}"), "page.html:1: the directive is empty: '{% %}'");
  EXPECT_EQ(error_of("{{\n it's }}"), "page.html:2: the literal that begins with ' has no end");
  EXPECT_EQ(error_of("{{ f(a }}"), "page.html:1: a bracket is not closed in: f(a");
  EXPECT_EQ(error_of("{{ f(a]) }}"), "page.html:1: the brackets do not match in: f(a])");
  EXPECT_EQ(error_of("{% if a) { b(); } if (c %}{% end %}"),
            "page.html:1: the brackets do not match in: a) { b(); } if (c");
}

TEST(TemplateErrors, OfBlocks) {
  EXPECT_EQ(error_of("{% end %}"), "page.html:1: {% end %} ends nothing");
  EXPECT_EQ(error_of("x\n{% for a in b %}\n{% if c %}{% end %}"),
            "page.html:2: {% for %} has no {% end %}");
  EXPECT_EQ(error_of("{% block %}{% end %}"), "page.html:1: {% block %} needs a name");
  EXPECT_EQ(error_of("{% apply %}{% end %}"), "page.html:1: {% apply %} needs a function");
  EXPECT_EQ(error_of("{% else %}"),
            "page.html:1: {% else %} stands in no directive that it divides");
  EXPECT_EQ(error_of("{% while a %}{% elif b %}{% end %}"),
            "page.html:1: {% elif %} can't divide {% while %}");
  EXPECT_EQ(error_of("{% block b %}{% else %}{% end %}"),
            "page.html:1: {% else %} can't divide {% block %}");
  EXPECT_EQ(error_of("{% if a %}{% except %}{% end %}"),
            "page.html:1: {% except %} can't divide {% if %}");
  EXPECT_EQ(error_of("{% if a %}{% else %}\n{% else %}{% end %}"),
            "page.html:2: {% else %} can't come after {% else %}");
  EXPECT_EQ(error_of("{% if a %}{% else b %}{% end %}"),
            "page.html:1: {% else %} takes nothing: b");
  EXPECT_EQ(error_of("{% try %}{% finally %}{% except %}{% end %}"),
            "page.html:1: {% except %} can't come after {% finally %}");
  EXPECT_EQ(error_of("{% try %}{% end %}"),
            "page.html:1: {% try %} needs an {% except %} or {% finally %}");
  EXPECT_EQ(error_of("{% try %}{% else %}{% finally %}{% end %}"),
            "page.html:1: the {% else %} of {% try %} comes after {% except %}");
  EXPECT_EQ(error_of("{% try %}{% except %}\n{% except E %}{% end %}"),
            "page.html:2: the {% except %} before takes every exception");
  EXPECT_EQ(
      error_of("{% try %}{% except (A, B) %}{% end %}"),
      "page.html:1: {% except %} takes one type of exception: {% except std::exception as e %}");
  EXPECT_EQ(error_of("{% for a %}{% end %}"),
            "page.html:1: {% for %} takes 'row in rows' or what a for of C++ has in its brackets");
  EXPECT_EQ(error_of("{% for a::b %}{% end %}"),
            "page.html:1: {% for %} takes 'row in rows' or what a for of C++ has in its brackets");
  EXPECT_EQ(error_of("{% for %}{% end %}"), "page.html:1: {% for %} needs what it goes over");
}

TEST(TemplateErrors, OfJumps) {
  EXPECT_EQ(error_of("{% break %}"),
            "page.html:1: {% break %} stands in no {% for %} or {% while %}");
  EXPECT_EQ(error_of("{% for a in b %}{% end %}{% continue %}"),
            "page.html:1: {% continue %} stands in no {% for %} or {% while %}");
  EXPECT_EQ(error_of("{% for a in b %}{% apply f %}{% break %}{% end %}{% end %}"),
            "page.html:1: {% break %} stands in no {% for %} or {% while %} of its {% apply %}");
  EXPECT_EQ(error_of("{% for a in b %}{% else %}{% break %}{% end %}"),
            "page.html:1: {% break %} stands in no {% for %} or {% while %}");
  EXPECT_EQ(error_of("{% while a %}{% break 2 %}{% end %}"),
            "page.html:1: {% break %} takes nothing");
  EXPECT_EQ(error_of({{"page.html", "{% for a in b %}{% include c.html %}{% end %}"},
                      {"c.html", "{% break %}"}}),
            "c.html:1: {% break %} stands in no {% for %} or {% while %}");
}

TEST(TemplateErrors, OfDeclarations) {
  EXPECT_EQ(error_of("{% extends %}"), "page.html:1: {% extends %} needs the file's name");
  EXPECT_EQ(error_of("{% include %}"), "page.html:1: {% include %} needs the file's name");
  EXPECT_EQ(error_of("{% set %}"), "page.html:1: {% set %} needs an assignment");
  EXPECT_EQ(error_of("{% set a = %}"), "page.html:1: {% set %} has nothing after its '='");
  EXPECT_EQ(error_of("{% raw %}"), "page.html:1: {% raw %} needs an expression");
  EXPECT_EQ(error_of("{% module %}"), "page.html:1: {% module %} needs an expression");
  EXPECT_EQ(error_of("{% import %}"), "page.html:1: {% import %} needs a header");
  EXPECT_EQ(error_of("{% import os %}"),
            "page.html:1: {% import %} takes a header, <vector> or \"models.h\"");
  EXPECT_EQ(
      error_of("{% from a.b import c %}"),
      "page.html:1: {% from %} takes a namespace and names: {% from app::text import shorten %}");
  EXPECT_EQ(error_of("{% from a import b-c %}"),
            "page.html:1: {% from %} imports names, not 'b-c'");
  EXPECT_EQ(error_of("{% autoescape %}"), "page.html:1: {% autoescape %} needs a function or None");
  EXPECT_EQ(error_of("{% autoescape f(x) %}"),
            "page.html:1: {% autoescape %} takes the name of a function, or None");
  EXPECT_EQ(error_of("{% autoescape app::new %}"),
            "page.html:1: {% autoescape %} takes the name of a function, or None");
  EXPECT_EQ(error_of("{% whitespace some %}"),
            "page.html:1: unknown whitespace mode 'some'; there are all, single and oneline");
  EXPECT_EQ(error_of("{% param int %}"),
            "page.html:1: {% param %} takes a type and a name: {% param int count %}");
  EXPECT_EQ(error_of("{% param int x[3] %}"),
            "page.html:1: {% param %} takes a type and a name: {% param int count %}");
  EXPECT_EQ(error_of("{% param int x = %}"), "page.html:1: {% param %} has nothing after its '='");
  EXPECT_EQ(error_of("{% param int x %}\n{% param int x %}"),
            "page.html:2: there is a parameter 'x' already");
  EXPECT_EQ(error_of("{% param int eddy_out %}"),
            "page.html:1: no parameter can have the name 'eddy_out'");
  EXPECT_EQ(error_of({{"page.html", "\n{% extends base.html %}{% param long x %}"},
                      {"base.html", "{% param int x %}"}}),
            "page.html:2: the parameter 'x' is int in base.html");
}

TEST(TemplateErrors, OfOtherFiles) {
  EXPECT_EQ(error_of("\n{% include other.html %}"),
            "page.html:2: there is no template 'other.html': other.html can't be read");
  EXPECT_EQ(error_of("{% extends ../other.html %}"),
            "page.html:1: '../other.html' lies outside of the templates' folder");
  EXPECT_EQ(error_of("{% include page.html %}"), "page.html:1: page.html includes itself");
  EXPECT_EQ(error_of("{% extends page.html %}"), "page.html:1: page.html extends itself");
  EXPECT_EQ(
      error_of({{"page.html", "{% include b.html %}"}, {"b.html", "\n{% include page.html %}"}}),
      "b.html:2: page.html includes itself");
  EXPECT_EQ(
      error_of({{"page.html", "{% extends b.html %}"}, {"b.html", "{% extends page.html %}"}}),
      "b.html:1: page.html extends itself");
  EXPECT_EQ(error_of({{"page.html", "{% include b.html %}"}, {"b.html", "{% extends c.html %}"}}),
            "page.html:1: b.html extends c.html and can't be included");
  EXPECT_EQ(error_of("{% if a %}{% extends b.html %}{% end %}"),
            "page.html:1: {% extends %} can't stand in {% if %}");
  EXPECT_EQ(error_of("{% extends b.html %}\n{% extends c.html %}"),
            "page.html:2: the template extends b.html already");
  EXPECT_THAT(error_of({{"1.html", ""}}), HasSubstr("page.html: can't be read"));
}

TEST(TemplateErrors, NestingHasABound) {
  std::string text;
  for (int i = 0; i < 101; i++) text += "{% if a %}";
  EXPECT_EQ(error_of(text), "page.html:1: directives are nested more than 100 deep");
  text.clear();
  for (int i = 0; i < 100; i++) text += "{% if a %}";
  for (int i = 0; i < 100; i++) text += "{% end %}";
  EXPECT_EQ(error_of(text), "no error");
}

TEST(TemplateCompiler, ExpressionsMayHoldWhatEndsTags) {
  EXPECT_THAT(compiled("{{ Size{Point{1, 2}} }}").source, HasSubstr("   Size{Point{1, 2}}\n"));
  EXPECT_THAT(compiled("{{ f(\"}}\", '}', 1'000) }}").source, HasSubstr("f(\"}}\", '}', 1'000)\n"));
  EXPECT_THAT(compiled("{{ R\"x(}} \" )x\" }}|").source, HasSubstr("R\"x(}} \" )x\"\n"));
  EXPECT_THAT(compiled("{% if a == \"%}\" %}{% end %}").source, HasSubstr("a == \"%}\"\n"));
  EXPECT_THAT(compiled("{{ a // why\n}}").source, HasSubstr("a // why\n"));
}

TEST(TemplateCompiler, EveryStatementNamesItsLineInTheTemplate) {
  const std::string source =
      compiled({{"page.html", "{% extends base.html %}\n{% block b %}\n\n  {{ x }}{% end %}"},
                {"base.html", "text\n{{ y }}{% block b %}{% end %}"}})
          .source;
  EXPECT_THAT(source, HasSubstr("#line 4 \"page.html\"\n     x\n#line 4 \"page.html\"\n);"));
  EXPECT_THAT(source, HasSubstr("#line 2 \"base.html\"\n   y\n"));
  EXPECT_THAT(source, HasSubstr("#line 1 \"base.html\"\neddy_out.append(\"text\\n\", 5);"));
}

TEST(TemplateCompiler, ParametersAreMembersOfBaseFirst) {
  const std::string header =
      compiled({{"page.html",
                 "{% extends base.html %}\n{% param std::vector<int> numbers = {1, 2} %}"
                 "{% param const char* title %}{% import <vector> %}"},
                {"base.html",
                 "{% param const char* title %}{% param std::map<int, int>& map %}"
                 "{% import \"own.h\" %}"}})
          .header;
  EXPECT_THAT(
      header,
      HasSubstr("struct Page {\n#line 1 \"base.html\"\n"
                "  [[gnu::error(\"the parameter 'title' is left out\")]] static const char* "
                "eddy_left_out_title();\n#line 1 \"base.html\"\n"
                "  const char* title = eddy_left_out_title()\n"));
  EXPECT_THAT(header, HasSubstr("  std::map<int, int>& map\n;"));
  EXPECT_LT(header.find("std::map<int, int>& map"),
            header.find("std::vector<int> numbers = {1, 2}\n"));
  EXPECT_EQ(header.find("const char* title"), header.rfind("const char* title"));
  EXPECT_THAT(header, HasSubstr("#line 1 \"base.html\"\n#include \"own.h\"\n"));
  EXPECT_THAT(header, HasSubstr("#line 2 \"page.html\"\n#include <vector>\n"));
  EXPECT_THAT(header, HasSubstr("namespace templates {"));
  EXPECT_THAT(header, Not(HasSubstr("PageResources")));
}

TEST(TemplateCompiler, AHeaderIsIncludedOnce) {
  const std::string header =
      compiled({{"page.html", "{% extends base.html %}{% import <vector> %}{% import <string> %}"},
                {"base.html", "{% import <vector> %}{% import <string_view> %}"}})
          .header;
  for (const std::string name : {"<string>", "<string_view>", "<vector>"}) {
    const std::string line = "#include " + name + "\n";
    EXPECT_THAT(header, HasSubstr(line));
    EXPECT_EQ(header.find(line), header.rfind(line)) << header;
  }
}

TEST(TemplateCompiler, NamesOfFilesBecomeNamesOfTypes) {
  const auto name_of = [](std::string_view file) {
    const auto name = compiler::type_name_of(file);
    return name ? name->scope + "|" + name->name : "none";
  };
  EXPECT_EQ(name_of("index.html"), "|Index");
  EXPECT_EQ(name_of("user_list.html"), "|UserList");
  EXPECT_EQ(name_of("user-list.v2.html"), "|UserListV2");
  EXPECT_EQ(name_of("admin/my-users/list.html"), "admin::my_users|List");
  EXPECT_EQ(name_of("feed.xml"), "|FeedXml");
  EXPECT_EQ(name_of("_row.html"), "|Row");
  EXPECT_EQ(name_of("404.html"), "none");
  EXPECT_EQ(name_of("1/a.html"), "none");
  EXPECT_EQ(name_of("news/public_new.html"), "news|PublicNew");
  EXPECT_EQ(name_of("public/a.html"), "none");
  EXPECT_EQ(name_of("a/new/b.html"), "none");
  EXPECT_EQ(name_of("co-await/a.html"), "none");
  EXPECT_EQ(name_of("a\nint b;.html"), "none");
  EXPECT_EQ(name_of("a\x7f.html"), "none");
  EXPECT_EQ(name_of("a\".html"), "none");
  EXPECT_EQ(name_of("a\\"), "none");
  EXPECT_EQ(name_of("caf\xc3\xa9 menu.html"), "|CafMenu");
  EXPECT_EQ(name_of(""), "none");
}

TEST(TemplateCompiler, APlaceInATemplateIsOneLine) {
  const std::string source =
      compiled({{"page.html", "{% include a\nb.html %}"}, {"a\nb.html", "{{ x }}"}}).source;
  EXPECT_THAT(source, HasSubstr("#line 1 \"a\\nb.html\"\n   x\n"));
}

TEST(TemplateCompiler, NamesOfOtherFilesAreBesideTheFileOrBelowTheRoot) {
  EXPECT_EQ(compiler::resolved("b.html", "a.html"), "b.html");
  EXPECT_EQ(compiler::resolved("b.html", "x/y/a.html"), "x/y/b.html");
  EXPECT_EQ(compiler::resolved("../b.html", "x/y/a.html"), "x/b.html");
  EXPECT_EQ(compiler::resolved("/b.html", "x/a.html"), "b.html");
  EXPECT_EQ(compiler::resolved("../../b.html", "x/a.html"), std::nullopt);
  EXPECT_EQ(compiler::resolved("//b.html", "a.html"), std::nullopt);
  EXPECT_EQ(compiler::resolved("/../b.html", "x/a.html"), std::nullopt);
}

TEST(TemplateCompiler, OptionsGiveDefaults) {
  MemorySource source(Files{{"page.html", "a   b\n{{ x }}"}});
  compiler::Loader loader(
      source, {.autoescape = std::nullopt, .whitespace = compiler::Whitespace::oneline});
  const std::string text =
      compiler::generate(loader, "page.html", {.scope = "", .include_name = "p.h"}).source;
  EXPECT_THAT(text, HasSubstr("append(\"a b \", 4);"));
  EXPECT_THAT(text, HasSubstr("eddy_support::append(eddy_out,"));
  EXPECT_THAT(text, Not(HasSubstr("namespace {")));
}

// What Python takes for blanks, too: a no-break space, and the like.
TEST(TemplateCompiler, BlanksBeyondAsciiStay) {
  for (const std::string blank : {"\xc2\xa0", "\xc2\x85", "\xe2\x80\x83", "\xe3\x80\x80"}) {
    const std::string text = "a" + blank + "b " + blank + "  " + blank + "\n" + blank + "c";
    using compiler::Whitespace;
    EXPECT_EQ(compiler::filtered(text, Whitespace::all), text);
    EXPECT_EQ(compiler::filtered(text, Whitespace::single),
              "a" + blank + "b " + blank + " " + blank + "\n" + blank + "c");
    EXPECT_EQ(compiler::filtered(text, Whitespace::oneline),
              "a" + blank + "b " + blank + " " + blank + " " + blank + "c");
  }
}

TEST(TemplateCompiler, LongTextIsSeveralLiterals) {
  const std::string source = compiled(std::string(70000, 'x')).source;
  EXPECT_THAT(source, HasSubstr(", 32768);"));
  EXPECT_THAT(source, HasSubstr(", 4464);"));
}

TEST(TemplateCompiler, APageOfOneLongLineIsNotMadeOfBlanks) {
  std::string text;
  for (int i = 0; i < 2000; i++) text += "{{ x }}";
  EXPECT_LT(compiled(text).source.size(), 1'000'000U);
}

TEST(TemplateCompiler, ManyNamesOfOneNamespaceTakeLinearTime) {
  std::string text = "{% from" + std::string(1U << 20U, ' ') + "a import b";
  for (int i = 0; i < 50'000; i++) text += ",b";
  const std::clock_t start = std::clock();
  EXPECT_THAT(compiled(text + " %}").source, HasSubstr("::b;\n"));
  EXPECT_LT(std::clock() - start, 2 * CLOCKS_PER_SEC);
}

TEST(SetDirective, TellsWhichVariablesItIsAbout) {
  const auto seen = [](std::string_view text) {
    const compiler::SetDirective set = compiler::set_directive(text);
    std::string result(1, "=+:."[static_cast<int>(set.kind)]);
    for (const std::string_view name : set.names) result += " " + std::string(name);
    return result;
  };
  EXPECT_EQ(seen("x = y == 1"), "= x");
  EXPECT_EQ(seen("a , b = f(c, d)"), "= a b");
  EXPECT_EQ(seen("int x = 1"), ": x");
  EXPECT_EQ(seen("const std::vector<int>& x = y"), ": x");
  EXPECT_EQ(seen("auto& [a, b] = y"), ": a b");
  for (const std::string_view text :
       {"x += 1", "x<<=1", "x >>= 1", "x ^= f(y = 1)", "x++", "-- x", "x %= 2"}) {
    EXPECT_EQ(seen(text), "+ x") << text;
  }
  for (const std::string_view text :
       {"x.y = 1", "x[0] = 1", "*x = 1", "x->y += 1", "++x.y", "x == 1", "x <= 1", "x < y",
        "x >> y", "f(x)", "[a, b] = y", "new += 1", ""}) {
    EXPECT_EQ(seen(text), ".") << text;
  }
}

TEST(ForDirective, TellsWhichVariablesItHas) {
  const auto seen = [](std::string_view text) {
    const auto loop = compiler::for_directive(text);
    if (!loop) return std::string("none");
    std::string result = loop->classic ? "classic" : loop->plain ? "plain" : "range";
    for (const std::string_view name : loop->names) result += " " + std::string(name);
    return result;
  };
  EXPECT_EQ(seen("x in xs"), "plain x");
  EXPECT_EQ(seen("k, v in map"), "plain k v");
  EXPECT_EQ(seen("const auto& x in xs"), "range x");
  EXPECT_EQ(seen("auto& x : a::b"), "range x");
  EXPECT_EQ(seen("const auto& [k, v] : map"), "range k v");
  EXPECT_EQ(seen("a::b x : {c ? d : e}"), "range x");
  EXPECT_EQ(seen("auto all = f(); int x : all"), "range x");
  EXPECT_EQ(seen("int i = 0; i < n; ++i"), "classic i");
  EXPECT_EQ(seen("; ;"), "classic");
  EXPECT_EQ(seen("a::b"), "none");
}

TEST(CppScan, NamesAreNoKeywords) {
  EXPECT_TRUE(compiler::is_identifier("x1_") && compiler::is_identifier("alignas_"));
  for (const std::string_view word : {"", "1a", "a-b", "alignas", "int", "try", "xor_eq"}) {
    EXPECT_FALSE(compiler::is_identifier(word)) << word;
  }
  EXPECT_TRUE(compiler::is_qualified_name("::a::b"));
  EXPECT_FALSE(compiler::is_qualified_name("a::or"));
}

TEST(CppScan, FindsTheAssignment) {
  EXPECT_EQ(compiler::top_level_assignment("a = b"), 2U);
  EXPECT_EQ(compiler::top_level_assignment("a == b"), std::nullopt);
  EXPECT_EQ(compiler::top_level_assignment("a += b"), std::nullopt);
  EXPECT_EQ(compiler::top_level_assignment("a = b == c"), 2U);
  EXPECT_EQ(compiler::top_level_assignment("f(x = 1)"), std::nullopt);
  EXPECT_EQ(compiler::top_level_assignment("\"=\""), std::nullopt);
}

}  // namespace
