// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/linkify.h>

#include <gtest/gtest.h>

#include <ctime>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using eddy::web::linkify;

std::string link(const std::string& href, const std::string& text) {
  return "<a href=\"" + href + "\">" + text + "</a>";
}
std::string link(const std::string& href) { return link(href, href); }

// The examples of tornado.test.escape_test.
TEST(Linkify, PunctuationAndParentheses) {
  EXPECT_EQ(linkify("hello http://world.com/!"), "hello " + link("http://world.com/") + "!");
  EXPECT_EQ(linkify("http://h/a_(b)_(c)_d"), link("http://h/a_(b)_(c)_d"));
  EXPECT_EQ(linkify("(see http://h/a_(b))"), "(see " + link("http://h/a_(b)") + ")");
  EXPECT_EQ(linkify("http://h/(a"), link("http://h/") + "(a");
  EXPECT_EQ(linkify("http://h/((a))"), link("http://h/") + "((a))");
  EXPECT_EQ(linkify("http://h/a()"), link("http://h/a()"));
  EXPECT_EQ(linkify("http://h/a.(b)"), link("http://h/a") + ".(b)");
  EXPECT_EQ(linkify("http://h/(a.,)b..."), link("http://h/(a.,)b") + "...");
  EXPECT_EQ(linkify("http://h/a?.,;:!'"), link("http://h/a") + "?.,;:!&#x27;");
  EXPECT_EQ(linkify("http://u:p@h:8080/-/_"), link("http://u:p@h:8080/-/_"));
}

TEST(Linkify, EverythingIsEscaped) {
  EXPECT_EQ(linkify("<b>&\"' "), "&lt;b&gt;&amp;&quot;&#x27; ");
  EXPECT_EQ(linkify("<http://h/>"), "&lt;" + link("http://h/") + "&gt;");
  EXPECT_EQ(linkify("http://h/?a=1&b=2&"), link("http://h/?a=1&amp;b=2") + "&amp;");
  EXPECT_EQ(linkify("\"http://h/\""), "&quot;" + link("http://h/") + "&quot;");
  EXPECT_EQ(linkify("http://h/\"onclick=a"), link("http://h/&quot;onclick=a"));
  EXPECT_EQ(linkify("http://h/'onclick=a"), link("http://h/") + "&#x27;onclick=a");
  EXPECT_EQ(linkify(""), "");
}

TEST(Linkify, Protocols) {
  EXPECT_EQ(linkify("https://h"), link("https://h"));
  EXPECT_EQ(linkify("javascript://h/%0aalert(1)"), "javascript://h/%0aalert(1)");
  EXPECT_EQ(linkify("javascript://http://h"), "javascript://http://h");
  EXPECT_EQ(linkify("mailto:a@h"), "mailto:a@h");
  EXPECT_EQ(linkify("rdar:/1", {.permitted_protocols = {"rdar"}}), link("rdar:/1"));
  EXPECT_EQ(linkify("http://h", {.permitted_protocols = {}}), "http://h");
  EXPECT_EQ(linkify("a-http://h -http://h"), "a-http://h -" + link("http://h"));
  EXPECT_EQ(linkify("HTTP://h"), "HTTP://h");
  // All slashes, and at least one character behind one of them.
  EXPECT_EQ(linkify("http:///"), link("http:///"));
  EXPECT_EQ(linkify("http:///h"), link("http:///h"));
  EXPECT_EQ(linkify("http:// http:/ http: http://!"),
            link("http://") + " http:/ http: " + link("http://") + "!");
}

TEST(Linkify, WithoutProtocol) {
  EXPECT_EQ(linkify("www.h.com."), link("http://www.h.com", "www.h.com") + ".");
  EXPECT_EQ(linkify("www.h.com http://h", {.require_protocol = true}),
            "www.h.com " + link("http://h"));
  EXPECT_EQ(linkify("a-www.h xwww.h _www.h www. www..."),
            "a-" + link("http://www.h", "www.h") + " xwww.h _www.h www. www...");
  EXPECT_EQ(linkify("www.http://h"), link("http://www.http://h", "www.http://h"));
}

TEST(Linkify, BeyondAscii) {
  EXPECT_EQ(linkify("http://\xe2\x9e\xa1.ws/\xe4\xa8\xb9"),
            link("http://\xe2\x9e\xa1.ws/\xe4\xa8\xb9"));
  // Every blank of Unicode ends a URL, and what looks like its beginning does not.
  for (const char* blank :
       {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\t", "\x1c", "\x0b"}) {
    EXPECT_EQ(linkify("http://h" + std::string(blank) + "b"), link("http://h") + blank + "b");
  }
  for (const char* none : {"\xc2\xa1", "\xe1\x9a\x81", "\xe2\x80\x8b", "\xe2\x80\xa7",
                           "\xe2\x81\x9e", "\xe3\x80\x81", "\xe2\x80", "\xe2", "\xc2", "\x80"}) {
    EXPECT_EQ(linkify("http://h" + std::string(none)), link("http://h" + std::string(none)));
  }
  // A URL need not be set off from Chinese.
  EXPECT_EQ(linkify("\xe7\x9c\x8bhttp://h"), "\xe7\x9c\x8b" + link("http://h"));
}

TEST(Linkify, Attributes) {
  EXPECT_EQ(linkify("www.h", {.extra_params = " rel=\"nofollow\" "}),
            "<a href=\"http://www.h\" rel=\"nofollow\">www.h</a>");
  std::string hrefs;
  const auto attributes = [&hrefs](std::string_view href) {
    hrefs.append(href).append("\n");
    return std::string(href == "http://in/" ? " class=\"internal\" " : "rel=\"nofollow\"");
  };
  EXPECT_EQ(linkify("www.h?a&b http://in/ ftp://h",
                    {.extra_params = "unused", .extra_params_of = attributes}),
            "<a href=\"http://www.h?a&amp;b\" rel=\"nofollow\">www.h?a&amp;b</a> "
            "<a href=\"http://in/\" class=\"internal\">http://in/</a> ftp://h");
  EXPECT_EQ(hrefs, "http://www.h?a&amp;b\nhttp://in/\n");
  EXPECT_THROW(static_cast<void>(linkify("www.h", {.extra_params_of =
                                                       [](std::string_view) {
                                                         throw std::runtime_error("no");
                                                         return std::string();
                                                       }})),
               std::runtime_error);
}

// What a link of this URL shows, and whether it says that there is more.
std::string shown(const std::string& url, bool expect_title = true) {
  const std::string html = linkify(url, {.shorten = true});
  const std::size_t begin = html.find('>') + 1;
  EXPECT_EQ(html.find(" title=\"http") != std::string::npos, expect_title) << html;
  return html.substr(begin, html.rfind("</a>") - begin);
}

TEST(Linkify, Shortens) {
  EXPECT_EQ(shown("http://ex.com/averyveryverylongpath"), "http://ex.com/averyver...");
  EXPECT_EQ(shown("http://ex.com/a/very/very/very/long/path"), "http://ex.com/a...");
  EXPECT_EQ(shown("http://ex.com/page?query=averylongone"), "http://ex.com/page...");
  EXPECT_EQ(shown("http://ex.com/page.html#a-very-long-one"), "http://ex.com/page...");
  EXPECT_EQ(shown("www.external-link.com/and/this/is/long", true), "www.external-link.com/and...");
  EXPECT_EQ(shown("http://ex.com/short", false), "http://ex.com/short");
  // 30 characters are short; 31 with nothing to leave out stay.
  EXPECT_EQ(shown("http://ex.com/0123456789012345", false), "http://ex.com/0123456789012345");
  EXPECT_EQ(shown("http://0123456789012345678901.x", false), "http://0123456789012345678901.x");
  EXPECT_EQ(shown("http://" + std::string(60, 'h')), "http://" + std::string(23, 'h') + "...");
  // Characters count, not bytes, and none is cut.
  std::string euros;
  for (int i = 0; i < 40; ++i) euros += "\xe2\x82\xac";
  EXPECT_EQ(shown("http://ex.com/" + euros), "http://ex.com/" + euros.substr(0, 24) + "...");
  EXPECT_EQ(shown("http://" + euros), "http://" + euros.substr(0, 23 * 3) + "...");
}

TEST(Linkify, ShortensBetweenReferences) {
  EXPECT_EQ(shown("http://ex.com/a&b&c&d&e&f&g&h&i&j&k"), "http://ex.com/a&amp;b...");
  EXPECT_EQ(shown("http://ex.com/abcdefg&hijklmnopqrstu"), "http://ex.com/abcdefg...");
  EXPECT_EQ(shown("http://0123456789abcdefghi&j012345678901234567890"),
            "http://0123456789abcdefghi...");
}

// A scanner that went back for each of these would take hours.
TEST(Linkify, TakesLinearTime) {
  const auto repeated = [](std::string_view piece) {
    std::string text;
    while (text.size() < 1U << 20U) text += piece;
    return text;
  };
  const std::string body = "http://h/";
  for (const char* piece :
       {"(",    ")",    "()",   "a(",    ".",     "a",    "-",  "&",    "http:/", "http://",
        "a:/(", "a:/!", "www.", "www.(", "www.!", "(a:/", "\"", "\xe2", "www-",   "a:"}) {
    for (const std::string& text : {repeated(piece), body + repeated(piece)}) {
      const std::clock_t start = std::clock();
      EXPECT_GE(linkify(text, {.shorten = true}).size(), text.size() / 4);
      EXPECT_LT(std::clock() - start, 2 * CLOCKS_PER_SEC) << piece;
    }
  }
}

}  // namespace
