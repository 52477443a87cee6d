// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <tuple>

#include <eddy/core/base/lifetime.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>
#include <eddy/web/app/further_method.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/app/stock_handlers.h>
#include <eddy/web/web.h>

#include <tests/web/app/error_of.h>
#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

// Methods of HTTP beyond the seven that handlers have members for.
namespace {

using eddy::Task;
using eddy::web::Application;
using eddy::web::further_method;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::route_path;
using eddy_tests::error_of;
using eddy_tests::TestExchange;
using testing::HasSubstr;

struct Folder : RequestHandler {
  void prepare() { set_header("X-Prepared", request().method_text()); }
  void get(const std::string& path) { write("got ", path); }
  void propfind(const std::string& path) { write("found ", path); }
  Task<void> lock(int number) {
    co_await eddy::sleep(std::chrono::seconds(1));
    write("locked ", number);
  }
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr auto further_methods = std::tuple(further_method<"PROPFIND">(&Folder::propfind),
                                                     further_method<"LOCK">(&Folder::lock));
};

struct Derived : Folder {
  void post(const std::string& /*path*/) {}
};

struct OneMore : Folder {
  void brew(const std::string& path) { write("brewed ", path); }
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr auto further_methods = further_method<"BREW">(&OneMore::brew);
};

TEST(FurtherMethods, AreAnsweredByTheMembersThatAClassNames) {
  Application app({route_path<Folder>("/f/{path}")});
  TestExchange found(app, "PROPFIND", "/f/a%20b");
  EXPECT_EQ(found.status(), 200);
  EXPECT_EQ(found.body(), "found a b");
  EXPECT_EQ(found.header("X-Prepared"), "PROPFIND");
  EXPECT_EQ(TestExchange(app, "LOCK", "/f/x").status(), 404) << "no number";
  EXPECT_EQ(TestExchange(app, "propfind", "/f/a").status(), 501) << "told apart by case";
}

TEST(FurtherMethods, OfARouteThatFailsToBeAddedAreNotKnown) {
  Application app;
  app.add(route<Derived>("/d/(.*)", {.name = "d"}));
  EXPECT_THROW(app.add(route_path<OneMore>("/f/{path}", {.name = "d"})), std::invalid_argument);
  EXPECT_EQ(TestExchange(app, "BREW", "/d/a").status(), 501);
}

TEST(FurtherMethods, WithAnotherSlashAreA404) {
  Application app({route_path<Folder>("/f/{path}/", {.redirect_slash = true})});
  EXPECT_EQ(TestExchange(app, "GET", "/f/a").status(), 301);
  EXPECT_EQ(TestExchange(app, "POST", "/f/a").status(), 404);
  EXPECT_EQ(TestExchange(app, "PROPFIND", "/f/a").status(), 404);
}

TEST(FurtherMethods, AreInAllowBehindTheOthers) {
  Application app({route_path<Folder>("/f/{path}")});
  app.get("/else", [] { return "got"; });
  TestExchange post(app, "POST", "/f/a");
  EXPECT_EQ(post.status(), 405);
  EXPECT_EQ(post.header("Allow"), "GET, HEAD, OPTIONS, PROPFIND, LOCK");
  EXPECT_EQ(TestExchange(app, "OPTIONS", "/f/a").header("Allow"), post.header("Allow"));
  EXPECT_THAT(TestExchange(app, "OPTIONS", "*").header("Allow"),
              testing::EndsWith("DELETE, OPTIONS, PROPFIND, LOCK"));
  TestExchange elsewhere(app, "PROPFIND", "/else");
  EXPECT_EQ(elsewhere.status(), 405) << "a method that the application knows";
  EXPECT_EQ(elsewhere.header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(TestExchange(app, "BREW", "/f/a").status(), 501) << "one that it does not know";
  EXPECT_EQ(TestExchange(app, "BREW", "/nowhere").status(), 404);
}

TEST(FurtherMethods, AreInheritedUnlessTheClassNamesItsOwn) {
  Application app({route_path<Derived>("/d/{path}"), route_path<OneMore>("/o/{path}")});
  EXPECT_EQ(TestExchange(app, "PROPFIND", "/d/a").body(), "found a");
  EXPECT_EQ(TestExchange(app, "BREW", "/o/a").body(), "brewed a");
  EXPECT_EQ(TestExchange(app, "GET", "/o/a").body(), "got a");
  EXPECT_EQ(TestExchange(app, "PROPFIND", "/o/a").status(), 405);
}

TEST(FurtherMethods, OfFunctions) {
  Application app({route("MKCOL", "/f/{path...}", [](const std::string& path) { return path; })});
  app.method("PROPFIND", "/f/{path...}", [] { return "found"; })
      .method("GET", "/f/{path...}", [] { return "got"; })
      .get("/else", [] { return "got"; });
  EXPECT_EQ(TestExchange(app, "MKCOL", "/f/a/b").body(), "a/b");
  EXPECT_EQ(TestExchange(app, "PROPFIND", "/f/a").body(), "found");
  EXPECT_EQ(TestExchange(app, "GET", "/f/a").body(), "got");
  EXPECT_EQ(TestExchange(app, "PUT", "/f/a").header("Allow"),
            "GET, HEAD, OPTIONS, MKCOL, PROPFIND");
}

TEST(FurtherMethods, OfMountedRoutesAndHosts) {
  Application app;
  app.mount("/m", {route_path<Folder>("/{path}")});
  app.add_handlers("h", {route("BREW", "/pot", [] { return "brewed"; })});
  EXPECT_EQ(TestExchange(app, "PROPFIND", "/m/a").body(), "found a");
  EXPECT_EQ(TestExchange(app, "BREW", "/pot").body(), "brewed");
  EXPECT_EQ(TestExchange(app, "BREW", "/m/a").status(), 405);
}

TEST(FurtherMethods, AreRefusedWhereTheyCouldNotWork) {
  Application app;
  const auto function = [] { return ""; };
  for (const char* name : {"", "A B", "A/B"}) {
    EXPECT_THAT(error_of([&] { app.method(name, "/x", function); }),
                HasSubstr("route (/x): the method '" + std::string(name) + "': it is no token"));
  }
  EXPECT_THAT(error_of([&] { app.method("CONNECT", "/x", function); }), HasSubstr("no path"));
  app.method("BREW", "/x", function);
  EXPECT_EQ(
      error_of([&] { app.method("BREW", "/x", function); }),
      "route (/x): there is a function for BREW of that path already; take one of the two away, "
      "or give one a matcher (Route::when) and add it first");
  EXPECT_THAT(error_of([&] { app.method("BREW", "/{a}/{b}", [](int /*a*/) { return ""; }); }),
              HasSubstr("has 2 groups, but its function for BREW takes 1 parameter"));
  EXPECT_THAT(error_of([] { const Application bad({route_path<OneMore>("/{a}/{b}")}); }),
              HasSubstr("OneMore"));
}

struct OnlyBrews : RequestHandler {
  void brew() { write("brewed"); }
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr auto further_methods = further_method<"BREW">(&OnlyBrews::brew);
};

TEST(FurtherMethods, AreEnoughForAHandler) {
  Application app({route<OnlyBrews>("/pot")});
  EXPECT_EQ(TestExchange(app, "BREW", "/pot").body(), "brewed");
  EXPECT_EQ(TestExchange(app, "GET", "/pot").header("Allow"), "OPTIONS, BREW");
  EXPECT_THAT(error_of([] { const Application bad({route<OnlyBrews>("/(.)")}); }),
              "nothing was thrown");
}

TEST(FurtherMethods, MustProveThatTheyAreNotForged) {
  Application app(eddy::web::Settings{.xsrf_cookies = true}, {route<OnlyBrews>("/pot")});
  app.method("BREW", "/function", [] { return "brewed"; })
      .method("BREW", "/api", [] { return "brewed"; }, {.check_xsrf = false});
  EXPECT_EQ(TestExchange(app, "BREW", "/pot").status(), 403);
  EXPECT_EQ(TestExchange(app, "BREW", "/function").status(), 403);
  EXPECT_EQ(TestExchange(app, "BREW", "/api").status(), 200);
}

TEST(FurtherMethods, AreAnsweredByFallbackAndErrorHandlersWhateverTheyAre) {
  Application app({
      route("/old/.*", eddy::web::FallbackHandler([](const Request& request) {
              return "fallback " + std::string(request.method_text());
            })),
      route("/gone", eddy::web::ErrorHandler(410)),
  });
  EXPECT_EQ(TestExchange(app, "BREW", "/old/x").body(), "fallback BREW");
  EXPECT_EQ(TestExchange(app, "BREW", "/gone").status(), 410);
}

TEST(FurtherMethods, ConnectIsNoMethodOfAnyRoute) {
  Application app({route(".*", eddy::web::ErrorHandler(410))});
  EXPECT_EQ(TestExchange(app, "GET", "/x").status(), 410);
  EXPECT_EQ(TestExchange(app, "CONNECT", "h:1").status(), 501);
}

class FurtherMethodsServer : public eddy_tests::ManualServerTest {};

TEST_F(FurtherMethodsServer, MayWait) {
  app_.add(route_path<Folder>("/f/{path}"));
  listen();
  auto peer = connect("LOCK /f/12 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(read(peer), "");
  loop_.advance(std::chrono::seconds(1));
  EXPECT_THAT(read(peer), testing::EndsWith("\r\n\r\nlocked 12"));
}

TEST_F(FurtherMethodsServer, OfAnOwnerThatHasDiedAreA503) {
  eddy::LifetimeSource source;
  app_.method("BREW", "/pot", source, [] { return "brewed"; });
  listen();
  const char* const brew = "BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n";
  auto peer = connect(brew);
  EXPECT_THAT(read(peer), testing::EndsWith("brewed"));
  source.end();
  send(peer, brew);
  EXPECT_THAT(read(peer), testing::StartsWith("HTTP/1.1 503 "));
}

}  // namespace
