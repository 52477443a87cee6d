// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <eddy/core/task/sleep.h>
#include <eddy/web/app/application.h>

#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

// What a RequestHandler is given and does from initialize() to the error page.
namespace {

using eddy::Task;
using eddy::web::Application;
using eddy::web::Finish;
using eddy::web::HttpError;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::HasSubstr;

struct Order : RequestHandler {
  inline static std::vector<std::string> calls;
  void set_default_headers() override {
    calls.emplace_back("defaults");
    set_header("Server-Name", "eddy");
  }
  void initialize(std::vector<int>& shared, const std::string& text) {
    calls.push_back("initialize " + text);
    shared.push_back(1);
  }
  void prepare() { calls.emplace_back("prepare"); }
  void get() { calls.emplace_back("get"); }
  void on_finish() override { calls.emplace_back("on_finish"); }
};

TEST(RequestHandler, IsInitializedWithWhatTheRouteHas) {
  Order::calls.clear();
  std::vector<int> shared;
  Application app({route<Order>("/", {}, std::ref(shared), "one"),
                   route<Order>("/two", {.name = "two"}, std::ref(shared), std::string("two"))});
  EXPECT_EQ(TestExchange(app, "GET", "/").header("Server-Name"), "eddy");
  EXPECT_THAT(Order::calls,
              ElementsAre("defaults", "initialize one", "prepare", "get", "on_finish"));
  EXPECT_EQ(TestExchange(app, "GET", "/two").status(), 200);
  EXPECT_EQ(Order::calls[6], "initialize two");
  EXPECT_EQ(shared.size(), 2U);
}

struct WaitingOrder : Order {
  Task<void> prepare() {
    calls.emplace_back("prepare");
    co_return;
  }
};

TEST(RequestHandler, IsInitializedBeforeAPrepareThatWaits) {
  Order::calls.clear();
  std::vector<int> shared;
  Application app({route<WaitingOrder>("/", {}, std::ref(shared), "x")});
  TestExchange exchange(app, "GET", "/");
  EXPECT_THAT(Order::calls, ElementsAre("defaults", "initialize x"));
  EXPECT_TRUE(exchange.exchange().waiting());
}

struct Fields : RequestHandler {
  void get() {
    set_header("Age", 17);
    set_header("X-Least", std::numeric_limits<long long>::min());
    set_header("X-Most", std::numeric_limits<unsigned long long>::max());
    add_header("X-Number", 1U);
    add_header("X-Number", 2);
    const std::chrono::sys_seconds time{std::chrono::seconds(784111777)};
    set_header("Last-Modified", time);
    add_header("X-Time", time);
    add_header("X-Time", time + std::chrono::seconds(1));
    finish("a", 1, std::string("b"));
  }
};

TEST(RequestHandler, FieldsAreTextNumbersAndTimes) {
  Application app({route<Fields>("/")});
  TestExchange exchange(app, "GET", "/");
  EXPECT_EQ(exchange.header("Age"), "17");
  EXPECT_EQ(exchange.header("X-Least"), "-9223372036854775808");
  EXPECT_EQ(exchange.header("X-Most"), "18446744073709551615");
  EXPECT_EQ(exchange.header("X-Number"), "1,2");
  EXPECT_EQ(exchange.header("Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(exchange.header("X-Time"),
            "Sun, 06 Nov 1994 08:49:37 GMT,Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(exchange.body(), "a1b");
  EXPECT_EQ(exchange.times_finished(), 1);
}

struct WritesBytes : RequestHandler {
  void get() {
    const std::vector<std::byte> few{std::byte{0}, std::byte{0xff}};
    write("a", few, std::span<const std::byte>(few).first(1), std::array{std::byte{'b'}});
  }
};

TEST(RequestHandler, WritesBytesAsTheyAre) {
  Application app({route<WritesBytes>("/")});
  TestExchange exchange(app, "GET", "/");
  using std::literals::operator""sv;
  EXPECT_EQ(exchange.body(), "a\0\xff\0b"sv);
  EXPECT_EQ(exchange.header("Content-Type"), "text/html; charset=UTF-8");
}

struct RefusesToBegin : RequestHandler {
  void initialize() { throw HttpError(503, "not yet"); }
  void get() { ADD_FAILURE(); }
};

TEST(RequestHandler, WhatInitializeThrowsIsTheAnswer) {
  Application app({route<RefusesToBegin>("/")});
  TestExchange exchange(app, "GET", "/");
  EXPECT_EQ(exchange.status(), 503);
  EXPECT_THAT(exchange.logged(), ElementsAre(HasSubstr("not yet")));
}

struct Errors : RequestHandler {
  void set_default_headers() override {
    set_header("X-Frame-Options", "DENY");
    set_header("Content-Type", "text/x-own");
  }
  void get(std::string_view what) {
    set_header("X-Own", "1");
    write("half");
    if (what == "reason") throw HttpError(409, "two of them", "Edit & conflict");
    if (what == "markup") throw HttpError(409, "", "<img src=x>");
    if (what == "split") throw HttpError(409, "", "a\r\nb: c");
    if (what == "redirect") throw HttpError(304);
    if (what == "nonsense") throw HttpError(200);
    if (what == "send") send_error(418, "Short and stout");
    if (what == "finish") throw Finish();
    if (what == "finish_with") throw Finish(" and the rest");
    if (what == "clear") {
      set_status(404);
      clear();
      write("anew ", reason(), status());
    }
  }
};

TEST(RequestHandler, AnErrorPageHasTheReasonAndTheDefaultHeaders) {
  Application app({route<Errors>("/(.*)")});
  TestExchange reason(app, "GET", "/reason");
  EXPECT_EQ(reason.status(), 409);
  EXPECT_EQ(reason.exchange().response().reason, "Edit & conflict");
  EXPECT_THAT(reason.body(), HasSubstr("<title>409: Edit &amp; conflict"));
  EXPECT_EQ(reason.header("X-Frame-Options"), "DENY");
  EXPECT_EQ(reason.header("X-Own"), "");
  EXPECT_EQ(reason.header("Content-Type"), "text/html; charset=UTF-8");
  EXPECT_THAT(reason.logged(), ElementsAre("409 GET /reason (192.0.2.1): two of them"));

  // A page of the program's own might not escape it.
  TestExchange markup(app, "GET", "/markup");
  EXPECT_EQ(markup.exchange().response().reason, "");
  EXPECT_THAT(markup.body(), HasSubstr("<title>409: Conflict<"));

  TestExchange split(app, "GET", "/split");
  EXPECT_THAT(split.body(), HasSubstr("409: Conflict"));
  EXPECT_EQ(TestExchange(app, "GET", "/redirect").status(), 304);
  EXPECT_EQ(TestExchange(app, "GET", "/nonsense").status(), 500);
  TestExchange sent(app, "GET", "/send");
  EXPECT_THAT(sent.body(), HasSubstr("418: Short and stout"));
  EXPECT_TRUE(sent.logged().empty());
}

TEST(RequestHandler, FinishEndsTheRequestAsItIs) {
  Application app({route<Errors>("/(.*)")});
  TestExchange plain(app, "GET", "/finish");
  EXPECT_EQ(plain.status(), 200);
  EXPECT_EQ(plain.body(), "half");
  EXPECT_EQ(plain.header("X-Own"), "1");
  EXPECT_TRUE(plain.logged().empty());
  EXPECT_EQ(plain.times_finished(), 1);
  EXPECT_EQ(TestExchange(app, "GET", "/finish_with").body(), "half and the rest");
}

TEST(RequestHandler, ClearBeginsAnewWithTheDefaultHeaders) {
  Application app({route<Errors>("/(.*)")});
  TestExchange anew(app, "GET", "/clear");
  EXPECT_EQ(anew.body(), "anew OK200");
  EXPECT_EQ(anew.header("X-Own"), "");
  EXPECT_EQ(anew.header("X-Frame-Options"), "DENY");
  EXPECT_EQ(anew.header("Content-Type"), "text/x-own");
}

TEST(ShortForm, MayThrowFinishAndReasonsToo) {
  Application app;
  app.get("/finish", []() -> std::string { throw Finish("done"); });
  app.get("/reason", []() -> std::string { throw HttpError(402, "", "Coins please"); });
  EXPECT_EQ(TestExchange(app, "GET", "/finish").body(), "done");
  TestExchange reason(app, "GET", "/reason");
  EXPECT_EQ(reason.exchange().response().reason, "Coins please");
  EXPECT_THAT(reason.body(), HasSubstr("402: Coins please"));
}

struct OwnLog : RequestHandler {
  inline static std::string seen;
  void log_exception(int status, const std::exception_ptr& error) override {
    seen = std::to_string(status) + " " + eddy::describe(error);
    if (fails) throw std::runtime_error("no room for logs");
  }
  void write_error(int status, const std::exception_ptr& error) override {
    if (fails) throw std::runtime_error("no page");
    finish(std::to_string(status) + (error ? " thrown: " + eddy::describe(error) : " sent"));
  }
  void get() { throw std::runtime_error("odd"); }
  void post() { send_error(410); }
  inline static bool fails = false;
};

TEST(RequestHandler, LogsAndPagesAreItsOwnWhereItLikes) {
  Application app({route<OwnLog>("/")});
  TestExchange thrown(app, "GET", "/");
  EXPECT_THAT(OwnLog::seen, HasSubstr("500 "));
  EXPECT_THAT(OwnLog::seen, HasSubstr("odd"));
  EXPECT_TRUE(thrown.logged().empty());
  EXPECT_THAT(thrown.body(), HasSubstr("500 thrown: "));
  EXPECT_EQ(TestExchange(app, "POST", "/").body(), "410 sent");
}

TEST(RequestHandler, WhatItsLogAndPageThrowIsLoggedAndThePageIsEmpty) {
  OwnLog::fails = true;
  Application app({route<OwnLog>("/")});
  TestExchange thrown(app, "GET", "/");
  OwnLog::fails = false;
  EXPECT_EQ(thrown.status(), 500);
  EXPECT_EQ(thrown.body(), "");
  EXPECT_EQ(thrown.times_finished(), 1);
  EXPECT_THAT(thrown.logged(), ElementsAre(HasSubstr("log_exception(): "), HasSubstr("no page")));
}

// ---- Forms
// -----------------------------------------------------------------------------------------

/// Looks at its content where the query says so.
struct Looks : RequestHandler {
  void prepare() {
    if (request().query() == "prepare") (void)get_argument("a", "");
    write("prepared, ");
  }
  void post() {
    if (request().query() == "post") (void)request().form();
    write("posted");
  }
};

TEST(RequestHandler, AMalformedFormIsNoErrorWhereNobodyLooksAtIt) {
  Application app({route<Looks>("/")});
  const auto post = [&app](std::string_view target) {
    TestExchange exchange(app, "POST", target, "--B\r\nno header",
                          "Content-Type: multipart/form-data; boundary=B\r\n");
    return std::to_string(exchange.status()) + " " + exchange.body();
  };
  EXPECT_EQ(post("/"), "200 prepared, posted");
  EXPECT_THAT(post("/?post"), testing::StartsWith("400 <html>"));
  EXPECT_THAT(post("/?prepare"), testing::StartsWith("400 <html>"));
}

struct ReadsForm : RequestHandler {
  void prepare() {
    if (get_body_argument("a", "nothing") == "stop") finish("stopped");
  }
  void post() { write("posted ", get_argument("a")); }
};

struct ReadsFormLater : ReadsForm {
  Task<void> prepare() {
    co_await eddy::sleep(std::chrono::seconds(1));
    ReadsForm::prepare();
  }
};

class PrepareOfAForm : public eddy_tests::ManualServerTest {};

TEST_F(PrepareOfAForm, ReadsAllOfItHoweverItComes) {
  app_.add(route<ReadsForm>("/now")).add(route<ReadsFormLater>("/later"));
  listen();
  const auto answer = [this](const std::string& target, std::string_view form, std::size_t cut) {
    auto peer = connect("POST " + target +
                        " HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded"
                        "\r\nContent-Length: 6\r\n\r\n" +
                        std::string(form.substr(0, cut)));
    send(peer, form.substr(cut));
    loop_.advance(std::chrono::seconds(1));
    const std::string all = read(peer);
    return all.substr(all.rfind('\n') + 1);
  };
  for (const char* target : {"/now", "/later"}) {
    for (const std::size_t cut : {0U, 4U, 6U}) {
      EXPECT_EQ(answer(target, "a=stop", cut), "stopped") << target << cut;
      EXPECT_EQ(answer(target, "a=more", cut), "posted more") << target << cut;
    }
  }
}

struct Redirects : RequestHandler {
  void get(int status) { redirect("/there", status); }
  void post() { redirect("/there", true); }
};

TEST(RequestHandler, RedirectsByAnyStatusOfRedirection) {
  Application app({route<Redirects>(R"(/(\d+))")});
  TestExchange other(app, "GET", "/303");
  EXPECT_EQ(other.status(), 303);
  EXPECT_EQ(other.header("Location"), "/there");
  EXPECT_EQ(other.body(), "");
  EXPECT_EQ(TestExchange(app, "GET", "/399").status(), 399);
  EXPECT_EQ(TestExchange(app, "POST", "/0").status(), 301);
  TestExchange wrong(app, "GET", "/400");
  EXPECT_EQ(wrong.status(), 500);
  EXPECT_THAT(wrong.logged(), ElementsAre(HasSubstr("400 is not of 300 to 399")));
}

}  // namespace
