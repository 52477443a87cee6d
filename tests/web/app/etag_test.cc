// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <eddy/testing/app_test.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

#include <tests/web/app/test_exchange.h>

// Entity tags of handlers' responses, and the 304 for who has one.
namespace {

using eddy::Task;
using eddy::testing::AppTest;
using eddy::web::Application;
using eddy::web::ClientResponse;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::Settings;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// As Tornado's, of "hello".
const std::string kTag = "\"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\"";

struct Hello : RequestHandler {
  void get() {
    set_header("Vary", "Cookie");
    set_header("Content-Language", "en");
    set_cookie("a", "1");
    write("hel", "lo");
  }
  void post() { write("hello"); }
};

class EtagTest : public testing::Test {
 protected:
  Application app_{{.etags = true}, {route<Hello>("/")}};

  static std::string if_none_match(const std::string& list) {
    return "If-None-Match: " + list + "\r\n";
  }
  int status(const std::string& list, const std::string& method = "GET") {
    return TestExchange(app_, method, "/", {}, if_none_match(list)).status();
  }
};

TEST_F(EtagTest, IsTheDigestOfTheContent) {
  TestExchange exchange(app_, "GET", "/");
  EXPECT_EQ(exchange.status(), 200);
  EXPECT_EQ(exchange.body(), "hello");
  EXPECT_EQ(exchange.header("ETag"), kTag);
  EXPECT_EQ(exchange.header("Set-Cookie"), "a=1; Path=/");
  EXPECT_EQ(TestExchange(app_, "HEAD", "/").header("ETag"), kTag);
}

TEST_F(EtagTest, WhoHasTheContentIsToldSo) {
  TestExchange exchange(app_, "GET", "/", {}, if_none_match(kTag));
  EXPECT_EQ(exchange.status(), 304);
  EXPECT_EQ(exchange.body(), "");
  EXPECT_EQ(exchange.header("ETag"), kTag);
  EXPECT_EQ(exchange.header("Vary"), "Cookie");
  EXPECT_EQ(exchange.header("Set-Cookie"), "a=1; Path=/");
  EXPECT_EQ(exchange.header("Content-Type"), "");
  EXPECT_EQ(exchange.header("Content-Language"), "");
  EXPECT_EQ(exchange.times_finished(), 1);
}

// The table of Tornado's tests.
TEST_F(EtagTest, TagsAreComparedWeakly) {
  EXPECT_EQ(status("W/" + kTag), 304);
  EXPECT_EQ(status("\"x\", " + kTag), 304);
  EXPECT_EQ(status("\"x\" , W/" + kTag + ",\"y\""), 304);
  EXPECT_EQ(status("*"), 304);
  EXPECT_EQ(status(kTag, "HEAD"), 304);
  EXPECT_EQ(status("\"x\", \"y\""), 200);
  EXPECT_EQ(status("W/\"x\""), 200);
  EXPECT_EQ(status(kTag.substr(1, kTag.size() - 2)), 200) << "without its quotes";
  EXPECT_EQ(status(""), 200);
  EXPECT_EQ(status(kTag, "POST"), 200);
  TestExchange two(app_, "GET", "/", {}, if_none_match("\"x\"") + if_none_match(kTag));
  EXPECT_EQ(two.status(), 304) << "in the second field of that name";
}

TEST_F(EtagTest, OnlyWhatIsReadHasOne) {
  TestExchange posted(app_, "POST", "/");
  EXPECT_EQ(posted.status(), 200);
  EXPECT_EQ(posted.header("ETag"), "");
  app_.get("/function", [] { return "hello"; });
  EXPECT_EQ(TestExchange(app_, "GET", "/function").header("ETag"), "");
  EXPECT_EQ(TestExchange(app_, "GET", "/nowhere").header("ETag"), "");
}

TEST_F(EtagTest, IsOffUnlessItIsSet) {
  app_.set_settings({});
  TestExchange exchange(app_, "GET", "/", {}, if_none_match(kTag));
  EXPECT_EQ(exchange.status(), 200);
  EXPECT_EQ(exchange.body(), "hello");
  EXPECT_EQ(exchange.header("ETag"), "");
}

struct Fails : RequestHandler {
  void get() {
    write("hello");
    send_error(404);
  }
};
struct Made : RequestHandler {
  void get() {
    set_status(201);
    write("hello");
  }
};

TEST_F(EtagTest, ErrorsAndOtherStatusesHaveNone) {
  app_.add(route<Fails>("/fails")).add(route<Made>("/made"));
  TestExchange fails(app_, "GET", "/fails");
  EXPECT_EQ(fails.header("ETag"), "");
  EXPECT_EQ(TestExchange(app_, "GET", "/made").header("ETag"), "");
  EXPECT_EQ(TestExchange(app_, "GET", "/made", {}, if_none_match("*")).status(), 201);
}

struct ByHand : RequestHandler {
  void get() {
    set_header("ETag", "\"v7\"");
    if (check_etag_header()) return set_status(304);
    write("hello");
  }
};

TEST_F(EtagTest, OneThatIsSetIsKept) {
  app_.add(route<ByHand>("/hand"));
  TestExchange first(app_, "GET", "/hand");
  EXPECT_EQ(first.header("ETag"), "\"v7\"");
  EXPECT_EQ(first.body(), "hello");
  TestExchange again(app_, "GET", "/hand", {}, if_none_match("\"v7\""));
  EXPECT_EQ(again.status(), 304);
  app_.set_settings({});
  EXPECT_EQ(TestExchange(app_, "GET", "/hand", {}, if_none_match("\"v7\"")).status(), 304)
      << "by the handler itself";
}

/// What a test has for a tag.
struct Versioned : RequestHandler {
  inline static std::optional<std::string> tag;
  inline static int computed = 0;
  std::optional<std::string> compute_etag() override {
    ++computed;
    if (tag == "throw") throw std::runtime_error("no tag today");
    if (tag == "finish") finish();
    return tag;
  }
  void get() { write("hello"); }
};
struct Derived : Versioned {};

TEST_F(EtagTest, AHandlersOwnNeedsNoSetting) {
  for (const Settings& settings : {Settings{}, Settings{.etags = true}}) {
    app_.set_settings(settings);
    app_.add(route<Derived>("/derived"));
    Versioned::tag = "W/\"7\"";
    Versioned::computed = 0;
    EXPECT_EQ(TestExchange(app_, "GET", "/derived").header("ETag"), "W/\"7\"");
    EXPECT_EQ(Versioned::computed, 1);
    EXPECT_EQ(TestExchange(app_, "GET", "/derived", {}, if_none_match("\"7\"")).status(), 304);
    Versioned::tag = std::nullopt;
    TestExchange none(app_, "GET", "/derived", {}, if_none_match("*"));
    EXPECT_EQ(none.status(), 200);
    EXPECT_EQ(none.header("ETag"), "");
  }
}

TEST_F(EtagTest, OneThatCantBeMadeIsLogged) {
  app_.add(route<Versioned>("/own"));
  Versioned::tag = "no quotes";
  TestExchange malformed(app_, "GET", "/own");
  EXPECT_EQ(malformed.status(), 200);
  EXPECT_EQ(malformed.body(), "hello");
  EXPECT_EQ(malformed.header("ETag"), "");
  EXPECT_THAT(malformed.logged(), ElementsAre(HasSubstr("no quotes is no entity tag")));
  Versioned::tag = "throw";
  TestExchange thrown(app_, "GET", "/own");
  EXPECT_EQ(thrown.body(), "hello");
  EXPECT_THAT(thrown.logged(), ElementsAre(HasSubstr("no tag today")));
  Versioned::tag = "finish";
  TestExchange twice(app_, "GET", "/own");
  EXPECT_EQ(twice.body(), "hello");
  EXPECT_EQ(twice.times_finished(), 1);
}

// ---- Served ----

struct Streams : RequestHandler {
  Task<void> get() {
    write("hel");
    co_await flush();
    write("lo");
  }
};

class EtagServedTest : public AppTest {
 protected:
  std::unique_ptr<Application> make_app() override {
    return std::make_unique<Application>(
        Settings{.etags = true},
        std::initializer_list<eddy::web::Route>{route<Hello>("/"), route<Streams>("/streams")});
  }
  ClientResponse ask(std::string_view path, const std::string& tag) {
    auto request = make_request(path);
    request.headers.set("If-None-Match", tag);
    return fetch(std::move(request));
  }
};

TEST_F(EtagServedTest, A304IsAHeadAlone) {
  const ClientResponse first = fetch("/");
  EXPECT_EQ(first.headers.get("ETag"), kTag);
  EXPECT_EQ(first.headers.get("Content-Length"), "5");
  const ClientResponse again = ask("/", kTag);
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_FALSE(again.headers.contains("Content-Length"));
  EXPECT_EQ(fetch("/").body, "hello") << "on the same connection";
}

TEST_F(EtagServedTest, WhatIsStreamedHasNone) {
  const ClientResponse response = ask("/streams", kTag);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_FALSE(response.headers.contains("ETag"));
}

TEST_F(EtagServedTest, ThatOfWhatIsPackedIsWeak) {
  listen({.compression = {.enabled = true, .min_bytes = 1}});
  auto request = make_request("/");
  request.headers.set("Accept-Encoding", "gzip");
  const ClientResponse packed = fetch(std::move(request));
  EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.headers.get("ETag"), "W/" + kTag);
}

}  // namespace
