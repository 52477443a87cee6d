// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

#include <tests/web/app/error_of.h>
#include <tests/web/app/test_exchange.h>

// RouteOptions::redirect_slash: Tornado's addslash and removeslash.
namespace {

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::route_path;
using eddy_tests::error_of;
using eddy_tests::TestExchange;
using testing::HasSubstr;

struct Page : RequestHandler {
  void get() { write("page"); }
  void post() { write("posted"); }
};

/// Where a GET is sent by 301, or what it is answered with.
std::string outcome(Application& app, const std::string& target) {
  TestExchange exchange(app, "GET", target);
  if (exchange.status() == 200) return exchange.body();
  if (exchange.status() == 301) return "to " + exchange.header("Location");
  return std::to_string(exchange.status());
}

TEST(RedirectSlash, AddsTheSlashThatIsMissing) {
  Application app({route<Page>("/ad/", {.redirect_slash = true})});
  EXPECT_EQ(outcome(app, "/ad/"), "page");
  EXPECT_EQ(outcome(app, "/ad"), "to /ad/");
  EXPECT_EQ(outcome(app, "/ad?q"), "to /ad/?q");
  EXPECT_EQ(outcome(app, "/ad//"), "404");
}

TEST(RedirectSlash, RemovesTheOneTooMuch) {
  Application app({route_path<Page>("/rm", {.redirect_slash = true})});
  EXPECT_EQ(outcome(app, "/rm"), "page");
  EXPECT_EQ(outcome(app, "/rm/?q=1"), "to /rm?q=1");
  EXPECT_EQ(outcome(app, "/rm//"), "404");
}

TEST(RedirectSlash, OtherMethodsAreNotSentAround) {
  Application app({.xsrf_cookies = true},
                  {route<Page>("/ad/", {.check_xsrf = false, .redirect_slash = true})});
  EXPECT_EQ(TestExchange(app, "HEAD", "/ad").status(), 301);
  EXPECT_EQ(TestExchange(app, "POST", "/ad").status(), 404);
  EXPECT_EQ(TestExchange(app, "POST", "/ad/").body(), "posted");
}

struct GetOnly : RequestHandler {
  void get() { write("got"); }
};
struct PostOnly : RequestHandler {
  void post() { write("posted"); }
};

TEST(RedirectSlash, TakesNothingFromARouteThatIsThereAlready) {
  Application app;
  app.get("/a/", [] { return "function"; });
  app.add(route<GetOnly>("/a", {.redirect_slash = true}));
  EXPECT_EQ(outcome(app, "/a/"), "function");
  EXPECT_EQ(outcome(app, "/a"), "got");
  for (const char* method : {"POST", "DELETE"}) {
    TestExchange exchange(app, method, "/a/");
    EXPECT_EQ(exchange.status(), 405) << method;
    EXPECT_EQ(exchange.header("Allow"), "GET, HEAD, OPTIONS") << method;
  }
  EXPECT_EQ(TestExchange(app, "OPTIONS", "/a/").status(), 204);
}

TEST(RedirectSlash, NeverSendsAnyoneInACircle) {
  Application app({route<PostOnly>("/a", {.redirect_slash = true}),
                   route<GetOnly>("/a/", {.redirect_slash = true})});
  EXPECT_EQ(outcome(app, "/a/"), "to /a");
  EXPECT_EQ(outcome(app, "/a"), "405");
  EXPECT_EQ(TestExchange(app, "POST", "/a").body(), "posted");
}

TEST(RedirectSlash, WorksForFunctionsPatternsHostsAndPrefixes) {
  Application app;
  app.get("/f/{name}", [](std::string_view name) { return std::string(name); },
          {.redirect_slash = true});
  app.put("/f/{name}", [](std::string_view name) { return std::string(name); },
          {.redirect_slash = true});
  EXPECT_EQ(outcome(app, "/f/a%2Fb/"), "to /f/a%2Fb");
  EXPECT_EQ(TestExchange(app, "PUT", "/f/x").body(), "x");

  app.add(route<Page>(R"(/story/\d+$)", {.redirect_slash = true}));
  EXPECT_EQ(outcome(app, "/story/7/"), "to /story/7");
  app.add(route<Page>("/one|/two", {.redirect_slash = true}));
  EXPECT_EQ(outcome(app, "/one/"), "to /one");
  EXPECT_EQ(outcome(app, "/two/"), "to /two");
  app.mount("/admin", {route<Page>("/users/", {.redirect_slash = true})});
  EXPECT_EQ(outcome(app, "/admin/users"), "to /admin/users/");
  app.add_handlers("h", {route<Page>("/host/", {.redirect_slash = true})});
  EXPECT_EQ(outcome(app, "/host"), "to /host/");
}

TEST(RedirectSlash, AsksTheRoutesMatcher) {
  Application app({route<Page>("/ad/", {.redirect_slash = true}).when([](const Request& request) {
    return request.query() == "yes";
  })});
  EXPECT_EQ(outcome(app, "/ad?yes"), "to /ad/?yes");
  EXPECT_EQ(outcome(app, "/ad?no"), "404");
}

TEST(RedirectSlash, NeverLeadsToAnotherHost) {
  Application app({route<Page>("/+[a-z.]+", {.redirect_slash = true})});
  EXPECT_EQ(outcome(app, "//ex.com/"), "to /ex.com");
}

TEST(RedirectSlash, RefusesWhatHasNoOtherForm) {
  const auto refusal = [](std::string_view pattern) -> std::string {
    try {
      Application app({route<Page>(pattern, {.redirect_slash = true})});
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal("/"), HasSubstr("route (/): redirect_slash: there is no path without"));
  EXPECT_THAT(refusal("/a|/b/"), HasSubstr("alternatives"));
}

TEST(RedirectSlash, TellsAnAnchorAndASlashFromEscapedOnes) {
  Application app({route<Page>(R"(/price\$)", {.redirect_slash = true}),
                   route<Page>(R"(/both\$$)", {.redirect_slash = true})});
  EXPECT_EQ(outcome(app, "/price$"), "page");
  EXPECT_EQ(outcome(app, "/price$/"), "to /price$");
  EXPECT_EQ(outcome(app, "/price/"), "404");
  EXPECT_EQ(outcome(app, "/both$/"), "to /both$");
  // Of two backslashes none is the slash's.
  EXPECT_EQ(error_of([&app] { app.add(route<Page>(R"(/back\\/)", {.redirect_slash = true})); }),
            "nothing was thrown");
}

TEST(RedirectSlash, ARouteThatCannotBeRedirectedToIsNotThereAtAll) {
  Application app;
  // `\c/` is one character, 'o', which is nothing without its slash.
  const auto add = [&app] {
    app.add(route<Page>(R"(/g\c/)", {.name = "go", .redirect_slash = true}));
  };
  EXPECT_THAT(error_of(add), HasSubstr("the pattern is malformed"));
  EXPECT_EQ(outcome(app, "/go"), "404");
  EXPECT_THROW((void)app.reverse_url("go"), std::out_of_range);
}

}  // namespace
