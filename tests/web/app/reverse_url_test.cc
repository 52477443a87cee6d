// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/application.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <tests/web/app/error_of.h>
#include <tests/web/app/test_exchange.h>

enum class Colour { red, green, nameless };
constexpr eddy::web::EnumName<Colour> kColours[] = {{"red", Colour::red}, {"gr/n", Colour::green}};
template <>
struct eddy::web::PathValue<Colour> : eddy::web::PathEnum<Colour, kColours> {};

namespace {

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::route_path;
using eddy_tests::error_of;
using eddy_tests::TestExchange;
using testing::HasSubstr;

struct Any : RequestHandler {
  void get() {}
};

std::string reversed(std::string_view pattern, auto... values) {
  return Application({route<Any>(pattern, {.name = "it"})}).reverse_url("it", values...);
}
std::string reversed_path(std::string_view path, auto... values) {
  return Application({route_path<Any>(path, {.name = "it"})}).reverse_url("it", values...);
}

TEST(ReverseUrl, FillsGroupsByPositionWhateverTheirNames) {
  EXPECT_EQ(reversed(R"(/story/(\d+))", 7), "/story/7");
  EXPECT_EQ(reversed(R"(^/a/(?<first>\w+)/(?P<second>[a-z)]+)\.html$)", -3, std::string("x")),
            "/a/-3/x.html");
  EXPECT_EQ(reversed("/plain"), "/plain");
  EXPECT_EQ(reversed_path("/user/{id}/files/{path...}", 7U, "a/b c"), "/user/7/files/a/b%20c");
  EXPECT_EQ(reversed_path("/v/{x}", 2.5), "/v/2.5");
}

TEST(ReverseUrl, EncodesAsTornadoDoesWithSlashesKeptWhereTheyMatch) {
  EXPECT_EQ(reversed("/f/(.*)", "x/y z+\xc3\xa9"), "/f/x/y%20z%2B%C3%A9");
  EXPECT_EQ(reversed("/f/([^/]+)/x", "a/b"), "/f/a%2Fb/x");
  EXPECT_EQ(reversed_path("/f/{name}", "a/b-._~?#%"), "/f/a%2Fb-._~%3F%23%25");
}

TEST(ReverseUrl, AnEncodedValueIsWhatTheHandlerGets) {
  Application app;
  app.get("/f/{name}/{rest...}",
          [](std::string name, std::string rest) { return name + "|" + rest; }, {.name = "f"});
  const std::string url = app.reverse_url("f", "a/b?%41", "c/d e");
  EXPECT_EQ(TestExchange(app, "GET", url).body(), "a/b?%41|c/d e");
}

TEST(ReverseUrl, WhatMayBeLeftOutIsLeftOutUnlessItHasAValue) {
  constexpr std::string_view kList = R"(/list(?:/(\d+))?/?)";
  EXPECT_EQ(reversed(kList, 3), "/list/3");
  EXPECT_EQ(reversed(kList, std::optional<int>()), "/list");
  EXPECT_EQ(reversed(kList, std::optional<int>(4)), "/list/4");
  EXPECT_EQ(reversed("/a(/b)?(?:x|y)z*w+", std::optional<std::string>()), "/axw");
  EXPECT_EQ(reversed(R"(/a\d*[ab]?)"), "/a");
}

TEST(ReverseUrl, TakesTypesThatHaveText) {
  EXPECT_EQ(reversed("/c/(.*)", Colour::green), "/c/gr/n");
  EXPECT_THROW((void)reversed("/c/(.*)", Colour::nameless), std::invalid_argument);
  Application app;
  app.get("/c/{colour}", [](Colour colour) { return colour == Colour::green ? "g" : "r"; });
  EXPECT_EQ(TestExchange(app, "GET", "/c/gr%2Fn").body(), "g");
  EXPECT_EQ(TestExchange(app, "GET", "/c/red").body(), "r");
  EXPECT_EQ(TestExchange(app, "GET", "/c/blue").status(), 404);
}

TEST(ReverseUrl, MistakesAreNamed) {
  EXPECT_EQ(error_of<std::out_of_range>([] { return Application().reverse_url("story", 1); }),
            "reverse_url: no route has the name 'story'");
  EXPECT_EQ(
      error_of<std::invalid_argument>([] { return reversed("/s/(.*)"); }),
      "route 'it' (/s/(.*)): the pattern has 1 group, but reverse_url() was given 0 arguments");
  EXPECT_EQ(error_of<std::invalid_argument>([] { return reversed("/s", 1, 2); }),
            "route 'it' (/s): the pattern has 0 groups, but reverse_url() was given 2 arguments");
  EXPECT_EQ(error_of<std::invalid_argument>(
                [] { return reversed("/a/(.*)/(.*)", 1, std::optional<int>()); }),
            "route 'it' (/a/(.*)/(.*)): group 2 needs a value");
  EXPECT_EQ(error_of<std::invalid_argument>(
                [] { return reversed("/a(?:/(.*)-(.*))?", 1, std::optional<int>()); }),
            "route 'it' (/a(?:/(.*)-(.*))?): group 2 needs a value");
  EXPECT_EQ(error_of<std::invalid_argument>([] { return reversed_path("/a/{id}", ""); }),
            "route 'it' (/a/{id}): {id} needs a value");
}

TEST(ReverseUrl, APatternThatSaysTooLittleCannotBeReversed) {
  EXPECT_EQ(
      error_of<std::logic_error>([] { return reversed(R"(/a\d/(x))", 1); }),
      R"(route 'it' (/a\d/(x)): no URL can be made of the pattern: it does not say what stands )"
      "outside its groups, at offset 2");
  for (const char* pattern : {"/a./(x)", "/[ab]/(x)", "/(x)|/y", "/(?:(x)|y)", "/(?i)(x)",
                              "/(?=x)(x)", "/(?<=x)(x)", "/(x)a{2}", R"(/(x)\Qa\E)"}) {
    EXPECT_THAT(error_of<std::logic_error>([pattern] { return reversed(pattern, 1); }),
                HasSubstr("no URL can be made of the pattern"))
        << pattern;
  }
  EXPECT_THAT(error_of<std::logic_error>([] { return reversed("/((a)b)", 1, 2); }),
              HasSubstr("a group within a group"));
}

TEST(ReverseUrl, FindsRoutesOfHostsAndBelowPrefixes) {
  Application app;
  app.add_handlers("example\\.com", {route<Any>(R"(/h/(\d+))", {.name = "of host"})});
  app.mount("/a.b", {route<Any>(R"(^/(\d+)$)", {.name = "regex"}),
                     route_path<Any>("/p/{x}", {.name = "template"})});
  EXPECT_EQ(app.reverse_url("of host", 1), "/h/1");
  EXPECT_EQ(app.reverse_url("regex", 2), "/a.b/2");
  EXPECT_EQ(app.reverse_url("template", 3), "/a.b/p/3");
  // A name is one in all of an application.
  EXPECT_THROW(app.add(route<Any>("/x", {.name = "of host"})), std::invalid_argument);
}

}  // namespace
