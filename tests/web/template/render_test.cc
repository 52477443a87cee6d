// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program of its own, since it counts allocations.
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <eddy/web/template/output.h>
#include <eddy/web/template/page.h>
#include <eddy/web/template/page_resources.h>
#include <tests/allocation_counter.h>
#include <tests/web/app/test_exchange.h>
#include <tests/web/template/pages.h>

// Made by eddy-template.
#include <pages/applied.html.h>
#include <pages/cpp.html.h>
#include <pages/escapes.html.h>
#include <pages/fails.html.h>
#include <pages/modules.html.h>
#include <pages/panel.html.h>
#include <pages/sets.html.h>
#include <pages/table.html.h>
#include <pages/values.html.h>

namespace {

using eddy_tests::allocations;

TEST(TemplateValues, ArePrintedAndEscaped) {
  const eddy_tests::Values values;
  EXPECT_EQ(templates::Values{values}.render(),
            "&lt;&amp;&gt;|&quot;&#x27;|c&lt;||&lt;|true|200|18446744073709551615|0.1|a&lt;b||"
            "12 &lt;EUR&gt;|&lt;svg/&gt;|<svg/>\n");
}

TEST(TemplateValues, AreEscapedForTheirPlace) {
  EXPECT_EQ((templates::Escapes{.text = "</x> '&\"", .number = 7}.render()),
            "<a title=x&#x3C;&#x2F;x&#x3E;&#x20;&#x27;&#x26;&#x22; href=\"?%3C%2Fx%3E+%27%26%22\">"
            "&lt;/x&gt; &#x27;&amp;&quot;</a>"
            "<script>f(\"<\\/x> '&\\\"\", 7, 0.5, true, {\"text\":\"<\\/\"})</script>"
            "\"<\\/x> '&\\\"\", 7, 0.5, {\"text\":\"\\u003c!--\\u003cscript><\\/script>\"}<i "
            "&#x3C;&#x2F;x&#x3E;&#x20;&#x27;&#x26;&#x22; 0.5>\n");
  const std::string page =
      templates::Escapes{.text = "", .number = {}, .real = std::numeric_limits<double>::infinity()}
          .render();
  EXPECT_NE(page.find("f(\"\", null, null, false, "), std::string::npos) << page;
  const std::string large = templates::Escapes{.text = "", .number = {}, .real = 1e20}.render();
  EXPECT_NE(large.find("null, 1e+20, false, "), std::string::npos) << large;
  EXPECT_NE(large.find("<i  1e&#x2B;20>"), std::string::npos) << large;
}

TEST(TemplateValues, OfOtherTypesAreRefused) {
  struct Other {};
  using eddy::web::template_support::Printable;
  static_assert(!Printable<Other> && !Printable<std::vector<int>> && !Printable<int*>);
  static_assert(!Printable<std::nullptr_t> && !Printable<wchar_t> &&
                !Printable<std::optional<Other>>);
  using eddy::web::template_support::JsonEncodable;
  static_assert(JsonEncodable<eddy_tests::Markup> && !Printable<eddy_tests::Markup> &&
                !JsonEncodable<Other> && !JsonEncodable<std::optional<Other>>);
  static_assert(Printable<std::optional<std::string>> && Printable<char[4]>);
}

template <class T>
constexpr bool kModule = eddy::web::template_support::Module<T, eddy::web::PageResources>;

TEST(TemplateModules, AreNoVariablesOfText) {
  static_assert(kModule<std::string> && kModule<std::string_view> && kModule<eddy_tests::Money>);
  static_assert(!kModule<std::string&> && !kModule<const std::string&> &&
                !kModule<const char(&)[2]>);
  static_assert(kModule<eddy_tests::Shape&> && kModule<const eddy_tests::Other&> && !kModule<int>);
}

TEST(TemplateCode, IsCpp) {
  eddy_tests::Counter counter;
  EXPECT_EQ((templates::Cpp{.ages = {{"a<", 1}, {"b", 2}}, .counter = counter}.render()),
            "a&lt;=1;b=2;01569231runtime oneothercbax1000\n");
  EXPECT_EQ(counter.count, 1);
}

TEST(TemplateSet, LeavesTheProgramsDataAlone) {
  std::vector<std::string> words = {"a", "", "cc"};
  std::map<std::string, int> ages = {{"x", 1}, {"y", 2}};
  std::vector<bool> flags = {true, false};
  const std::vector<std::string_view> views = {"v", "w"};
  std::string text = "text";
  int number = 1;
  EXPECT_EQ((templates::Sets{.words = words,
                             .ages = ages,
                             .flags = flags,
                             .views = views,
                             .count = 3,
                             .text_of_program = text,
                             .number_of_program = number}
                 .render()),
            "a!a!a! !!! cc!cc!cc! |2 0 4 |a none cc |a++ ++ cc++ |C++ C++ C++ |10 x 20 yold |"
            "x1 1text y2 1text |false true |a text that is longer than its view: v "
            "a text that is longer than its view: w |inner inner a inner inner  inner inner cc |"
            "typed! a typed!  typed! cc |a? ? cc? |1 3 |5|6|"
            "a text that is longer than its view: v|text!2|(7)2\n");
  EXPECT_EQ(text, "text");
  EXPECT_EQ(number, 1);
  EXPECT_EQ(words, (std::vector<std::string>{"a", "", "cc"}));
  EXPECT_EQ(ages, (std::map<std::string, int>{{"x", 1}, {"y", 2}}));
  EXPECT_EQ(flags, (std::vector<bool>{true, false}));
}

TEST(TemplateApply, HasVariablesOfItsOwn) {
  std::vector<std::string> words = {"a", "", "cc"};
  EXPECT_EQ((templates::Applied{.words = words, .count = 3}.render()),
            "(1text)1|(21)11|(32)11|(5677)11|(6)3|((3)2)1|(014)11|(a!)a (!) (cc!)cc |(2)1\n");
  EXPECT_EQ(words, (std::vector<std::string>{"a", "", "cc"}));
}

TEST(TemplatePage, IsATypeWithItsParameters) {
  static_assert(std::is_aggregate_v<templates::Table>);
  static_assert(std::is_same_v<decltype(templates::Table::title), std::string_view>);
  static_assert(eddy::web::Page<templates::Table> && !eddy::web::Page<std::string>);
}

TEST(TemplatePage, IsAppendedAndAllocatesNothingWhereThereIsRoom) {
  const std::vector<eddy_tests::Item> items(100, {"<name> of more than sixteen bytes", 1234567});
  const templates::Table page{.title = "a & b", .items = items};
  std::string out = "before ";
  out.reserve(64 * 1024);
  const char* const data = out.data();
  const std::size_t before = allocations;
  page.append_to(out);
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_EQ(out.data(), data);
  EXPECT_TRUE(out.starts_with("before <h1>a &amp; b</h1>\n<table><tr><td>&lt;name&gt; of"));
  EXPECT_TRUE(out.ends_with("</td><td>1234567</td></tr></table>\n"));
  EXPECT_EQ(out.substr(7), page.render());
}

TEST(TemplateModules, PutTheirResourcesIntoThePageOnce) {
  std::string out = "<head></head></body>";
  templates::Modules{}.append_to(out);
  EXPECT_EQ(out,
            "<head></head></body><html><head>"
            "<link href=\"/a.css\" type=\"text/css\" rel=\"stylesheet\"/>\n"
            "<link href=\"/b.css?x&amp;y\" type=\"text/css\" rel=\"stylesheet\"/>\n"
            "<style type=\"text/css\">\nb {}\ni {}\n</style>\n<meta>\n"
            "</head><body><b>1</b><b>2</b><div><b>3</b>other</div><svg/>(<i>)1 <EUR>"
            "<script src=\"/a.js\" type=\"text/javascript\"></script>\n"
            "<script type=\"text/javascript\">\n//<![CDATA[\ngo();\n//]]>\n</script>\n"
            "<hr>\n</body></html>\n");
}

TEST(TemplateModules, NeedAPlaceForTheirResources) {
  std::string out = "<head></head></body>";
  EXPECT_THROW(templates::Panel{.number = 1}.append_to(out), std::logic_error);
  eddy::web::PageResources none;
  none.insert_into(out, 0);
  EXPECT_TRUE(out.starts_with("<head></head></body>"));
}

TEST(TemplateModules, ScriptsComeBeforeTheLastEndOfTheBodyAndHtmlBeforeTheFirst) {
  eddy::web::PageResources resources;
  resources.add_html_body("H");
  resources.add_embedded_javascript("J");
  std::string out = "1</body>2</body>";
  resources.insert_into(out, 0);
  EXPECT_EQ(out.substr(0, 12), "1H\n</body>2<");
  EXPECT_TRUE(out.ends_with("J\n//]]>\n</script>\n</body>")) << out;
}

struct PageHandler : eddy::web::RequestHandler {
  void get(int status) {
    write("<");
    render(templates::Fails{.status = status});
    write(">");
  }
  void post(int /*unused*/) {
    finish();
    render(templates::Fails{.status = 0});
  }
};

TEST(TemplateInAHandler, IsAppendedToTheContent) {
  eddy::web::Application app({eddy::web::route<PageHandler>("/(.*)")});
  EXPECT_EQ(eddy_tests::TestExchange(app, "GET", "/0").body(), "<begun done>");
  // What a template throws is the handler's error.
  eddy_tests::TestExchange failed(app, "GET", "/404");
  EXPECT_EQ(failed.status(), 404);
  EXPECT_EQ(failed.body().find("begun"), std::string::npos);
  eddy_tests::TestExchange late(app, "POST", "/0");
  EXPECT_EQ(late.body(), "");
  ASSERT_EQ(late.logged().size(), 1U);
  EXPECT_NE(late.logged()[0].find("after finish()"), std::string::npos);
}

TEST(TemplateRange, IsPythons) {
  const auto all = [](auto range) {
    std::string out;
    for (const long long i : range) out += std::to_string(i) + " ";
    return out;
  };
  using eddy::web::template_names::range;
  EXPECT_EQ(all(range(3)), "0 1 2 ");
  EXPECT_EQ(all(range(-1)), "");
  EXPECT_EQ(all(range(1, 8, 3)), "1 4 7 ");
  EXPECT_EQ(all(range(5, 0, -2)), "5 3 1 ");
  EXPECT_EQ(all(range(0, 5, -1)), "");
}

}  // namespace
