// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// linkify() beside Tornado's.
#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/escape/linkify.h>

#include <tests/web/escape/tornado_peer.h>

namespace {

using eddy::web::LinkifyOptions;

// Those of tornado.test.escape_test, and of what its expression makes a difference between.
const char* const kTexts[] = {
    "",
    "no links at all",
    "hello http://world.com/!",
    "hello http://world.com/with?param=true&stuff=yes",
    "http://url.com/w(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "http://url.com/withmany.......................................",
    "http://url.com/withmany((((((((((((((((((((((((((((((((((a)",
    "http://foo.com/blah_blah/",
    "(Something like http://foo.com/blah_blah)",
    "http://foo.com/blah_blah_(wikipedia)",
    "http://foo.com/blah_(blah)_(wikipedia)_blah",
    "(Something like http://foo.com/blah_blah_(wikipedia))",
    "http://foo.com/blah_blah/.",
    "<http://foo.com/blah_blah>",
    "http://foo.com/blah_blah,",
    "http://www.example.com/wpstyle/?p=364.",
    "rdar://1234 rdar:/1234 rdar:1234",
    "http://userid:password@example.com:8080",
    "message://%3c330e7f8409726r6a4ba78dkf1fd71420c1bf6ff@mail.gmail.com%3e",
    "http://\u27a1.ws/\u4a39",
    "<tag>http://example.com</tag>",
    "Just a www.example.com link.",
    "www.external-link.com/testing",
    "http://www.external-link.com/and/path/that/is/long",
    "http://external-link.com/averyveryveryveryverylongdirectory/x",
    "http://www.external-link.com/index.html?with=a&long=query",
    "http://ex.com/a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p",
    "http://ex.com/?q=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
    "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com/bbbbbbbbbbbb",
    "http://ex.com/0123456789012345 http://ex.com/01234567890123456",
    "http://ex.com/aaaaaaaaaaaaaaa&bbbbbbbbbbbbbb",
    "http://aaaaaaaaaaaaaaaaaaa&bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "http://aaaaaaaaaaaaaaaaaaaaaaaa&bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "http://ex.com/"
    "\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac"
    "\u20ac\u20ac",
    "www.external-link.com www.ex.com/ and http://in.com",
    "javascript://h/%0aalert(1)",
    "javascript:alert(1)",
    "ftp://h/x http://h",
    "HTTP://H/ Http://h https://h",
    "a-http://h -http://h --http://h _http://h",
    "xhttp://h 1http://h .http://h /http://h",
    "http:// http:/ http: http",
    "http://// http:///x http:////x http://///x",
    "http:/x http:/. http://. http:///.",
    "http://h/'onclick='a' http://h/\"onclick=\"a\"",
    "\"http://h/\" 'http://h/'",
    "http://h/?a=1&b=2&lt;&amp;&quot;&#39;&",
    "http://h/&&& http://h/&;",
    "http://h/\"\"\" http://h/\"a",
    "http://h/a.(b) http://h/a(b).c http://h/()",
    "http://h/(a b) http://h/(a(b)c)",
    "http://h/(a&b\"c) http://h/(a'b)",
    "http://(a) http://(a)b http://(a",
    "www. www.. www.( www.(a) www.a",
    "a-www.h xwww.h _www.h .www.h WWW.h wwww.h ww.h",
    "www.http://h www.a:b/c",
    "http://www.a http://http://a",
    "http://h/- http://h/_ http://h/~ http://h/\\ http://h/@ http://h/%",
    "http://h/#a http://h/a# http://h/[a] http://h/{a} http://h/|a",
    "http://h\thttp://h\nhttp://h\r\nhttp://h\vhttp://h\fhttp://h",
    "http://h\u00a0http://h\u2003http://h\u3000http://h\u200bhttp://h",
    "http://h\u0085http://h\u1680http://h\u2028http://h\u202fhttp://h\u205fhttp://h",
    "\u201chttp://h\u201d (http://h/\u201d)",
    "http://h\u007fhttp://h\u0001",
    "see http://h/a, http://h/b; http://h/c: http://h/d? http://h/e!",
    "[http://h/a](http://h/b) <a href=\"http://h/c\">http://h/d</a>",
    "http://[::1]:80/x http://127.0.0.1:80/x",
};

// What an argument of the peer's says before the text: shorten, require_protocol, protocols,
// attributes.
struct Way {
  const char* said;
  bool shorten = false;
  bool require_protocol = false;
  std::vector<std::string_view> protocols = {"http", "https"};
  std::string_view extra_params = {};
};

const Way kWays[] = {
    {"|||"},
    {"s|||", true},
    {"|r|rdar,http,message| rel=\"nofollow\" ",
     false,
     true,
     {"rdar", "http", "message"},
     " rel=\"nofollow\" "},
    {"s|r|https|class=\"x\"", true, true, {"https"}, "class=\"x\""},
};

void add(std::vector<eddy_tests::TornadoCase>& cases, const std::string& text) {
  for (const Way& way : kWays) {
    LinkifyOptions options;
    options.shorten = way.shorten;
    options.require_protocol = way.require_protocol;
    options.permitted_protocols = way.protocols;
    options.extra_params = way.extra_params;
    cases.push_back(
        {"linkify", way.said + ("|" + text), eddy::web::linkify(text, std::move(options))});
  }
}

TEST(LinkifyAsTornado, TextsOfAllKinds) {
  static_assert(std::size(kTexts) >= 60);
  std::vector<eddy_tests::TornadoCase> cases;
  for (const char* text : kTexts) add(cases, text);
  eddy_tests::expect_as_tornado(cases);
}

TEST(LinkifyAsTornado, RandomTexts) {
  const std::string_view pieces[] = {
      "http://", "https://",   "ftp:/",  "www.", ":",       "/",
      "//",      "a",          "bc.de",  "-",    "_",       "(",
      ")",       ".",          ",",      "!",    "?",       "&",
      "\"",      "'",          "<",      ">",    " ",       "\u00a0",
      "=",       "0123456789", "\u27a1", "#",    ";",       "&amp;x=",
      "path/",   "\n",         "h",      "%",    "rdar://", "longer-host-name"};
  std::vector<eddy_tests::TornadoCase> cases;
  std::mt19937 random(4);
  for (int i = 0; i < 5000; ++i) {
    std::string text = random() % 2 == 0 ? "http://h" : "";
    for (std::size_t n = random() % 16; n > 0; --n) text += pieces[random() % std::size(pieces)];
    add(cases, text);
  }
  eddy_tests::expect_as_tornado(cases);
}

}  // namespace
