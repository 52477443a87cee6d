// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/settings.h>

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <eddy/web/web.h>

#include <tests/web/app/test_exchange.h>

namespace {

using eddy::web::Application;
using eddy::web::route;
using eddy::web::Services;
using eddy::web::Settings;
using eddy_tests::TestExchange;

struct Where : eddy::web::RequestHandler {
  void get() { write(settings().login_url); }
};

TEST(SettingsTest, DefaultsWithoutAny) {
  Application app({route<Where>("/")});
  EXPECT_FALSE(app.settings().xsrf_cookies);
  EXPECT_FALSE(app.settings().cookie_signer);
  EXPECT_EQ(app.settings().xsrf_cookie_name, "_xsrf");
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "");
}

TEST(SettingsTest, GivenToTheConstructorAndReadByHandlers) {
  Application app({.login_url = "/enter"}, {route<Where>("/")});
  EXPECT_EQ(app.settings().login_url, "/enter");
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "/enter");
}

struct Counter {
  int count = 7;
};

TEST(SettingsTest, GivenBesideServices) {
  Counter counter;
  Application app(Services().add(counter), {.login_url = "/enter"}, {route<Where>("/")});
  app.get("/n", [](Counter& found) { return std::to_string(found.count); });
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "/enter");
  EXPECT_EQ(TestExchange(app, "GET", "/n").body(), "7");
}

TEST(SettingsTest, TheLastOnesCount) {
  Application app({.login_url = "/enter"}, {route<Where>("/")});
  app.set_settings({.login_url = "/other"});
  EXPECT_EQ(TestExchange(app, "GET", "/").body(), "/other");
}

std::string refusal(const Settings& settings) {
  try {
    Application app(settings);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(SettingsTest, RefusesWhatCouldNotWork) {
  EXPECT_EQ(refusal({.xsrf_cookie_version = 3}),
            "Settings::xsrf_cookie_version: 3 is neither 1 nor 2");
  EXPECT_NE(refusal({.xsrf_cookie_name = "a b"}).find("xsrf_cookie_name"), std::string::npos);
  EXPECT_NE(refusal({.xsrf_cookie_name = "__Host-x"}).find("secure"), std::string::npos);
  EXPECT_EQ(refusal({.xsrf_cookie_name = "__Host-x", .xsrf_cookie_options = {.secure = true}}), "");
}

TEST(SettingsTest, NotReplacedUnderAServer) {
  eddy::NativeLoop loop;
  Application app({.login_url = "/enter"});
  app.listen(loop, 0);
  EXPECT_THROW(app.set_settings({}), std::logic_error);
  EXPECT_EQ(app.settings().login_url, "/enter");
}

}  // namespace
