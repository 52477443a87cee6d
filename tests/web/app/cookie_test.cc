// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <eddy/testing/app_test.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/web.h>

#include <tests/web/app/expiry.h>
#include <tests/web/app/test_exchange.h>
#include <tests/web/http/manual_server.h>

// Cookies as a RequestHandler reads and sets them; their formats are set_cookie_test's and
// signed_value_test's.
namespace {

using eddy::web::Application;
using eddy::web::CookieOptions;
using eddy::web::HttpError;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::SameSite;
using eddy::web::Settings;
using eddy::web::SigningKey;
using eddy::web::ValueSigner;
using eddy_tests::TestExchange;
using std::chrono::system_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

/// What a test has its handler do.
struct Doing : RequestHandler {
  using Body = std::function<void(Doing&)>;
  void initialize(const Body& body) { body_ = &body; }
  void get() { (*body_)(*this); }
  const Body* body_ = nullptr;
};

/// A request to a handler that does `body`.
class Visit {
 public:
  explicit Visit(Doing::Body body, const Settings& settings = {}, const std::string& cookies = "")
      : app_(settings, {route<Doing>("/", {}, std::move(body))}),
        exchange_(app_, "GET", "/", {}, cookies.empty() ? "" : "Cookie: " + cookies + "\r\n") {}

  [[nodiscard]] std::vector<std::string> set() {
    std::vector<std::string> fields;
    for (const auto field : exchange_.exchange().response().headers.get_list("Set-Cookie")) {
      fields.emplace_back(field);
    }
    return fields;
  }
  TestExchange* operator->() { return &exchange_; }

 private:
  Application app_;
  TestExchange exchange_;
};

Settings signing() { return {.cookie_signer = ValueSigner("s3cret")}; }

TEST(HandlerCookies, AreThoseOfTheRequest) {
  const auto body = [](Doing& handler) {
    handler.set_cookie("b", "new");
    handler.write(handler.get_cookie("a").value_or("none"), "|",
                  handler.get_cookie("b").value_or("none"), "|",
                  handler.get_cookie("q").value_or("none"));
  };
  EXPECT_EQ(Visit(body, {}, "a=1; q=\"x\\073\"; a=2")->body(), "2|none|x;");
}

TEST(HandlerCookies, AreSentOnceInTheOrderInWhichTheyWereSet) {
  Visit visit([](Doing& handler) {
    handler.set_cookie("a", "1");
    handler.set_cookie("b", "2", {.http_only = true, .same_site = SameSite::lax});
    handler.set_cookie("a", "3", {.path = "/x"});
    handler.write("content");
  });
  EXPECT_THAT(visit.set(), ElementsAre("a=3; Path=/x", "b=2; HttpOnly; Path=/; SameSite=Lax"));
  EXPECT_EQ(visit->body(), "content");
}

TEST(HandlerCookies, StayWhenTheResponseBeginsAnew) {
  const auto cleared = [](Doing& handler) {
    handler.set_cookie("a", "1");
    handler.add_header("Set-Cookie", "by=hand");
    handler.clear();
  };
  EXPECT_THAT(Visit(cleared).set(), ElementsAre("a=1; Path=/"));
  const auto sent = [](Doing& handler) {
    handler.set_cookie("a", "1");
    handler.send_error(404);
  };
  EXPECT_THAT(Visit(sent).set(), ElementsAre("a=1; Path=/"));
  const auto thrown = [](Doing& handler) {
    handler.set_cookie("a", "1");
    throw HttpError(403);
  };
  Visit visit(thrown);
  EXPECT_EQ(visit->status(), 403);
  EXPECT_THAT(visit.set(), ElementsAre("a=1; Path=/"));
  const auto elsewhere = [](Doing& handler) {
    handler.set_cookie("a", "1");
    handler.redirect("/other");
  };
  EXPECT_THAT(Visit(elsewhere).set(), ElementsAre("a=1; Path=/"));
}

struct SetsWhileStreaming : RequestHandler {
  eddy::Task<void> get() {
    set_cookie("a", "1");
    write("first");
    co_await flush();
    EXPECT_THROW(set_cookie("b", "2"), std::logic_error);
    write("last");
  }
};

using HandlerCookiesServed = eddy::testing::AppTest;

TEST_F(HandlerCookiesServed, GoOutWithTheFirstFlush) {
  app().add(route<SetsWhileStreaming>("/"));
  const eddy::web::ClientResponse response = fetch("/");
  EXPECT_EQ(response.body, "firstlast");
  EXPECT_THAT(response.headers.get_list("Set-Cookie"), ElementsAre("a=1; Path=/"));
}

TEST(HandlerCookies, CantBeSetBehindTheHead) {
  Visit visit([](Doing& handler) {
    handler.finish("sent");
    handler.set_cookie("a", "1");
  });
  EXPECT_EQ(visit->body(), "sent");
  EXPECT_THAT(visit.set(), IsEmpty());
  EXPECT_THAT(visit->logged(), ElementsAre(HasSubstr("set_cookie() after finish()")));
}

TEST(HandlerCookies, RefuseWhatBrowsersWouldDrop) {
  Visit visit([](Doing& handler) {
    EXPECT_THROW(handler.set_cookie("a b", "1"), std::invalid_argument);
    EXPECT_THROW(handler.set_cookie("a", "1\r\nX: y"), std::invalid_argument);
    EXPECT_THROW(handler.set_cookie("__Host-a", "1"), std::invalid_argument);
    EXPECT_THROW(handler.clear_cookie("a", {.expires_days = 1}), std::invalid_argument);
  });
  EXPECT_EQ(visit->status(), 200);
  EXPECT_THAT(visit.set(), IsEmpty());
}

TEST(HandlerCookies, AreForgotten) {
  Visit one([](Doing& handler) {
    handler.set_cookie("a", "1");
    handler.clear_cookie("a", {.domain = "ex.com", .path = "/x"});
  });
  ASSERT_THAT(one.set(), SizeIs(1));
  EXPECT_THAT(one.set()[0], StartsWith("a=\"\"; Domain=ex.com; expires="));
  EXPECT_THAT(one.set()[0], HasSubstr("; Path=/x"));

  Visit all([](Doing& handler) { handler.clear_all_cookies({.path = "/x"}); }, {},
            "a=1; b=2; __hosT-c=3; __Secure-d=4; a=5");
  ASSERT_THAT(all.set(), SizeIs(4));
  EXPECT_THAT(all.set()[0], StartsWith("a=\"\"; expires="));
  EXPECT_THAT(all.set()[1], HasSubstr("; Path=/x"));
  EXPECT_THAT(all.set()[2], HasSubstr("; Path=/; Secure"));
  EXPECT_THAT(all.set()[3], HasSubstr("; Path=/x; Secure"));

  Visit domain([](Doing& handler) { handler.clear_all_cookies({.domain = "ex.com"}); }, {},
               "a=1; __Host-b=2");
  ASSERT_THAT(domain.set(), SizeIs(2));
  EXPECT_THAT(domain.set()[0], HasSubstr("; Domain=ex.com"));
  EXPECT_THAT(domain.set()[1], testing::Not(HasSubstr("Domain")));
}

struct FlushesWhatCannotBeSent : RequestHandler {
  eddy::Task<void> get() {
    set_cookie("a", "1");
    set_header("Content-Length", "many");
    write("text");
    co_await flush();
  }
};

class CookiesServer : public eddy_tests::ManualServerTest {};

TEST_F(CookiesServer, AreSentWithTheErrorPageWhereTheResponseCouldNotBe) {
  app_.add(route<FlushesWhatCannotBeSent>("/"));
  listen();
  auto peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = read(peer);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, HasSubstr("\r\nSet-Cookie: a=1; Path=/\r\n"));
}

// ---- Signed ones ----

TEST(SignedCookies, ComeBackAsTheyWereSet) {
  std::string field;
  {
    Visit visit([](Doing& handler) { handler.set_signed_cookie("user", "al\xff ice"); }, signing());
    ASSERT_THAT(visit.set(), SizeIs(1));
    field = visit.set()[0];
  }
  EXPECT_THAT(field, HasSubstr("; expires="));
  const std::string value = field.substr(0, field.find(';'));
  EXPECT_THAT(value, StartsWith("user=\"2|1:0|10:"));
  const auto read = [](Doing& handler) {
    handler.write(handler.get_signed_cookie("user").value_or("nobody"));
  };
  EXPECT_EQ(Visit(read, signing(), value)->body(), "al\xff ice");
  EXPECT_EQ(Visit(read, signing(), "other" + value)->body(), "nobody");
  EXPECT_EQ(Visit(read, signing(), "")->body(), "nobody");
  EXPECT_EQ(Visit(read, {.cookie_signer = ValueSigner("another")}, value)->body(), "nobody");
}

TEST(SignedCookies, LastAsLongAsTheyAreTold) {
  Visit told(
      [](Doing& handler) {
        handler.set_signed_cookie("a", "1",
                                  {.max_age = std::chrono::seconds(60), .http_only = true});
      },
      signing());
  ASSERT_THAT(told.set(), SizeIs(1));
  EXPECT_THAT(told.set()[0], HasSubstr("; HttpOnly; Max-Age=60; Path=/"));
  EXPECT_THAT(told.set()[0], testing::Not(HasSubstr("expires")));
  Visit rest([](Doing& handler) { handler.set_signed_cookie("a", "1", {.secure = true}); },
             signing());
  EXPECT_THAT(rest.set(),
              ElementsAre(testing::AllOf(HasSubstr("; expires="), HasSubstr("Secure"))));
  Visit session(
      [](Doing& handler) { handler.set_cookie("a", handler.create_signed_value("a", "1")); },
      signing());
  EXPECT_THAT(session.set(), ElementsAre(testing::Not(HasSubstr("expires"))));
}

TEST(SignedCookies, Last30DaysUnlessToldOtherwise) {
  const auto before = system_clock::now();
  Visit visit(
      [](Doing& handler) {
        handler.set_signed_cookie("a", "1");
        handler.set_signed_cookie("b", "1", {.expires_days = 2});
      },
      signing());
  ASSERT_THAT(visit.set(), SizeIs(2));
  eddy_tests::expect_lasting(visit.set()[0], std::chrono::days(30), before);
  eddy_tests::expect_lasting(visit.set()[1], std::chrono::days(2), before);
}

TEST(SignedCookies, AreRefusedWhenTheyAreTooOldOrOfAnOldVersion) {
  const ValueSigner signer("s3cret");
  const auto days_old = [&](int days, int version) {
    return "u=" +
           signer.create("u", "bob", version,
                         system_clock::now() - std::chrono::days(days) + std::chrono::minutes(1));
  };
  const auto read = [](Doing& handler) {
    handler.write(
        handler.get_signed_cookie("u").value_or("none"), " ",
        handler.get_signed_cookie("u", {.max_age = std::chrono::days(2)}).value_or("none"), " ",
        handler.get_signed_cookie("u", {.min_version = 2}).value_or("none"));
  };
  EXPECT_EQ(Visit(read, signing(), days_old(1, 2))->body(), "bob bob bob");
  EXPECT_EQ(Visit(read, signing(), days_old(3, 2))->body(), "bob none bob");
  EXPECT_EQ(Visit(read, signing(), days_old(32, 2))->body(), "none none none");
  EXPECT_EQ(Visit(read, signing(), days_old(1, 1))->body(), "bob bob none");
}

TEST(SignedCookies, NameTheirKey) {
  const Settings keys{.cookie_signer = ValueSigner(
                          std::vector<SigningKey>{{1, "old secret"}, {3, "new secret"}}, 3)};
  Visit made([](Doing& handler) { handler.set_signed_cookie("u", "bob"); }, keys);
  ASSERT_THAT(made.set(), SizeIs(1));
  const std::string value = made.set()[0].substr(0, made.set()[0].find(';'));
  const auto read = [](Doing& handler) {
    handler.write(handler.get_signed_cookie_key_version("u").value_or(-1), " ",
                  handler.get_signed_cookie_key_version("x").value_or(-1));
  };
  EXPECT_EQ(Visit(read, keys, value)->body(), "3 -1");
}

TEST(SignedCookies, NeedASecret) {
  Visit visit([](Doing& handler) {
    for (const auto call : {+[](Doing& h) { h.set_signed_cookie("a", "1"); },
                            +[](Doing& h) { (void)h.get_signed_cookie("a"); },
                            +[](Doing& h) { (void)h.create_signed_value("a", "1"); }}) {
      try {
        call(handler);
        ADD_FAILURE() << "nothing thrown";
      } catch (const std::logic_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("_signed_"));
        EXPECT_THAT(error.what(), HasSubstr(".cookie_signer = ValueSigner(secret)"));
      }
    }
  });
  EXPECT_EQ(visit->status(), 200);
}

}  // namespace
