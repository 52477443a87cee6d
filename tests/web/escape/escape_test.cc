// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/escape.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using eddy::web::attribute_escape;
using eddy::web::json_string;
using eddy::web::replace_invalid_utf8;
using eddy::web::squeeze;
using eddy::web::url_escape;
using eddy::web::url_unescape;
using eddy::web::xhtml_escape;
using eddy::web::xhtml_unescape;
using namespace std::string_view_literals;

// The examples of tornado.test.escape_test, and the place of each character.
TEST(XhtmlEscape, FiveCharacters) {
  EXPECT_EQ(xhtml_escape("<foo>"), "&lt;foo&gt;");
  EXPECT_EQ(xhtml_escape("<>&\"'"), "&lt;&gt;&amp;&quot;&#x27;");
  EXPECT_EQ(xhtml_escape("&amp;"), "&amp;amp;");
  EXPECT_EQ(xhtml_escape("<\xc3\xa9>"), "&lt;\xc3\xa9&gt;");
  EXPECT_EQ(xhtml_escape("a/b=`c`"), "a/b=`c`");
  EXPECT_EQ(xhtml_escape("\0<\xff"sv), "\0&lt;\xff"sv);
  EXPECT_EQ(xhtml_escape(""), "");
  EXPECT_EQ(xhtml_escape(std::string_view()), "");
  EXPECT_EQ(xhtml_escape("0123456789abcdef0123456789abcdef&0123456789abcdef<"),
            "0123456789abcdef0123456789abcdef&amp;0123456789abcdef&lt;");
}

TEST(XhtmlEscape, AppendsBehindWhatIsThere) {
  std::string out = "<p>";
  eddy::web::append_xhtml_escaped(out, "a < b");
  eddy::web::append_xhtml_escaped(out, "");
  eddy::web::append_xhtml_escaped(out, "!");
  EXPECT_EQ(out, "<p>a &lt; b!");
}

TEST(XhtmlUnescape, NamesWithTheirSemicolon) {
  EXPECT_EQ(xhtml_unescape("&lt;&gt;&amp;&quot;&apos;"), "<>&\"'");
  EXPECT_EQ(xhtml_unescape("&foo&bar"), "&foo&bar");
  EXPECT_EQ(xhtml_unescape("?a=1&copy=2&lt"), "?a=1&copy=2&lt");
  EXPECT_EQ(xhtml_unescape("&nosuch;&;&LT;&Lt;"), "&nosuch;&;<&Lt;");
  EXPECT_EQ(xhtml_unescape("&eacute;&Eacute;&euro;&thetasym;&diams;&lang;"),
            "\xc3\xa9\xc3\x89\xe2\x82\xac\xcf\x91\xe2\x99\xa6\xe2\x9f\xa8");
  EXPECT_EQ(xhtml_unescape("javascript&colon;alert&lpar;1&rpar;&NewLine;&DiacriticalGrave;"),
            "javascript:alert(1)\n`");
  EXPECT_EQ(xhtml_unescape("&DiacriticalGraver;"), "&DiacriticalGraver;");
  EXPECT_EQ(xhtml_unescape("&AElig;&zwnj;"), "\xc3\x86\xe2\x80\x8c");  // the table's ends
}

TEST(XhtmlUnescape, Once) { EXPECT_EQ(xhtml_unescape("&amp;lt;&&amp;&#38;#38;"), "&lt;&&&#38;"); }

TEST(XhtmlUnescape, Numbers) {
  EXPECT_EQ(xhtml_unescape("&#39;&#x27;&#X27;&#0039;&#65;&#x4a;&#X4B;"), "''''AJK");
  EXPECT_EQ(xhtml_unescape("&#127;&#160;&#x7ff;&#x800;&#xffff;&#x10000;&#x10FFFF;"),
            "\x7f\xc2\xa0\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
  EXPECT_EQ(xhtml_unescape("&#233;&#8364;&#128512;"), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(xhtml_unescape("&#65 &#65&#;&#x;&#xg;&#-1;&#+1;&#1a;"),
            "&#65 &#65&#;&#x;&#xg;&#-1;&#+1;&#1a;");
}

TEST(XhtmlUnescape, NumbersThatAreNoCharacters) {
  const std::string bad = "\xef\xbf\xbd";
  for (const char* number : {"&#0;", "&#xd800;", "&#xDFFF;", "&#x110000;", "&#1114112;",
                             "&#4294967361;", "&#99999999999999999999;", "&#x100000041;"}) {
    EXPECT_EQ(xhtml_unescape(number), bad) << number;
  }
  EXPECT_EQ(xhtml_unescape("&#xd7ff;&#xe000;"), "\xed\x9f\xbf\xee\x80\x80");
  // windows-1252, and what is not assigned there as it is.
  EXPECT_EQ(xhtml_unescape("&#128;&#x9f;&#129;&#150;"), "\xe2\x82\xac\xc5\xb8\xc2\x81\xe2\x80\x93");
}

TEST(AttributeEscape, NothingEndsAValueWithoutQuotes) {
  EXPECT_EQ(attribute_escape("aZ09-._~\xc3\xa9"), "aZ09-._~\xc3\xa9");
  EXPECT_EQ(attribute_escape("x onload=\"a()\""), "x&#x20;onload&#x3D;&#x22;a&#x28;&#x29;&#x22;");
  EXPECT_EQ(attribute_escape("`'>\t\n\f\r&"), "&#x60;&#x27;&#x3E;&#x09;&#x0A;&#x0C;&#x0D;&#x26;");
  EXPECT_EQ(attribute_escape("\0"sv), "\xef\xbf\xbd");
  std::string all;
  for (int c = 1; c < 0x80; ++c) all += static_cast<char>(c);
  for (const char c : attribute_escape(all)) {
    EXPECT_EQ(" \t\n\f\r\"'`=<>"sv.find(c), std::string_view::npos) << c;
  }
  EXPECT_EQ(xhtml_unescape(attribute_escape(all)), all);
}

TEST(JsonString, AsTornadoWritesIt) {
  EXPECT_EQ(json_string("</script>"), R"("<\/script>")");
  EXPECT_EQ(json_string("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(json_string("\b\f\n\r\t\x01\x1f\x7f"), R"("\b\f\n\r\t\u0001\u001f\u007f")");
  EXPECT_EQ(json_string("\0"sv), R"("\u0000")");
  EXPECT_EQ(json_string(""), R"("")");
  std::string out = "[";
  eddy::web::append_json_string(out, "\xc3\xa9");
  EXPECT_EQ(out, "[\"\xc3\xa9\"");
}

TEST(JsonString, NeitherEndsAScriptNorHidesItsEnd) {
  EXPECT_EQ(json_string("<!-- <script> <SCRIPT </SCRIPT>"),
            R"("\u003c!-- \u003cscript> \u003cSCRIPT <\/SCRIPT>")");
  EXPECT_EQ(json_string("a < b <s> <!- <"), R"("a < b <s> <!- <")");
  EXPECT_EQ(json_string("<</script"), R"("<<\/script")");
  EXPECT_EQ(json_string("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"),
            "\"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa\"");
}

TEST(JsonString, IsAlwaysUtf8) {
  EXPECT_EQ(json_string("a\xff\xe2\x82z\xc3\xa9"), "\"a\xef\xbf\xbd\xef\xbf\xbdz\xc3\xa9\"");
  EXPECT_EQ(json_string("\xc3\""), "\"\xef\xbf\xbd\\\"\"");
}

TEST(UrlEscape, QueriesAndPaths) {
  EXPECT_EQ(url_escape("a b/c+d&\xc3\xa9~"), "a+b%2Fc%2Bd%26%C3%A9~");
  EXPECT_EQ(url_escape("a b/c+d&\xc3\xa9~", false), "a%20b/c%2Bd%26%C3%A9~");
  EXPECT_EQ(url_escape("\0\xff"sv), "%00%FF");
  EXPECT_EQ(url_unescape("a+b%2Fc%2B%c3%A9"), "a b/c+\xc3\xa9");
  EXPECT_EQ(url_unescape("a+b%20c", false), "a+b c");
  EXPECT_EQ(url_unescape("%%4%zz%2541"), "%%4%zz%41");
  EXPECT_EQ(url_unescape("%FFa%E2%82"),
            "\xef\xbf\xbd"
            "a\xef\xbf\xbd");
}

TEST(Squeeze, RunsBecomeOneBlank) {
  EXPECT_EQ(squeeze("sequences     of    whitespace   chars"), "sequences of whitespace chars");
  EXPECT_EQ(squeeze(" \t\r\n\0\x1f a\x01"
                    "b "sv),
            "a b");
  EXPECT_EQ(squeeze("  "), "");
  EXPECT_EQ(squeeze(""), "");
  EXPECT_EQ(squeeze("!\xc2\xa0"), "!\xc2\xa0");
}

TEST(ReplaceInvalidUtf8, OneForWhatCouldHaveBegunACharacter) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(replace_invalid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
            "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(replace_invalid_utf8("\x80\xff\xc0\xc1"), bad + bad + bad + bad);
  EXPECT_EQ(replace_invalid_utf8("\xe2\x82"), bad);
  EXPECT_EQ(replace_invalid_utf8("\xf0\x9f\x98z"), bad + "z");
  EXPECT_EQ(replace_invalid_utf8("\xf0\x9f\x98\xe2\x82"), bad + bad);
  EXPECT_EQ(replace_invalid_utf8("\xed\xa0\x80"), bad + bad + bad);  // a surrogate
  EXPECT_EQ(replace_invalid_utf8("\xe0\x80"), bad + bad);            // overlong
  EXPECT_EQ(replace_invalid_utf8("\xf4\x90\x80\x80"), bad + bad + bad + bad);
}

}  // namespace
