// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fixtures that tests of applications stand on, and what makes such a test fail.
#include <eddy/testing/app_test.h>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/core/core.h>
#include <eddy/web/web.h>

namespace {

using eddy::LogLevel;
using eddy::Task;
using eddy::testing::AppTest;
using eddy::testing::ExpectLog;
using eddy::testing::ManualAppTest;
using eddy::testing::PendingFetch;
using eddy::web::Application;
using eddy::web::ClientRequest;
using eddy::web::ClientResponse;
using eddy::web::HttpClientError;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::StartsWith;

struct Hello : RequestHandler {
  void get(std::string_view name) { write("Hello, ", name); }
};

// ---- In the built-in loop ---------------------------------------------------------------------

class HelloTest : public AppTest {
 protected:
  std::unique_ptr<Application> make_app() override {
    auto app = std::make_unique<Application>(
        std::initializer_list<eddy::web::Route>{route<Hello>("/hello/(.*)")});
    app->post("/echo", [](const Request& request) { return std::string(request.body()); });
    app->get("/throw", []() -> std::string { throw std::runtime_error("no luck"); });
    return app;
  }
  eddy::web::ServerOptions server_options() override { return {.limits = {.body_bytes = 10}}; }
};

TEST_F(HelloTest, FetchesByPathAndByUrl) {
  EXPECT_EQ(fetch("/hello/you").body, "Hello, you");
  EXPECT_EQ(get_url("/x"), "http://127.0.0.1:" + std::to_string(port()) + "/x");
  EXPECT_EQ(fetch(get_url("/hello/all")).body, "Hello, all");
  EXPECT_EQ(get_url("/?next=http://elsewhere/"), server().url() + "/?next=http://elsewhere/");
}

TEST_F(HelloTest, FetchSendsWhatItIsGiven) {
  ClientRequest request = make_request("/echo", "POST", "by hand");
  request.headers.set("Content-Type", "text/plain");
  EXPECT_EQ(fetch(std::move(request)).body, "by hand");
  EXPECT_EQ(fetch("/echo", "POST", "text").body, "text");
  EXPECT_EQ(fetch("/echo", "POST", "eleven char").status, 413)
      << "beyond the limit of server_options()";
}

TEST_F(HelloTest, CoroutinesAwaitFetches) {
  const std::string both = run([](HelloTest& test) -> Task<std::string> {
    const ClientResponse one = co_await test.fetch_task("/hello/one");
    const ClientResponse two = co_await test.fetch_task("/hello/two");
    co_return one.body + ", " + two.body;
  }(*this));
  EXPECT_EQ(both, "Hello, one, Hello, two");
}

TEST_F(HelloTest, AnErrorOfAHandlerMustBeExpected) {
  const ExpectLog expected(log(), LogLevel::error, "no luck");
  EXPECT_EQ(fetch("/throw").status, 500);
}

TEST_F(HelloTest, TheAccessLogIsKeptAndNotJudged) {
  EXPECT_EQ(fetch("/none").status, 404);
  EXPECT_EQ(fetch("/hello/x").status, 200);
  EXPECT_THAT(accesses(),
              ElementsAre(StartsWith("404 GET /none "), StartsWith("200 GET /hello/x ")));
}

/// A fixture whose life is the test's.
class Inner final : public HelloTest {
 public:
  void TestBody() override {}
  void live(void (*body)(Inner& test)) {
    SetUp();
    body(*this);
    TearDown();
  }
};

TEST(AppTestFixture, AnErrorThatIsNotExpectedFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      Inner().live([](Inner& test) { EXPECT_EQ(test.fetch("/throw").status, 500); }), "no luck");
}

// ---- ExpectLog --------------------------------------------------------------------------------

TEST(ExpectLogTest, FailsTheTestWhenNothingCame) {
  eddy::testing::CapturedLog log;
  EXPECT_NONFATAL_FAILURE(ExpectLog(log, LogLevel::error, "boom"), "not logged: error boom");
  log.sink()({LogLevel::error, "eddy.web", "boom", {}});
  // What was there before does not count.
  EXPECT_NONFATAL_FAILURE(ExpectLog(log, LogLevel::error, "boom"), "not logged");
  log.expect(LogLevel::error, "boom");
}

TEST(ExpectLogTest, TakesAllThatMatchesAndLeavesTheRest) {
  eddy::testing::CapturedLog log;
  auto sink = log.sink();
  sink({LogLevel::error, "eddy.web", "boom before", {}});
  {
    const ExpectLog outer(log, LogLevel::warning, "slow");
    const ExpectLog inner(log, LogLevel::error, "boom");
    sink({LogLevel::error, "eddy.web", "boom 1", {}});
    sink({LogLevel::warning, "eddy.web", "slow", {}});
    sink({LogLevel::warning, "eddy.web", "boom", {}});
    sink({LogLevel::error, "eddy.web", "boom 2", {}});
  }
  EXPECT_EQ(log.records().size(), 2U);
  log.expect(LogLevel::error, "boom before");
  log.expect(LogLevel::warning, "boom");
}

// ---- By a hand-moved clock --------------------------------------------------------------------

class SlowTest : public ManualAppTest {
 protected:
  std::unique_ptr<Application> make_app() override {
    auto app = std::make_unique<Application>();
    app->get("/slow", []() -> Task<std::string> {
      co_await eddy::sleep(1h);
      co_return "at last";
    });
    return app;
  }
};

TEST_F(SlowTest, TheClockStandsUntilItIsMoved) {
  const PendingFetch slow = start_fetch("/slow");
  EXPECT_EQ(server().stats().requests, 1U) << "it has been sent, without any time";
  advance(1h - 1ns);
  EXPECT_FALSE(slow.done());
  EXPECT_THROW((void)slow.response(), std::logic_error);
  advance(1ns);
  ASSERT_TRUE(slow.done());
  EXPECT_EQ(slow.response().body, "at last");
}

TEST_F(SlowTest, FetchMovesTheClockByItself) {
  const eddy::TimePoint before = loop().now();
  EXPECT_EQ(fetch("/slow").body, "at last");
  EXPECT_EQ(loop().now() - before, 1h);
}

TEST_F(SlowTest, ATimeoutOfTheClientIsExact) {
  ClientRequest request = make_request("/slow");
  request.request_timeout = 5s;
  const PendingFetch slow = start_fetch(std::move(request));
  advance(5s - 1ns);
  EXPECT_FALSE(slow.done());
  advance(1ns);
  ASSERT_TRUE(slow.done());
  EXPECT_THROW((void)slow.response(), HttpClientError);
}

TEST_F(SlowTest, ToDropAFetchIsToLeaveTheServer) {
  {
    const PendingFetch slow = start_fetch("/slow");
    EXPECT_EQ(server().stats().connections, 1U);
  }
  loop().run_until_idle();
  EXPECT_EQ(server().stats().connections, 0U);
}

class ImpatientTest : public SlowTest {
 protected:
  [[nodiscard]] eddy::Duration time_limit() const override { return 3s; }
};

TEST_F(ImpatientTest, AWaitIsBounded) {
  const eddy::TimePoint before = loop().now();
  EXPECT_THROW((void)fetch("/slow"), std::runtime_error);
  EXPECT_EQ(loop().now() - before, 3s);
  loop().run_until_idle();
  EXPECT_EQ(server().stats().connections, 0U) << "the fetch is stopped";
}

TEST_F(ImpatientTest, ATimeoutOfTheTasksOwnStaysWhatItIs) {
  EXPECT_THROW(run(eddy::with_timeout(1s,
                                      [](ImpatientTest& test) -> Task<void> {
                                        (void)co_await test.fetch_task("/slow");
                                      }(*this))),
               eddy::TimeoutError);
}

TEST_F(SlowTest, AServersTimeoutsAreTestedInNoTime) {
  eddy::testing::ManualPeer peer = system().connect(port());
  peer.write("GET / HT");
  advance(15s);
  EXPECT_THAT(peer.read(), StartsWith("HTTP/1.1 408 "));
}

}  // namespace
