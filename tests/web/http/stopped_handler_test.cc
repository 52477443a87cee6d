// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A handler whose client has gone is stopped; if it tries again whatever is thrown, it does not
// hold the host.
#include <chrono>
#include <string>

#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::ResponseStream;

class StoppedHandlerTest : public eddy_tests::ManualServerTest {
 protected:
  static constexpr long kMany = 100'000;

  /// The client of `GET /` leaves.
  void expect_turns_to_end() {
    listen();
    ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(tries_, 0) << "it should wait";
    loop_.system().set_tick(1us);
    peer.reset();
    for (int turn = 0; turn < 5; ++turn) {
      const long before = tries_;
      const auto start = loop_.now();
      loop_.run_turns(1);
      EXPECT_LT(loop_.now() - start, 1300us) << "the slice and a step";
      EXPECT_LT(tries_, before + 2000);
    }
    EXPECT_GT(tries_, 0);
  }

  long tries_ = 0;
};

TEST_F(StoppedHandlerTest, ThatSleepsAgain) {
  app_.get("/", [this]() -> Task<std::string> {
    while (tries_ < kMany) {
      try {
        co_await eddy::sleep(1h);
      } catch (...) {
        ++tries_;
      }
    }
    co_return "never";
  });
  expect_turns_to_end();
}

TEST_F(StoppedHandlerTest, ThatFlushesAgain) {
  app_.get("/", [this](ResponseStream& out) -> Task<void> {
    while (tries_ < kMany) {
      try {
        out.write(std::string(1 << 20, 'x'));
        co_await out.flush();
      } catch (...) {
        ++tries_;
      }
    }
  });
  expect_turns_to_end();
}

}  // namespace
