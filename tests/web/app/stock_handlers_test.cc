// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/stock_handlers.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/web/http/message_delegate.h>

#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

namespace {

using eddy::web::Application;
using eddy::web::ErrorHandler;
using eddy::web::FallbackHandler;
using eddy::web::RedirectHandler;
using eddy::web::Request;
using eddy::web::route;
using eddy_tests::ManualServerTest;
using eddy_tests::TestExchange;
using testing::HasSubstr;

std::string location(std::string_view pattern, std::string_view url, std::string_view target) {
  Application app({route(pattern, RedirectHandler(url))});
  TestExchange exchange(app, "GET", target);
  EXPECT_EQ(exchange.status(), 301);
  return exchange.header("Location");
}

TEST(RedirectHandler, FillsInGroupsAsTheyWereSentAndKeepsTheQuery) {
  EXPECT_EQ(location("/old", "/new", "/old"), "/new");
  EXPECT_EQ(location("/(.*)/(.*)", "/{1}/x/{0}", "/a%20b/c"), "/c/x/a%20b");
  EXPECT_EQ(location("/(?<year>.*)-(?<month>.*)", "/{month}/{year}/{0}", "/2026-11"),
            "/11/2026/2026");
  EXPECT_EQ(location("/a(?:/(.*))?", "/b/{0}", "/a"), "/b/");
  EXPECT_EQ(location("/old", "/new", "/old?a=1&a=2&b=%20"), "/new?a=1&a=2&b=%20");
  EXPECT_EQ(location("/old", "/new?x=1#part", "/old?a=1"), "/new?x=1&a=1#part");
  EXPECT_EQ(location("/(.*)", "https://example.org/{0}", "/a/b"), "https://example.org/a/b");
  EXPECT_EQ(location("/(.*)", "//example.org/{0}", "/a"), "//example.org/a");
  EXPECT_EQ(location("/(.*)", "/{{{0}}}", "/a"), "/{a}");
}

TEST(RedirectHandler, MayBeForNowAndIsForGetAndHeadOnly) {
  Application app({route("/old", RedirectHandler("/new", false))});
  EXPECT_EQ(TestExchange(app, "GET", "/old").status(), 302);
  EXPECT_EQ(TestExchange(app, "HEAD", "/old").header("Location"), "/new");
  EXPECT_EQ(TestExchange(app, "POST", "/old").status(), 405);
}

TEST(RedirectHandler, DoesNotLeadToAHostThatTheClientNames) {
  EXPECT_EQ(location("/go/(.*)", "/{0}", "/go//evil.example"), "/evil.example");
  EXPECT_EQ(location("/go/(.*)", "/{0}", "/go/\\evil.example"), "/evil.example");
  EXPECT_EQ(location("/go/(.*)", "/{0}", "/go/\\/\\evil.example"), "/evil.example");
  EXPECT_EQ(location("/go(.*)/end", "/{0}/end", "/go//end"), "/end");
  for (const char* url : {"{0}", "{0}/x", "https://{0}/x", "https://example.org{0}", "//{0}",
                          "http{0}://x/", "//example.org{0}/x"}) {
    EXPECT_THROW(RedirectHandler{url}, std::invalid_argument) << url;
  }
}

TEST(RedirectHandler, MistakesAreFoundBeforeAnyoneAsks) {
  for (const char* url : {"/{", "/}", "/{}", "/a b", "/a\r\nSet-Cookie: x"}) {
    EXPECT_THROW(RedirectHandler{url}, std::invalid_argument) << url;
  }
  EXPECT_THROW((void)route("/(.*)", RedirectHandler("/{1}")), std::invalid_argument);
  EXPECT_THROW((void)route("/(.*)", RedirectHandler("/{name}")), std::invalid_argument);
  EXPECT_THROW(Application({route("/(", RedirectHandler("/x"))}), std::invalid_argument);
}

TEST(ErrorHandler, AnswersEveryMethod) {
  Application app({route("/gone/.*", ErrorHandler(410))});
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    EXPECT_EQ(TestExchange(app, method, "/gone/x").status(), 410) << method;
  }
  EXPECT_THAT(TestExchange(app, "GET", "/gone/x").body(), HasSubstr("410: Gone"));
  EXPECT_THROW(ErrorHandler(399), std::invalid_argument);
  EXPECT_THROW(ErrorHandler(600), std::invalid_argument);
}

TEST(FallbackHandler, HandsTheRequestToAFunction) {
  Application app({route("/legacy/.*", FallbackHandler([](const Request& request) {
                           return std::string(request.method_text()) + " " +
                                  std::string(request.path());
                         }))});
  EXPECT_EQ(TestExchange(app, "GET", "/legacy/a").body(), "GET /legacy/a");
  EXPECT_EQ(TestExchange(app, "DELETE", "/legacy/b").body(), "DELETE /legacy/b");
  EXPECT_EQ(TestExchange(app, "GET", "/other").status(), 404);
}

TEST(FallbackHandler, WhatAFunctionThrowsIsAnErrorPage) {
  Application app({route("/", FallbackHandler([](const Request&) -> std::string {
                           throw eddy::web::HttpError(418);
                         }))});
  EXPECT_EQ(TestExchange(app, "GET", "/").status(), 418);
}

struct Echo final : eddy::web::MessageDelegate {
  inline static int gone = 0;
  eddy::Task<void> headers_received(const Request&, eddy::web::ResponseStream& stream) override {
    response = &stream;
    co_return;
  }
  eddy::Task<void> data_received(std::string_view piece) override {
    text += "[" + std::string(piece) + "]";
    co_return;
  }
  eddy::Task<void> finish() override {
    response->write(text);
    co_return;
  }
  void on_connection_close() override { ++gone; }

  eddy::web::ResponseStream* response = nullptr;
  std::string text;
};

class FallbackServer : public ManualServerTest {};

TEST_F(FallbackServer, ADelegateGetsTheContentPieceByPieceAndIsToldThatTheClientHasGone) {
  app_.add(route("/up", FallbackHandler([] { return std::make_unique<Echo>(); })));
  listen();
  auto peer = connect("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
  send(peer, "cd");
  EXPECT_THAT(read(peer), HasSubstr("[ab][cd]"));
  auto leaving = connect("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
  leaving.close();
  loop_.run_until_idle();
  EXPECT_EQ(Echo::gone, 1);
}

TEST_F(FallbackServer, AFunctionThatStreamsTheContentIsCalledBeforeItIsThere) {
  app_.add(
      route("/up", FallbackHandler([](eddy::web::RequestBody& body) -> eddy::Task<std::string> {
              std::string all;
              for (;;) {
                const std::string_view piece = co_await body.read();
                if (piece.empty()) break;
                all += "[" + std::string(piece) + "]";
              }
              co_return all;
            })));
  listen();
  auto peer = connect("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
  send(peer, "cd");
  EXPECT_THAT(read(peer), HasSubstr("[ab][cd]"));
}

}  // namespace
