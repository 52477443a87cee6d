// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/task.h>
#include <eddy/core/task/with_timeout.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <eddy/web/app/application.h>
#include <eddy/web/http/http_client.h>
#include <eddy/web/http/server.h>

namespace eddy::inline v0::testing {

/// A fetch that is under way. Destroying it closes its connection.
///
/// Thread: the Loop's. Must not outlive the Loop.
class EDDY_API PendingFetch {
 public:
  PendingFetch(Loop& loop, Task<web::ClientResponse> fetch);
  PendingFetch(PendingFetch&& other) noexcept;
  PendingFetch& operator=(PendingFetch&& other) noexcept;
  ~PendingFetch();

  /// Whether the response, or an error, is there.
  [[nodiscard]] bool done() const noexcept;
  /// The response, or throws what the fetch threw. Throws std::logic_error when it is not done.
  [[nodiscard]] const web::ClientResponse& response() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A GoogleTest fixture that serves an Application on a free port of 127.0.0.1, in the built-in
/// loop or in a host's, and fetches from it within that loop:
///
///     class HelloTest : public eddy::testing::AppTest {
///      protected:
///       std::unique_ptr<web::Application> make_app() override { return make_hello_app(); }
///     };
///     TEST_F(HelloTest, Greets) { EXPECT_EQ(fetch("/hello/you").body, "Hello, you"); }
///
/// A test fails for every warning or error that is logged and not expected (ExpectLog), but for the
/// access log's. A wait is bounded by time_limit(). Where SetUp or TearDown are overridden they
/// call these.
///
/// Thread: the test's. Source: tornado.testing.AsyncHTTPTestCase.
class EDDY_API AppTest : public ::testing::Test {
 protected:
  // ---- What a fixture may give ----

  /// What is tested. The default is an empty one, to which a test adds routes by app().
  virtual std::unique_ptr<web::Application> make_app();
  virtual web::ServerOptions server_options() { return {}; }
  /// The loop that it runs in: `return std::make_unique<QtLoop>(std::move(options))`, where the
  /// fixture, or the program's main(), has the QCoreApplication. It must be a host that can be run
  /// from a test (see Loop::run_until). The Loop is destroyed in TearDown, before the fixture's
  /// members.
  virtual std::unique_ptr<Loop> make_loop(LoopOptions options);
  /// How long run() and fetch() wait, by the loop's clock; zero: for ever.
  [[nodiscard]] virtual Duration time_limit() const { return std::chrono::seconds(5); }

  void SetUp() override;
  void TearDown() override;

 public:
  // ---- What a test uses. Public, for functions and coroutines that are given the fixture ----

  [[nodiscard]] Loop& loop() noexcept { return *loop_; }
  [[nodiscard]] web::Application& app() noexcept { return *app_; }
  [[nodiscard]] web::Server& server() noexcept { return *server_; }
  /// Serves the application on one more port, with other options; fetches go there from now on.
  web::Server& listen(const web::ServerOptions& options);
  [[nodiscard]] const web::HttpClient& client() const noexcept { return *client_; }
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// The URL of a path on the server; a whole URL stays as it is.
  [[nodiscard]] std::string get_url(std::string_view path) const;

  /// A request to the server, to be completed by header fields. It has no limits of time of its
  /// own: time_limit() holds for it.
  [[nodiscard]] web::ClientRequest make_request(std::string_view path, std::string method = "GET",
                                                std::string body = {}) const;

  /// Runs the loop until the response is there. Throws as HttpClient::fetch.
  web::ClientResponse fetch(web::ClientRequest request);
  web::ClientResponse fetch(std::string_view path, std::string method = "GET",
                            std::string body = {});
  /// The same to be awaited, in a coroutine that run() is given.
  [[nodiscard]] Task<web::ClientResponse> fetch_task(web::ClientRequest request) const;
  [[nodiscard]] Task<web::ClientResponse> fetch_task(std::string_view path,
                                                     std::string method = "GET",
                                                     std::string body = {}) const;
  /// The same while the test goes on.
  [[nodiscard]] PendingFetch start_fetch(web::ClientRequest request);
  [[nodiscard]] PendingFetch start_fetch(std::string_view path);

  /// Runs the loop until `task` has ended, and gives its result or throws what it threw. Throws
  /// std::runtime_error when time_limit() is over; the task is stopped then.
  template <class T>
  T run(Task<T> task) {
    const Duration limit = time_limit();
    if (limit == Duration::zero()) return loop().run_until(std::move(task));
    return loop().run_until(in_time(loop(), limit, std::move(task)));
  }

  /// What has been logged beside the access log; also for ExpectLog.
  [[nodiscard]] CapturedLog& log() noexcept { return log_; }
  /// The lines of the access log, as "200 GET /path (127.0.0.1) 0.31ms".
  [[nodiscard]] const std::vector<std::string>& accesses() const noexcept { return *accesses_; }

 private:
  template <class T>
  static Task<T> in_time(Loop& loop, Duration limit, Task<T> task) {
    const TimePoint begin = loop.now();
    try {
      co_return co_await with_timeout(limit, std::move(task));
    } catch (const TimeoutError&) {
      if (loop.now() - begin < limit) throw;  // one of the task's own
    }
    throw_too_late();
  }
  [[noreturn]] static void throw_too_late();

  CapturedLog log_;
  std::shared_ptr<std::vector<std::string>> accesses_ =
      std::make_shared<std::vector<std::string>>();
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<web::Application> app_;
  web::Server* server_ = nullptr;
  std::unique_ptr<web::HttpClient> client_;
};

/// The same on a clock that stands still until the test moves it, with connections in memory: what
/// takes an hour is tested in no time, and exactly. See ManualLoop.
///
///     app().get("/slow", []() -> Task<std::string> { co_await sleep(1h); co_return "done"; });
///     const PendingFetch slow = start_fetch("/slow");
///     advance(1h - 1ns);
///     EXPECT_FALSE(slow.done());
///     advance(1ns);
///     EXPECT_EQ(slow.response().body, "done");
///
/// run() and fetch() move the clock from deadline to deadline, for as long as it takes.
class EDDY_API ManualAppTest : public AppTest {
 protected:
  std::unique_ptr<Loop> make_loop(LoopOptions options) final;
  [[nodiscard]] Duration time_limit() const override { return Duration::zero(); }

 public:
  [[nodiscard]] ManualLoop& loop() noexcept { return static_cast<ManualLoop&>(AppTest::loop()); }
  [[nodiscard]] ManualSystem& system() noexcept { return loop().system(); }
  /// Moves the clock, and runs what is due on the way.
  template <class Rep, class Period>
  void advance(std::chrono::duration<Rep, Period> by) {
    loop().advance(by);
  }
  /// As there, after which everything has run that needs no time.
  [[nodiscard]] PendingFetch start_fetch(web::ClientRequest request);
  [[nodiscard]] PendingFetch start_fetch(std::string_view path);
};

}  // namespace eddy::inline v0::testing
