// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <eddy/testing/app_test.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/app/static_files.h>
#include <eddy/web/web.h>

#include <tests/web/app/test_exchange.h>

// What a handler has of its Application: URLs of routes and files, and the log of requests.
namespace {

using eddy::testing::AppTest;
using eddy::testing::ExpectLog;
using eddy::web::AccessRecord;
using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::Settings;
using eddy::web::StaticFiles;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Links : RequestHandler {
  void get() {
    write(reverse_url("story", 7, "a b"));
    write(" ", static_url("app.js"));
  }
  void head() { write(static_url("app.js", true)); }
};
struct Story : RequestHandler {
  void get(int /*id*/, const std::string& /*title*/) {}
};

TEST(HandlerUrls, AreThoseOfRoutesAndFiles) {
  Application app({.static_files = StaticFiles("/nowhere", {.url_prefix = "/files/"})},
                  {route<Links>("/"), route<Story>(R"(/story/(\d+)/(.*))", {.name = "story"})});
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "/story/7/a%20b /files/app.js");
  EXPECT_EQ(TestExchange(app, "HEAD", "/").body(), "http://h/files/app.js");
}

TEST(HandlerUrls, SayWhatIsMissing) {
  Application app({route<Links>("/")});
  EXPECT_THAT(TestExchange(app, "GET", "/").logged(), ElementsAre(HasSubstr("story")));
  EXPECT_THAT(TestExchange(app, "HEAD", "/").logged(),
              ElementsAre(HasSubstr(".static_files = StaticFiles(folder)")));
}

// ---- log_function ----

class LogFunctionTest : public AppTest {
 protected:
  std::unique_ptr<Application> make_app() override {
    Settings settings;
    settings.log_function = [this](const AccessRecord& access) {
      if (access.status == 418) throw std::runtime_error("no room in the log");
      lines_.push_back(std::to_string(access.status) + " " + std::string(access.request.target()));
      EXPECT_GE(access.took, eddy::Duration::zero());
    };
    auto app = std::make_unique<Application>(settings);
    app->get("/function", [] { return "hello"; });
    app->get("/teapot", [] { return eddy::web::Response(418); });
    return app;
  }
  std::vector<std::string> lines_;
};

TEST_F(LogFunctionTest, TakesThePlaceOfTheAccessLog) {
  EXPECT_EQ(fetch("/function?a=1").status, 200);
  EXPECT_EQ(fetch("/nowhere").status, 404);
  EXPECT_THAT(lines_, ElementsAre("200 /function?a=1", "404 /nowhere"));
  EXPECT_THAT(accesses(), IsEmpty());
}

TEST_F(LogFunctionTest, WhatItThrowsIsLogged) {
  const ExpectLog expected(log(), eddy::LogLevel::error, "no room in the log");
  EXPECT_EQ(fetch("/teapot").status, 418);
  EXPECT_EQ(fetch("/function").status, 200);
  EXPECT_THAT(lines_, ElementsAre("200 /function"));
}

TEST_F(LogFunctionTest, IsNotCalledWhereAServerKeepsNoLog) {
  listen({.access_log = false});
  EXPECT_EQ(fetch("/function").status, 200);
  EXPECT_THAT(lines_, IsEmpty());
}

}  // namespace
