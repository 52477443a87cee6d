// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>

#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

#include <pages/throws.html.h>
#include <tests/web/app/find_apples.h>
#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

// What a developer is shown of an exception, and others are not.
namespace stacks_test {

int find_apples(int number) {
  if (number > 0) throw std::out_of_range("no apples");
  return number;
}

}  // namespace stacks_test

namespace debug_page_test {

struct StockError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace debug_page_test

namespace {

using debug_page_test::StockError;
using eddy::Task;
using eddy::web::Application;
using eddy::web::HttpError;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::Settings;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Throws : RequestHandler {
  void get() {
    set_header("X-Own", "1");
    throw StockError("no <b>apples</b>");
  }
  Task<void> post() {
    co_await eddy::sleep(std::chrono::seconds(1));
    throw StockError("later");
  }
  void put() { throw HttpError(404, "no such basket"); }
  void del() { send_error(403); }
  void patch() { throw StockError("open"); }
  void set_default_headers() override { set_header("Access-Control-Allow-Origin", "*"); }
};

struct OwnPage : RequestHandler {
  void get() { throw StockError("secret"); }
  void write_error(int /*status*/, const std::exception_ptr& /*error*/) override { finish("own"); }
};

struct Single : RequestHandler {
  void get() {}
};

void throw_nested() {
  try {
    try {
      throw std::system_error(2, std::system_category(), "open stock.db");
    } catch (...) {
      std::throw_with_nested(StockError("no stock"));
    }
  } catch (...) {
    std::throw_with_nested(std::runtime_error("the page can't be made"));
  }
}

class DebugPageTest : public eddy_tests::ManualServerTest {
 protected:
  DebugPageTest() {
    app_.set_settings({.check_host = false, .serve_traceback = true});
    app_.add(route<Throws>("/throws")).add(route<OwnPage>("/own")).add(route<Single>("/single"));
  }
  std::string ask(const std::string& request_line, const std::string& fields = "") {
    if (server_ == nullptr) listen();
    auto peer = connect(request_line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    loop_.advance(std::chrono::seconds(1));
    return read(peer);
  }
};

TEST_F(DebugPageTest, TellsWhatWasThrownByWhatAndForWhat) {
  const std::string page = ask("GET /throws?a=<1>", "User-Agent: it's \"me\"\r\n");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_THAT(page, HasSubstr("\r\nContent-Type: text/html; charset=UTF-8\r\n"));
  EXPECT_THAT(page, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(page, Not(HasSubstr("X-Own")));
  EXPECT_THAT(page, HasSubstr("<h1>500: Internal Server Error</h1>"));
  EXPECT_THAT(page, HasSubstr("<h2>debug_page_test::StockError</h2>\n"
                              "<pre>no &lt;b&gt;apples&lt;/b&gt;</pre>"));
  EXPECT_THAT(page, HasSubstr("<td>/throws?a=&lt;1&gt;</td>"));
  EXPECT_THAT(page, HasSubstr("<td>route (/throws)</td>"));
  EXPECT_THAT(page, HasSubstr("Throws</td>"));
  EXPECT_THAT(page, HasSubstr("<td>127.0.0.1</td>"));
  EXPECT_THAT(page, HasSubstr("it&#x27;s &quot;me&quot;"));
}

TEST_F(DebugPageTest, ShowsNoSecrets) {
  const std::string page = ask("GET /throws",
                               "cookie: user=SECRET\r\nAuthorization: Basic SECRET\r\n"
                               "X-XSRFToken: SECRET\r\nX-CSRFToken: SECRET\r\n"
                               "Proxy-Authorization: SECRET\r\n");
  EXPECT_THAT(page, AllOf(HasSubstr("cookie</th><td>(not shown)"), Not(HasSubstr("SECRET"))));
}

TEST_F(DebugPageTest, ShowsNoArgumentsThatMayBeSecrets) {
  const std::string page =
      ask("GET /throws?_xsrf=SECRET&a=1&access_token=SECRET&b=2&Key=SECRET",
          "Referer: http://localhost/?pass=SECRET&c=3#token=SECRET\r\nX-Api-Key: SECRET\r\n"
          "X-Auth-Token: SECRET\r\n");
  EXPECT_THAT(page, Not(HasSubstr("SECRET")));
  EXPECT_THAT(page, HasSubstr("<td>/throws?_xsrf=(not shown)&amp;a=1&amp;"
                              "access_token=(not shown)&amp;b=2&amp;Key=(not shown)</td>"));
  EXPECT_THAT(page, HasSubstr("<td>http://localhost/?pass=(not shown)&amp;c=3#token=(not shown)"));
}

TEST_F(DebugPageTest, HasNoFieldsOfTheHandlerThatWouldOpenItToOthers) {
  EXPECT_THAT(ask("PATCH /throws", "Content-Length: 0\r\n"),
              AllOf(HasSubstr("<pre>open</pre>"), Not(HasSubstr("Access-Control"))));
}

TEST_F(DebugPageTest, OfAMethodThatAHandlerLacksNamesThoseThatItHas) {
  EXPECT_THAT(ask("DELETE /single", "Content-Length: 0\r\n"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: GET, HEAD, OPTIONS\r\n"),
                    HasSubstr("<h2>Request</h2>")));
}

TEST_F(DebugPageTest, IsNotForWhatAProxyHandsOn) {
  for (const char* field : {"X-Forwarded-For: 127.0.0.1", "x-forwarded-proto: http",
                            "X-Real-Ip: 127.0.0.1", "Forwarded: for=127.0.0.1", "Via: 1.1 proxy"}) {
    EXPECT_THAT(ask("GET /throws", std::string(field) + "\r\n"), Not(HasSubstr("apples"))) << field;
  }
}

TEST_F(DebugPageTest, IsForNamesOfThisMachineAndTheSettings) {
  app_.set_settings({.check_host = false, .hosts = {"shop.test"}, .serve_traceback = true});
  const auto ask_host = [this](const std::string& host) {
    if (server_ == nullptr) listen();
    auto peer = connect("GET /throws HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return read(peer);
  };
  for (const char* host : {"localhost:80", "127.0.0.1", "[::1]", "a.localhost", "shop.test"}) {
    EXPECT_THAT(ask_host(host), HasSubstr("apples")) << host;
  }
  EXPECT_THAT(ask_host("rebound.example"), Not(HasSubstr("apples")));
}

TEST_F(DebugPageTest, OfTasksFunctionsAndHttpErrors) {
  app_.get("/function", []() -> std::string { throw StockError("in a function"); });
  app_.get("/task", []() -> Task<std::string> {
    co_await eddy::sleep(std::chrono::seconds(1));
    throw 7;
  });
  EXPECT_THAT(ask("POST /throws", "Content-Length: 0\r\n"), HasSubstr("<pre>later</pre>"));
  EXPECT_THAT(ask("PUT /throws", "Content-Length: 0\r\n"),
              AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("no such basket")));
  EXPECT_THAT(ask("GET /function"),
              AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("<pre>in a function</pre>")));
  EXPECT_THAT(ask("GET /task"), HasSubstr("<h2>int</h2>"));
}

TEST_F(DebugPageTest, ShowsCauses) {
  app_.get("/nested", [] { throw_nested(); });
  const std::string page = ask("GET /nested");
  const auto first = page.find("<pre>the page can&#x27;t be made</pre>");
  const auto second = page.find("because of std::_Nested_exception");
  const auto third = page.find("because of std::system_error</h2>");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
  EXPECT_THAT(page, HasSubstr("<p>system:2</p>"));
}

TEST_F(DebugPageTest, NamesTheLineOfATemplate) {
  app_.get("/page", [] { return templates::Throws{.numbers = {0, 7}}.render(); });
  EXPECT_THAT(ask("GET /page"), HasSubstr("<pre>no apples</pre>\n<h3>thrown at</h3>\n"
                                          "<pre>at throws.html:4</pre>"));
  EXPECT_THAT(logged_, testing::ElementsAre(HasSubstr("no apples\nat throws.html:4")));
  EXPECT_THAT(ask("GET /throws"), Not(HasSubstr("throws.html:")));
}

TEST_F(DebugPageTest, IsNotWhereNothingWasThrownOrTheHandlerHasAPageOfItsOwn) {
  EXPECT_THAT(ask("DELETE /throws"), testing::EndsWith("<html><title>403: Forbidden</title>"
                                                       "<body>403: Forbidden</body></html>"));
  EXPECT_THAT(ask("GET /own"), testing::EndsWith("\r\n\r\nown"));
  EXPECT_THAT(ask("GET /nothing"), HasSubstr("<title>404: Not Found</title><body>"));
}

TEST_F(DebugPageTest, IsOffUnlessAskedFor) {
  app_.set_settings({.check_host = false});
  EXPECT_THAT(ask("GET /throws"), Not(HasSubstr("apples")));
}

TEST_F(DebugPageTest, IsWhatDebugIs) {
  app_.set_settings({.check_host = false, .debug = true});
  EXPECT_THAT(ask("GET /throws"), HasSubstr("apples"));
}

TEST(DebugPage, IsForThisMachineOnly) {
  Application app(Settings{.serve_traceback = true}, {route<Throws>("/throws")});
  app.get("/function", []() -> std::string { throw StockError("no apples"); });
  // A client at 192.0.2.1.
  for (const char* target : {"/throws", "/function"}) {
    eddy_tests::TestExchange exchange(app, "GET", target);
    EXPECT_EQ(exchange.status(), 500);
    EXPECT_THAT(exchange.body(), Not(HasSubstr("apples")));
  }
}

}  // namespace
