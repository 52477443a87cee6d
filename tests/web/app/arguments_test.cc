// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <eddy/web/app/application.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/http/form.h>
#include <eddy/web/http/headers.h>

#include <tests/web/app/test_exchange.h>

namespace {

using eddy::web::Application;
using eddy::web::MissingArgumentError;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy::web::Strip;
using eddy_tests::TestExchange;
using testing::ElementsAre;
using testing::HasSubstr;

// Calls `look` with a handler that has this query and this urlencoded body.
struct Looking : RequestHandler {
  inline static void (*look)(Looking&) = nullptr;
  void post() { look(*this); }
};

class Arguments : public testing::Test {
 protected:
  TestExchange ask(std::string_view query, std::string_view body, void (*look)(Looking&)) {
    Looking::look = look;
    return {app_, "POST", "/?" + std::string(query), body,
            "Content-Type: application/x-www-form-urlencoded\r\n"};
  }
  Application app_{route<Looking>("/")};
};

TEST_F(Arguments, TheLastValueCountsAndTheBodyComesBehindTheQuery) {
  EXPECT_EQ(ask("a=1&a=2&b=3&c=", "a=4&a=5",
                [](Looking& handler) {
                  EXPECT_EQ(handler.get_argument("a"), "5");
                  EXPECT_EQ(handler.get_query_argument("a"), "2");
                  EXPECT_EQ(handler.get_body_argument("a"), "5");
                  EXPECT_EQ(handler.get_argument("b"), "3");
                  EXPECT_EQ(handler.get_argument("c"), "");
                  EXPECT_EQ(handler.get_body_argument("b", "none"), "none");
                  EXPECT_EQ(handler.get_query_argument("none", "x"), "x");
                  EXPECT_THAT(handler.get_arguments("a"), ElementsAre("1", "2", "4", "5"));
                  EXPECT_THAT(handler.get_query_arguments("a"), ElementsAre("1", "2"));
                  EXPECT_THAT(handler.get_body_arguments<int>("a"), ElementsAre(4, 5));
                  EXPECT_THAT(handler.get_arguments("none"), ElementsAre());
                })
                .status(),
            200);
}

TEST_F(Arguments, HaveTypes) {
  EXPECT_EQ(ask("page=3&ratio=-2.5&text=a+b", "",
                [](Looking& handler) {
                  EXPECT_EQ(handler.get_argument<int>("page"), 3);
                  EXPECT_EQ(handler.get_argument("page", 1), 3);
                  EXPECT_EQ(handler.get_argument<std::uint16_t>("page", 1), 3);
                  EXPECT_EQ(handler.get_argument("size", 20), 20);
                  EXPECT_EQ(handler.get_argument<double>("ratio"), -2.5);
                  EXPECT_EQ(handler.get_argument<std::optional<int>>("page"), 3);
                  EXPECT_EQ(handler.get_argument<std::optional<int>>("size"), std::nullopt);
                  EXPECT_EQ(handler.get_argument("text"), "a b");
                })
                .status(),
            200);
}

TEST_F(Arguments, AllOfAQueryAreThere) {
  std::string query;
  for (int i = 0; i < 1500; ++i) query += "a=" + std::to_string(i % 10) + "&";
  EXPECT_EQ(ask(query, "",
                [](Looking& handler) {
                  EXPECT_EQ(handler.get_arguments<int>("a").size(), 1500U);
                  EXPECT_EQ(handler.get_argument<int>("a"), 9);
                })
                .status(),
            200);
}

TEST_F(Arguments, TheSettingsBoundForms) {
  const auto status_of = [](const eddy::web::FormLimits& limits, std::string_view body,
                            std::string_view type) {
    Looking::look = [](Looking& handler) { (void)handler.get_body_argument("a"); };
    Application app({.form_limits = limits}, {route<Looking>("/")});
    app.post("/function", [](const eddy::web::Request& request) {
      return std::to_string(request.form().arguments.size());
    });
    const std::string fields = "Content-Type: " + std::string(type) + "\r\n";
    const int status = TestExchange(app, "POST", "/", body, fields).status();
    EXPECT_EQ(TestExchange(app, "POST", "/function", body, fields).status(), status);
    return status;
  };
  constexpr std::string_view kEncoded = "application/x-www-form-urlencoded";
  EXPECT_EQ(status_of({.arguments = 2}, "a=1&b=2", kEncoded), 200);
  EXPECT_EQ(status_of({.arguments = 1}, "a=1&b=2", kEncoded), 413);
  constexpr std::string_view kMultipart = "multipart/form-data; boundary=x";
  const std::string parts =
      "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n";
  EXPECT_EQ(status_of({}, parts, kMultipart), 200);
  EXPECT_EQ(status_of({.multipart = false}, parts, kMultipart), 415);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "a=1&";
  EXPECT_EQ(status_of({}, many, kEncoded), 413);
  EXPECT_EQ(status_of({.arguments = 1001}, many, kEncoded), 200);
}

struct NoPost : RequestHandler {
  void get() {}
  void write_error(int /*status*/, const std::exception_ptr& /*error*/) override {
    finish(get_body_argument("a", "none"));
  }
};

TEST_F(Arguments, TheSettingsBoundFormsOfErrorPagesToo) {
  const eddy::web::FormLimits limits{.arguments = 1};
  Application app({.form_limits = limits}, {route<NoPost>("/")});
  const std::string fields = "Content-Type: application/x-www-form-urlencoded\r\n";
  EXPECT_EQ(TestExchange(app, "POST", "/", "a=1", fields).body(), "1");
  TestExchange beyond(app, "POST", "/", "a=1&b=2", fields);
  EXPECT_EQ(beyond.body(), "");
  EXPECT_THAT(beyond.logged(), ElementsAre(HasSubstr("too many form arguments")));
}

TEST_F(Arguments, AreCleanedAndStrippedAsTornadoDoes) {
  EXPECT_EQ(ask("a=%20%09x%00y%0Az%C2%A0%E2%80%83&b=%E3%80%80&c=%E2%80%8B", "",
                [](Looking& handler) {
                  EXPECT_EQ(handler.get_argument("a"), "x y\nz");
                  EXPECT_EQ(handler.get_argument("a", Strip::no), " \tx y\nz\xc2\xa0\xe2\x80\x83");
                  EXPECT_EQ(handler.get_argument("b"), "");
                  // A zero-width space is none to Python.
                  EXPECT_EQ(handler.get_argument("c"), "\xe2\x80\x8b");
                })
                .status(),
            200);
}

TEST_F(Arguments, AMissingOneIsA400) {
  TestExchange missing = ask("a=1", "", [](Looking& handler) {
    try {
      (void)handler.get_argument("name");
      ADD_FAILURE();
    } catch (const MissingArgumentError& error) {
      EXPECT_EQ(error.argument(), "name");
      throw;
    }
  });
  EXPECT_EQ(missing.status(), 400);
  EXPECT_THAT(missing.body(), HasSubstr("400: Bad Request"));
  EXPECT_THAT(missing.logged(), ElementsAre("400 POST /?a=1 (192.0.2.1): Missing argument 'name'"));
}

TEST_F(Arguments, OneThatDoesNotConvertIsA400ThatNamesIt) {
  TestExchange wrong =
      ask("page=1e3<b>", "", [](Looking& handler) { (void)handler.get_argument("page", 1); });
  EXPECT_EQ(wrong.status(), 400);
  EXPECT_THAT(wrong.body(), HasSubstr("400: Invalid argument page"));
  EXPECT_THAT(wrong.logged(), ElementsAre(HasSubstr("argument 'page' does not convert: '1e3<b>'")));
  EXPECT_EQ(ask("page=65536", "", [](Looking& h) { (void)h.get_argument<std::uint16_t>("page"); })
                .status(),
            400);
  EXPECT_EQ(
      ask("page=1&page=x", "", [](Looking& h) { (void)h.get_arguments<int>("page"); }).status(),
      400);
}

TEST_F(Arguments, TextThatIsNotUtf8IsA400AndLittleOfItIsLogged) {
  TestExchange wrong = ask("a=%FF%0A" + std::string(1000, 'x'), "",
                           [](Looking& handler) { (void)handler.get_argument("a"); });
  EXPECT_EQ(wrong.status(), 400);
  ASSERT_EQ(wrong.logged().size(), 1U);
  const std::string logged = wrong.logged()[0].substr(wrong.logged()[0].find("): ") + 3);
  EXPECT_EQ(logged, "argument 'a' is not UTF-8: '\\xff\\x0a" + std::string(38, 'x') + "'...");
}

}  // namespace
