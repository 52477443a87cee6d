// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The line of log that each request is.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <eddy/core/base/time.h>
#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::LogLevel;
using eddy::testing::ManualPeer;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr const char* kGetNothing = "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n";

class AccessLogTest : public eddy_tests::ManualServerTest {
 protected:
  AccessLogTest() {
    app_.get("/", [] { return "here"; });
  }
};

TEST_F(AccessLogTest, EachRequestIsALineOfIt) {
  listen();
  ManualPeer peer = connect(std::string(kGet) + kGetNothing);
  EXPECT_THAT(accesses_,
              ElementsAre("200 GET / (127.0.0.1) 0.00ms", "404 GET /nothing (127.0.0.1) 0.00ms"));
  accesses_.clear();
  loop_.set_log_level(LogLevel::warning);
  send(peer, std::string(kGet) + kGetNothing);
  EXPECT_EQ(accesses_.size(), 1U);
}

struct Timed : eddy::web::RequestHandler {
  static inline std::vector<eddy::Duration> times;
  eddy::Task<void> post() {
    times = {request_time()};
    co_await eddy::sleep(2s);
    times.push_back(request_time());
  }
  void on_finish() override { times.push_back(request_time()); }
};

TEST_F(AccessLogTest, AHandlerKnowsTheTimeThatItWillTell) {
  app_.add(eddy::web::route<Timed>("/timed"));
  listen();
  for (const bool leaves : {false, true}) {
    accesses_.clear();
    ManualPeer peer = connect("POST /timed HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nhalf");
    if (leaves) peer.reset();
    loop_.run_until_idle();
    loop_.advance(2s);
    EXPECT_THAT(Timed::times, ElementsAre(0s, 2s, 2s)) << leaves;
    EXPECT_THAT(accesses_, ElementsAre("200 POST /timed (127.0.0.1) 2000.00ms"));
  }
}

TEST_F(AccessLogTest, TheStatusDecidesTheLevel) {
  app_.get("/{status}", [](int status) { return eddy::web::Response(status); });
  listen();
  std::vector<std::pair<std::string, LogLevel>> lines;
  loop_.set_log_sink([&lines](const eddy::LogRecord& record) {
    if (record.category != "eddy.access") return;
    lines.emplace_back(record.message.substr(0, 3), record.level);
  });
  ManualPeer peer = connect();
  for (const char* status : {"200", "399", "400", "499", "500", "599"}) {
    send(peer, "GET /" + std::string(status) + " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  EXPECT_THAT(lines, ElementsAre(Pair("200", LogLevel::info), Pair("399", LogLevel::info),
                                 Pair("400", LogLevel::warning), Pair("499", LogLevel::warning),
                                 Pair("500", LogLevel::error), Pair("599", LogLevel::error)));
}

TEST_F(AccessLogTest, CanBeSwitchedOff) {
  listen({.access_log = false});
  ManualPeer peer = connect(kGetNothing);
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(accesses_, IsEmpty());
}

}  // namespace
