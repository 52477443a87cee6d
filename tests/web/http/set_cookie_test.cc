// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/set_cookie.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <eddy/web/http/cookies.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace {

using eddy::web::CookieOptions;
using eddy::web::format_cookie_removal;
using eddy::web::format_set_cookie;
using eddy::web::quote_cookie_value;
using eddy::web::SameSite;
using eddy::web::unquote_cookie_value;
using std::chrono::days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Tuesday, 14 November 2023, 22:13:20.
constexpr sys_seconds kNow(1'700'000'000s);

TEST(SetCookie, TheShortestAndTheLongest) {
  EXPECT_EQ(format_set_cookie("n", "v"), "n=v; Path=/");
  EXPECT_EQ(format_set_cookie("n", "v", {.path = ""}), "n=v");
  EXPECT_EQ(format_set_cookie("n", "v_w\"q;",
                              {.domain = "ex.com",
                               .expires = sys_seconds(days(1)),
                               .max_age = 10s,
                               .http_only = true,
                               .secure = true,
                               .same_site = SameSite::lax}),
            "n=\"v_w\\\"q\\073\"; Domain=ex.com; expires=Fri, 02 Jan 1970 00:00:00 GMT; HttpOnly; "
            "Max-Age=10; Path=/; SameSite=Lax; Secure");
  EXPECT_EQ(format_set_cookie("n", "v",
                              {.path = "/a", .max_age = 1s, .secure = true, .partitioned = true}),
            "n=v; Max-Age=1; Partitioned; Path=/a; Secure");
}

TEST(SetCookie, SameSite) {
  EXPECT_EQ(format_set_cookie("n", "v", {.same_site = SameSite::strict}),
            "n=v; Path=/; SameSite=Strict");
  EXPECT_EQ(format_set_cookie("n", "v", {.same_site = SameSite::none}),
            "n=v; Path=/; SameSite=None");
}

TEST(SetCookie, ExpiresAtATimeOrInDays) {
  auto expires = [](const CookieOptions& options, auto now) {
    const std::string field = format_set_cookie("n", "v", options, now);
    const std::size_t begin = field.find("expires=");
    return begin == std::string::npos ? "" : field.substr(begin + 8, 29);
  };
  EXPECT_EQ(expires({}, kNow), "");
  EXPECT_EQ(expires({.expires = kNow}, kNow), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(expires({.expires = kNow + 999ms}, kNow), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(expires({.expires = sys_seconds(0s)}, kNow), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(expires({.expires_days = 30}, kNow), "Thu, 14 Dec 2023 22:13:20 GMT");
  EXPECT_EQ(expires({.expires_days = 0}, kNow), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(expires({.expires_days = -1}, kNow), "Mon, 13 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(expires({.expires_days = 0.5}, kNow), "Wed, 15 Nov 2023 10:13:20 GMT");
  // Half a second and half a second make one.
  EXPECT_EQ(expires({.expires_days = 0.5 / 86400}, kNow + 500ms), "Tue, 14 Nov 2023 22:13:21 GMT");
  EXPECT_EQ(expires({.expires = kNow, .expires_days = 30}, kNow), "Tue, 14 Nov 2023 22:13:20 GMT");
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(expires({.expires_days = infinite}, kNow), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(expires({.expires_days = -infinite}, kNow), "Sat, 01 Jan 0000 00:00:00 GMT");
  EXPECT_THROW(expires({.expires_days = std::nan("")}, kNow), std::invalid_argument);
}

TEST(SetCookie, AMaxAgeOfZeroIsSent) {
  EXPECT_EQ(format_set_cookie("n", "v", {.max_age = 0s}), "n=v; Max-Age=0; Path=/");
  EXPECT_EQ(format_set_cookie("n", "v", {.max_age = -1s}), "n=v; Max-Age=-1; Path=/");
}

TEST(SetCookie, Removal) {
  EXPECT_EQ(format_cookie_removal("c", {}, kNow),
            "c=\"\"; expires=Mon, 14 Nov 2022 22:13:20 GMT; Path=/");
  EXPECT_EQ(format_cookie_removal("__Host-c", {.secure = true, .partitioned = true}, kNow),
            "__Host-c=\"\"; expires=Mon, 14 Nov 2022 22:13:20 GMT; Partitioned; Path=/; Secure");
  EXPECT_THROW((void)format_cookie_removal("c", {.expires = kNow}), std::invalid_argument);
  EXPECT_THROW((void)format_cookie_removal("c", {.expires_days = 1}), std::invalid_argument);
  EXPECT_THROW((void)format_cookie_removal("c", {.max_age = 0s}), std::invalid_argument);
}

TEST(SetCookie, NamesThatAreNone) {
  for (const char* name : {"", "a b", "a;", "a=", "a,", "\"a\"", "a\r\n", "\x7f", "\xc3\xa9",
                           "path", "Secure", "EXPIRES"}) {
    EXPECT_THROW((void)format_set_cookie(name, "v"), std::invalid_argument) << name;
  }
  EXPECT_EQ(format_set_cookie("a:b", "v"), "a:b=v; Path=/");
}

// Whatever a program passes on, it ends no attribute and no line.
TEST(SetCookie, CharactersThatWouldEndSomething) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = std::string("a") + static_cast<char>(byte) + "b";
    if (byte <= 0x20) {
      EXPECT_THROW((void)format_set_cookie("n", text), std::invalid_argument) << byte;
    } else {
      const std::string field = format_set_cookie("n", text);
      const std::string value = field.substr(2, field.find("; ") - 2);
      EXPECT_EQ(unquote_cookie_value(value), text);
      EXPECT_EQ(value.find_first_of(";,\x7f"), std::string::npos) << byte;
    }
    if (byte <= 0x20 || byte == 0x7F || byte == ';') {
      EXPECT_THROW((void)format_set_cookie("n", "v", {.domain = text}), std::invalid_argument);
      EXPECT_THROW((void)format_set_cookie("n", "v", {.path = text}), std::invalid_argument);
    } else {
      EXPECT_EQ(format_set_cookie("n", "v", {.domain = text, .path = text}),
                "n=v; Domain=" + text + "; Path=" + text);
    }
  }
}

TEST(SetCookie, WhatTheNameOrPartitionedPromises) {
  EXPECT_NO_THROW((void)format_set_cookie("__Secure-a", "v", {.domain = "d", .secure = true}));
  EXPECT_NO_THROW((void)format_set_cookie("__Host-a", "v", {.secure = true}));
  EXPECT_NO_THROW((void)format_set_cookie("__Hosta", "v"));
  for (const char* name : {"__Secure-a", "__secure-a", "__Host-a", "__HOST-a"}) {
    EXPECT_THROW((void)format_set_cookie(name, "v"), std::invalid_argument) << name;
  }
  EXPECT_THROW((void)format_set_cookie("__Host-a", "v", {.domain = "d", .secure = true}),
               std::invalid_argument);
  EXPECT_THROW((void)format_set_cookie("__Host-a", "v", {.path = "/a", .secure = true}),
               std::invalid_argument);
  EXPECT_THROW((void)format_set_cookie("__Host-a", "v", {.path = "", .secure = true}),
               std::invalid_argument);
  EXPECT_THROW((void)format_set_cookie("a", "v", {.partitioned = true}), std::invalid_argument);
}

TEST(SetCookie, AnErrorSaysWhichCookieAndWhatToDo) {
  EXPECT_THAT(
      [] { (void)format_set_cookie("user", "a b"); },
      ThrowsMessage<std::invalid_argument>(AllOf(HasSubstr("'user'"), HasSubstr("encode"))));
  EXPECT_THAT([] { (void)format_set_cookie("__Host-x", "v"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("CookieOptions::secure")));
  EXPECT_THAT([] { (void)format_set_cookie("a\r\n\xff", "v"); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("'a" + std::string(3, '?') + "'")));
}

TEST(QuoteCookieValue, IsUndoneByUnquoting) {
  EXPECT_EQ(quote_cookie_value("a!#$%&'*+-.^_`|~:9Z"), "a!#$%&'*+-.^_`|~:9Z");
  EXPECT_EQ(quote_cookie_value(""), "\"\"");
  EXPECT_EQ(quote_cookie_value(" ()/<=>?@[]{}"), "\" ()/<=>?@[]{}\"");
  EXPECT_EQ(quote_cookie_value("\",;\\"), R"("\"\054\073\\")");
  EXPECT_EQ(quote_cookie_value("\xc3\xa9\x7f"), R"("\303\251\177")");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(unquote_cookie_value(quote_cookie_value(all)), all);
}

}  // namespace
