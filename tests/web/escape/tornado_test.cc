// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Eddy's functions beside those of Tornado that they are named after.
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/escape/escape.h>

#include <tests/web/escape/tornado_peer.h>

namespace {

using namespace std::string_view_literals;

struct Function {
  const char* name;
  std::function<std::string(std::string_view)> ours;
};

const Function kOfText[] = {
    {"xhtml_escape", [](auto text) { return eddy::web::xhtml_escape(text); }},
    {"xhtml_unescape", [](auto text) { return eddy::web::xhtml_unescape(text); }},
    {"squeeze", [](auto text) { return eddy::web::squeeze(text); }},
    {"url_escape", [](auto text) { return eddy::web::url_escape(text); }},
    {"url_escape_path", [](auto text) { return eddy::web::url_escape(text, false); }},
    {"url_unescape", [](auto text) { return eddy::web::url_unescape(text); }},
    {"url_unescape_path", [](auto text) { return eddy::web::url_unescape(text, false); }},
};

// Pieces that mean something to one of the functions.
const std::string_view kPieces[] = {
    "&",
    "<",
    ">",
    "\"",
    "'",
    "&amp;",
    "&lt;",
    "&eacute;",
    "&colon;",
    "&nosuch;",
    "#",
    "&#",
    "&#x",
    ";",
    "x",
    "65",
    "128",
    "9f",
    "0",
    "d800",
    "&#0;",
    "110000",
    "ffff",
    "&#x1f600;",
    " ",
    "  ",
    "\t",
    "\r\n",
    "\0"sv,
    "\x1f",
    "%",
    "%4",
    "%41",
    "%2B",
    "+",
    "/",
    "%c3",
    "%A9",
    "%e2%82",
    "%FF",
    "a",
    "Z",
    "-",
    "~",
    "_",
    "\\",
    "</",
    "\xc3\xa9",
    "\xe2\x82\xac",
    "\xf0\x9f\x98\x80",
    "\x7f",
    "&Amp;",
    "&AMP;",
    "&sup2;",
    "&frac12;",
    "&thetasym;",
    "&Tab;",
};

std::string random_text(std::mt19937& random) {
  std::string text;
  const std::size_t pieces = random() % 12;
  for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % std::size(kPieces)];
  return text;
}

TEST(AsTornado, TextsOfTornadosTestsAndRandomOnes) {
  std::vector<std::string> texts = {"",
                                    "<foo>",
                                    "<>&\"'",
                                    "&amp;",
                                    "&foo&bar",
                                    "&lt;&gt;&quot;&apos;&#39;&#x27;",
                                    "\xc3\xa9",
                                    "a b",
                                    "unicode: \xe2\x98\x83",
                                    "foo bar baz=&qux/?#",
                                    "https://h/p?a=1&b=2#f"};
  for (unsigned c = 0; c < 0x80; ++c) texts.emplace_back(3, static_cast<char>(c));
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) texts.push_back(random_text(random));
  std::vector<eddy_tests::TornadoCase> cases;
  for (const std::string& text : texts) {
    for (const Function& function : kOfText) {
      cases.push_back({function.name, text, function.ours(text)});
    }
    // What was written comes back, whichever of the two reads it.
    cases.push_back({"json_decode", eddy::web::json_string(text), text});
    cases.push_back({"xhtml_unescape", eddy::web::xhtml_escape(text), text});
  }
  eddy_tests::expect_as_tornado(cases);
}

TEST(AsTornado, JsonOfAsciiTheSameToTheByte) {
  std::vector<eddy_tests::TornadoCase> cases;
  std::mt19937 random(2);
  for (int i = 0; i < 1000; ++i) {
    std::string text;
    for (std::size_t size = random() % 20; size > 0; --size) {
      text += random() % 4 == 0 ? "</\\\""[random() % 4] : static_cast<char>(random() % 128);
    }
    if (text.find("<!--") != std::string::npos) continue;
    cases.push_back({"json_string", text, eddy::web::json_string(text)});
  }
  eddy_tests::expect_as_tornado(cases);
}

TEST(AsTornado, EveryNameAndNumber) {
  std::vector<eddy_tests::TornadoCase> cases;
  const auto add = [&cases](const std::string& text) {
    cases.push_back({"xhtml_unescape", text, eddy::web::xhtml_unescape(text)});
  };
  const std::string names = eddy_tests::ask_tornado("html_names");
  ASSERT_GT(names.size(), 10000U);
  add(names);
  for (int number = 0; number < 0x400; ++number) add("&#" + std::to_string(number) + ";");
  for (const char* edge : {"55295", "55296", "57343", "57344", "65533", "65534", "65535", "65536",
                           "1114111", "1114112", "4294967296", "18446744073709551681"}) {
    add("&#" + std::string(edge) + ";");
  }
  eddy_tests::expect_as_tornado(cases);
}

TEST(AsTornado, BytesThatAreNoUtf8) {
  std::vector<eddy_tests::TornadoCase> cases;
  const std::string_view bytes =
      "a\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5";
  std::mt19937 random(3);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (std::size_t size = random() % 9; size > 0; --size) text += bytes[random() % bytes.size()];
    cases.push_back({"replace_invalid_utf8", text, eddy::web::replace_invalid_utf8(text)});
  }
  eddy_tests::expect_as_tornado(cases);
}

}  // namespace
