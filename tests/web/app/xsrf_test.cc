// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/testing/app_test.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/app/stock_handlers.h>
#include <eddy/web/app/xsrf_token.h>
#include <eddy/web/web.h>

#include <tests/web/app/expiry.h>
#include <tests/web/app/test_exchange.h>

// Which requests an Application refuses as forged; the format of tokens is xsrf_token_test's.
namespace {

using eddy::web::Application;
using eddy::web::Method;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::Settings;
using eddy::web::XsrfToken;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

const std::string kMissing = ": '_xsrf' argument missing from POST";
const std::string kInvalid = ": '_xsrf' argument has invalid format";
const std::string kMismatch = ": XSRF cookie does not match POST argument";

/// Counts what gets to it.
struct Form : RequestHandler {
  inline static int posts = 0;
  void prepare() { ++posts; }
  void get() { write(xsrf_token()); }
  void post() { write("posted"); }
  void put() { write("put"); }
  void write_error(int status, const std::exception_ptr& /*error*/) override {
    finish("own page " + std::to_string(status));
  }
};

class XsrfTest : public testing::Test {
 protected:
  XsrfTest() { Form::posts = 0; }

  Application app_{{.xsrf_cookies = true}, {route<Form>("/")}};
  const XsrfToken token_ = XsrfToken::generate();

  /// The Cookie field with the token.
  [[nodiscard]] std::string cookie(int version = 2) const {
    return "Cookie: a=b; _xsrf=" + token_.text(version) + "\r\n";
  }
  /// What a request is answered with: "" for what got through, or what was logged.
  std::string verdict(const std::string& method, const std::string& target,
                      const std::string& fields, const std::string& body = "") {
    TestExchange exchange(app_, method, target, body, fields);
    if (exchange.status() == 200) return "";
    EXPECT_EQ(exchange.status(), 403);
    EXPECT_EQ(exchange.logged().size(), 1U);
    return exchange.logged().empty() ? "silent" : exchange.logged()[0];
  }
  std::string post(const std::string& fields, const std::string& body = "") {
    return verdict("POST", "/", fields, body);
  }
};

const std::string kForm = "Content-Type: application/x-www-form-urlencoded\r\n";

TEST_F(XsrfTest, ARequestWithoutTokenIsRefusedBeforePrepare) {
  TestExchange exchange(app_, "POST", "/");
  EXPECT_EQ(exchange.status(), 403);
  EXPECT_EQ(exchange.body(), "own page 403");
  EXPECT_THAT(exchange.logged(), ElementsAre("403 POST / (192.0.2.1)" + kMissing));
  EXPECT_EQ(Form::posts, 0);
  EXPECT_THAT(verdict("PUT", "/", cookie()), EndsWith(kMissing));
  EXPECT_THAT(post(cookie(), "_xsrf=" + token_.text()), EndsWith(kMissing)) << "it is no form";
}

TEST_F(XsrfTest, ATokenThatFitsTheCookieIsTaken) {
  EXPECT_EQ(post(cookie() + "X-XSRFToken: " + token_.text() + "\r\n"), "");
  EXPECT_EQ(post(cookie() + "X-CSRFToken: " + token_.text() + "\r\n"), "");
  EXPECT_EQ(post(cookie() + kForm, "a=1&_xsrf=" + token_.text()), "");
  EXPECT_EQ(verdict("PUT", "/?_xsrf=" + token_.text(1), cookie()), "");
  EXPECT_EQ(post(cookie() + "Content-Type: multipart/form-data; boundary=x\r\n",
                 "--x\r\nContent-Disposition: form-data; name=\"_xsrf\"\r\n\r\n" + token_.text() +
                     "\r\n--x--\r\n"),
            "");
  EXPECT_EQ(Form::posts, 5);
}

TEST_F(XsrfTest, VersionsOfTokenAndCookieMayDiffer) {
  for (const int cookies : {1, 2}) {
    for (const int tokens : {1, 2}) {
      EXPECT_EQ(post(cookie(cookies) + "X-XSRFToken: " + token_.text(tokens) + "\r\n"), "");
    }
  }
}

TEST_F(XsrfTest, AnotherTokenIsRefused) {
  const std::string other = XsrfToken::generate().text();
  EXPECT_THAT(post(cookie() + "X-XSRFToken: " + other + "\r\n"), EndsWith(kMismatch));
  EXPECT_THAT(post("X-XSRFToken: " + other + "\r\n"), EndsWith(kMismatch)) << "without a cookie";
  EXPECT_THAT(post("Cookie: _xsrf=3|x\r\nX-XSRFToken: 3|x\r\n"), EndsWith(kInvalid));
  EXPECT_THAT(post("Cookie: _xsrf=3|x\r\nX-XSRFToken: " + other + "\r\n"), EndsWith(kMismatch));
  EXPECT_THAT(post("Cookie: _xsrf=\r\nX-XSRFToken: \r\n"), EndsWith(kMissing));
  EXPECT_THAT(post(cookie() + kForm, "_xsrf="), EndsWith(kMissing));
}

TEST_F(XsrfTest, ABrowsersWordGoesBeforeTheToken) {
  const std::string sent = cookie() + "X-XSRFToken: " + token_.text() + "\r\n";
  EXPECT_EQ(post("Sec-Fetch-Site: same-origin\r\n"), "");
  EXPECT_EQ(post("Sec-Fetch-Site: none\r\n"), "");
  EXPECT_THAT(post(sent + "Sec-Fetch-Site: cross-site\r\n"), HasSubstr("Sec-Fetch-Site"));
  EXPECT_THAT(post("Sec-Fetch-Site: same-site\r\n"), EndsWith(kMissing));
  EXPECT_EQ(post(sent + "Sec-Fetch-Site: same-site\r\n"), "");
  EXPECT_THAT(post("Sec-Fetch-Site: what-ever\r\n"), EndsWith(kMissing));

  app_.set_settings({.xsrf_cookies = true, .xsrf_sec_fetch_site = false});
  EXPECT_THAT(post("Sec-Fetch-Site: same-origin\r\n"), EndsWith(kMissing));
  EXPECT_EQ(post(sent + "Sec-Fetch-Site: cross-site\r\n"), "");
}

TEST_F(XsrfTest, SafeMethodsAreNotChecked) {
  EXPECT_EQ(verdict("GET", "/", "Sec-Fetch-Site: cross-site\r\n"), "");
  EXPECT_EQ(TestExchange(app_, "HEAD", "/").status(), 200);
  EXPECT_EQ(TestExchange(app_, "OPTIONS", "/").status(), 204);
  EXPECT_EQ(TestExchange(app_, "DELETE", "/").status(), 405);
  EXPECT_EQ(TestExchange(app_, "POST", "/nowhere").status(), 404);
}

TEST_F(XsrfTest, IsOffUnlessItIsSet) {
  app_.set_settings({});
  EXPECT_EQ(post(""), "");
  EXPECT_EQ(post("Sec-Fetch-Site: cross-site\r\n"), "");
}

TEST_F(XsrfTest, RoutesOfFunctionsAreCheckedToo) {
  int calls = 0;
  app_.post("/function", [&calls] { return std::to_string(++calls); });
  app_.post("/hook", [&calls] { return std::to_string(++calls); }, {.check_xsrf = false});
  app_.add(route<Form>("/form_hook", {.check_xsrf = false}));
  app_.add(route("/error", eddy::web::ErrorHandler(410)));
  app_.add(route("/fallback", eddy::web::FallbackHandler([&calls](const eddy::web::Request&) {
                   return std::to_string(++calls);
                 })));
  EXPECT_THAT(verdict("POST", "/function", ""), EndsWith(kMissing));
  EXPECT_THAT(verdict("POST", "/fallback", ""), EndsWith(kMissing));
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(verdict("POST", "/function", cookie() + "X-XSRFToken: " + token_.text() + "\r\n"), "");
  EXPECT_EQ(verdict("POST", "/fallback", "Sec-Fetch-Site: same-origin\r\n"), "");
  EXPECT_EQ(verdict("POST", "/hook", ""), "");
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(verdict("POST", "/form_hook", ""), "");
  EXPECT_EQ(TestExchange(app_, "POST", "/error").status(), 410);
}

struct WithKey : Form {
  void initialize(std::string key) { key_ = std::move(key); }
  void check_xsrf_cookie() override {
    if (request().header("API-Key") != key_) Form::check_xsrf_cookie();
  }
  std::string key_;
};

TEST_F(XsrfTest, AHandlerMayLetOthersPass) {
  app_.add(route<WithKey>("/api", {}, std::string("k1")));
  EXPECT_EQ(verdict("POST", "/api", "API-Key: k1\r\n"), "");
  EXPECT_THAT(verdict("POST", "/api", "API-Key: k2\r\n"), EndsWith(kMissing));
}

TEST_F(XsrfTest, ABodyThatIsNoFormIsTheClientsFault) {
  TestExchange exchange(app_, "POST", "/", "--", "Content-Type: multipart/form-data\r\n");
  EXPECT_EQ(exchange.status(), 400);
  EXPECT_EQ(Form::posts, 0);
}

// ---- The token and its cookie ----

TEST_F(XsrfTest, TheTokensCookieIsSetOnceForThoseWhoHaveNone) {
  TestExchange first(app_, "GET", "/");
  const std::string set = first.header("Set-Cookie");
  EXPECT_EQ(set, "_xsrf=" + first.body() + "; Path=/");
  EXPECT_THAT(first.body(), MatchesRegex("2\\|[0-9a-f]{8}\\|[0-9a-f]{32}\\|[0-9]+"));
  const auto raw = XsrfToken::parse(first.body());
  ASSERT_TRUE(raw);

  TestExchange next(app_, "GET", "/", {}, "Cookie: " + set.substr(0, set.find(';')) + "\r\n");
  EXPECT_EQ(next.header("Set-Cookie"), "");
  EXPECT_NE(next.body(), first.body()) << "masked anew";
  EXPECT_TRUE(XsrfToken::parse(next.body())->matches(*raw));

  TestExchange invalid(app_, "GET", "/", {}, "Cookie: _xsrf=7|x\r\n");
  EXPECT_THAT(invalid.header("Set-Cookie"), StartsWith("_xsrf=2|"));
}

struct Twice : RequestHandler {
  void get() {
    const std::string token(xsrf_token());
    write(token == xsrf_token() ? "same" : "other", xsrf_form_html());
  }
};

TEST_F(XsrfTest, TheTokenIsTheSameForAllOfAResponse) {
  app_.add(route<Twice>("/twice"));
  TestExchange exchange(app_, "GET", "/twice");
  EXPECT_THAT(exchange.body(),
              MatchesRegex("same<input type=\"hidden\" name=\"_xsrf\" value=\"2\\|[^\"]*\"/>"));
  EXPECT_EQ(exchange.exchange().response().headers.get_list("Set-Cookie").size(), 1U);
}

struct OfAUser : RequestHandler {
  bool has_current_user() override { return request().header("User") == "bob"; }
  void get() { (void)xsrf_token(); }
};

TEST_F(XsrfTest, TheCookieIsAsTheSettingsSay) {
  const Settings settings{
      .xsrf_cookie_name = "forged",
      .xsrf_cookie_version = 1,
      .xsrf_cookie_options = {.http_only = true, .same_site = eddy::web::SameSite::strict}};
  Application own(settings, {route<Form>("/"), route<OfAUser>("/user")});
  TestExchange page(own, "GET", "/");
  EXPECT_THAT(page.body(), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(page.header("Set-Cookie"),
            "forged=" + page.body() + "; HttpOnly; Path=/; SameSite=Strict");
  TestExchange user(own, "GET", "/user", {}, "User: bob\r\n");
  EXPECT_THAT(user.header("Set-Cookie"), HasSubstr("; expires="));
  TestExchange nobody(own, "GET", "/user");
  EXPECT_THAT(nobody.header("Set-Cookie"), testing::Not(HasSubstr("expires")));

  own.set_settings({.xsrf_cookie_options = {.max_age = std::chrono::seconds(60)}});
  TestExchange bounded(own, "GET", "/user", {}, "User: bob\r\n");
  EXPECT_THAT(bounded.header("Set-Cookie"), EndsWith("; Max-Age=60; Path=/"));
}

TEST_F(XsrfTest, TheCookieOfAUserLasts30DaysUnlessTheSettingsSayAnother) {
  app_.add(route<OfAUser>("/user"));
  const auto before = std::chrono::system_clock::now();
  TestExchange user(app_, "GET", "/user", {}, "User: bob\r\n");
  eddy_tests::expect_lasting(user.header("Set-Cookie"), std::chrono::days(30), before);

  app_.set_settings({.xsrf_cookie_options = {.expires_days = 2}});
  TestExchange brief(app_, "GET", "/user", {}, "User: bob\r\n");
  eddy_tests::expect_lasting(brief.header("Set-Cookie"), std::chrono::days(2), before);
}

// ---- Streamed content ----

struct Upload : RequestHandler {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool stream_request_body = true;
  void data_received(std::string_view piece) { size_ += piece.size(); }
  void post() { write("took ", size_); }
  std::size_t size_ = 0;
};

class XsrfUploadTest : public eddy::testing::AppTest {
 protected:
  std::unique_ptr<Application> make_app() override {
    return std::make_unique<Application>(
        Settings{.xsrf_cookies = true},
        std::initializer_list<eddy::web::Route>{route<Upload>("/")});
  }
  eddy::web::ClientResponse upload(const std::string& header_token, const std::string& target,
                                   const char* type = "application/x-www-form-urlencoded") {
    const std::string text = token_.text();
    auto request = make_request(target, "POST", "_xsrf=" + text);
    request.headers.set("Cookie", "_xsrf=" + text);
    request.headers.set("Content-Type", type);
    if (!header_token.empty()) request.headers.set("X-XSRFToken", header_token);
    return fetch(std::move(request));
  }
  const XsrfToken token_ = XsrfToken::generate();
};

TEST_F(XsrfUploadTest, AStreamedContentIsNotLookedInto) {
  {
    const eddy::testing::ExpectLog expected(log(), eddy::LogLevel::warning, kMissing);
    EXPECT_EQ(upload("", "/").status, 403);
  }
  {
    const eddy::testing::ExpectLog expected(log(), eddy::LogLevel::warning, kMissing);
    EXPECT_EQ(upload("", "/", "multipart/form-data; boundary=b").status, 403);
  }
  EXPECT_THAT(upload(token_.text(), "/").body, StartsWith("took "));
  EXPECT_THAT(upload("", "/?_xsrf=" + token_.text(1)).body, StartsWith("took "));
}

}  // namespace
