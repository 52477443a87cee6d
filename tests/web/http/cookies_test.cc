// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/cookies.h>

#include <gtest/gtest.h>

#include <string>

namespace {

using eddy::web::Cookies;
using eddy::web::parse_cookie_views;
using eddy::web::parse_cookies;
using eddy::web::unquote_cookie_value;

TEST(Cookies, NamesAndValues) {
  const Cookies cookies = parse_cookies("a=1; b=2;c = x y ;\td=;e==f=; A=3");
  ASSERT_EQ(cookies.size(), 6U);
  EXPECT_EQ(cookies.find("a"), "1");
  EXPECT_EQ(cookies.find("b"), "2");
  EXPECT_EQ(cookies.find("c"), "x y");
  EXPECT_EQ(cookies.find("d"), "");
  EXPECT_EQ(cookies.find("e"), "=f=");
  EXPECT_EQ(cookies.find("A"), "3");
  EXPECT_EQ(cookies.find("f"), std::nullopt);
  EXPECT_TRUE(parse_cookies("").empty());
}

TEST(Cookies, TheLastOfANameWins) {
  const Cookies cookies = parse_cookies("a=1; b=2; a=3");
  EXPECT_EQ(cookies.find("a"), "3");
  EXPECT_EQ(cookies.size(), 3U);
}

// Python's http.cookies and Tornado: what is malformed spoils nothing else.
TEST(Cookies, WhatCannotBeACookieIsDropped) {
  const Cookies cookies = parse_cookies(
      "a=1; bare; =x; ; b c=2; \"q\"=3; path=/; Expires=4; \xc3\xa9=5; b=6; ,d=7;e:f=8");
  ASSERT_EQ(cookies.size(), 3U);
  EXPECT_EQ(cookies.find("a"), "1");
  EXPECT_EQ(cookies.find("b"), "6");
  EXPECT_EQ(cookies.find("e:f"), "8");
}

TEST(Cookies, QuotedValues) {
  EXPECT_EQ(unquote_cookie_value("\"a b\""), "a b");
  EXPECT_EQ(unquote_cookie_value(R"("a\"b\\c")"), "a\"b\\c");
  EXPECT_EQ(unquote_cookie_value(R"("a\073\054b")"), "a;,b");
  EXPECT_EQ(unquote_cookie_value(R"("\303\251\377\000")"), std::string("\xc3\xa9\xff\0", 4));
  EXPECT_EQ(unquote_cookie_value(R"("\400\08\1")"), "400081");
  EXPECT_EQ(unquote_cookie_value(R"("a\")"), "a\\");
  EXPECT_EQ(unquote_cookie_value("\"\""), "");
  EXPECT_EQ(unquote_cookie_value("\""), "\"");
  EXPECT_EQ(unquote_cookie_value("\"a"), "\"a");
  EXPECT_EQ(unquote_cookie_value("a\\073"), "a\\073");
  // Only the ';' separates, quoted or not.
  EXPECT_EQ(parse_cookies("a=\"b;c\"; d=\"e\"").find("a"), "\"b");
  EXPECT_EQ(parse_cookies("a=\"b;c\"; d=\"e\"").find("d"), "e");
}

TEST(Cookies, ViewsAreWhatWasSent) {
  const std::string field = "a=\"1\";b= 2";
  const auto views = parse_cookie_views(field);
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].value, "\"1\"");
  EXPECT_EQ(views[0].name.data(), field.data());
  EXPECT_EQ(views[1].value, "2");
}

TEST(Cookies, AreBounded) {
  EXPECT_EQ(parse_cookies("a=1;b=2;c=3", 2).size(), 2U);
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "a=;";
  EXPECT_EQ(parse_cookie_views(many).size(), 1000U);
}

}  // namespace
