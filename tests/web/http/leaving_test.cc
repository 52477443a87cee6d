// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clients that leave while a handler waits, and handlers that answer step by step.
#include <gmock/gmock.h>

#include <memory>
#include <string>

#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::ResponseStream;
using eddy::web::route;
using testing::EndsWith;
using testing::HasSubstr;

class LeavingTest : public eddy_tests::ManualServerTest {};

std::string post(std::string_view target) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
}

struct Watched : RequestHandler {
  static inline int gone = 0;
  static inline int finished = 0;
  static inline int ended = 0;
  Task<void> get() {
    struct End {
      ~End() { ++ended; }
    } end;
    co_await eddy::sleep(1h);
  }
  Task<void> post() {
    co_await eddy::sleep(10s);
    write("done");
    ++ended;
  }
  void on_connection_close() override { ++gone; }
  void on_finish() override { ++finished; }
  static void reset() { gone = finished = ended = 0; }
};

struct Stopped : Watched {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool cancel_on_disconnect = true;
};

TEST_F(LeavingTest, AClientThatHasGoneStopsAGetAndNoPost) {
  Watched::reset();
  app_.add(route<Watched>("/"));
  app_.add(route<Stopped>("/stopped"));
  listen();
  ManualPeer get = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  get.close();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 1);
  EXPECT_EQ(Watched::ended, 1);
  EXPECT_EQ(Watched::finished, 1);

  Watched::reset();
  ManualPeer sent = connect(post("/"));
  sent.reset();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 1);
  EXPECT_EQ(Watched::ended, 0);
  EXPECT_EQ(Watched::finished, 0);
  loop_.advance(10s);
  EXPECT_EQ(Watched::ended, 1);
  EXPECT_EQ(Watched::finished, 1);

  Watched::reset();
  ManualPeer stopped = connect(post("/stopped"));
  stopped.reset();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 1);
  EXPECT_EQ(Watched::finished, 1);
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(LeavingTest, APipedRequestGetsItsAnswerWhereItIsNoGet) {
  Watched::reset();
  app_.add(route<Watched>("/"));
  listen();
  ManualPeer peer = connect(post("/"));
  peer.shutdown_write();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 1);
  loop_.advance(10s);
  EXPECT_THAT(read(peer), EndsWith("done"));
  EXPECT_TRUE(peer.closed());
}

TEST_F(LeavingTest, HalfCloseMayMeanNothing) {
  app_.get("/", []() -> Task<std::string> {
    co_await eddy::sleep(10s);
    co_return "late";
  });
  listen({.half_close = true});
  ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  peer.shutdown_write();
  loop_.run_until_idle();
  loop_.advance(10s);
  EXPECT_THAT(read(peer), EndsWith("late"));
  loop_.advance(10s);
  EXPECT_THAT(read(peer), EndsWith("late"));
  EXPECT_TRUE(peer.closed());
}

// ---- Delegates
// --------------------------------------------------------------------------------------

struct Steps : eddy::web::MessageDelegate {
  explicit Steps(std::string& steps) : order(steps) {}
  ~Steps() override { order += "destroyed"; }
  Task<void> headers_received(const Request& request, ResponseStream& out) override {
    response = &out;
    order += "headers ";
    if (request.path() == "/throw") throw eddy::web::HttpError(418);
    if (request.path() == "/early") out.finish();
    co_await eddy::sleep(1ms);
  }
  Task<void> data_received(std::string_view piece) override {
    order += std::string(piece) + " ";
    co_await eddy::sleep(1s);
    response->write(std::to_string(piece.size()));
  }
  Task<void> finish() override {
    order += "finish ";
    co_return;
  }
  void on_connection_close() override { order += "gone "; }

  std::string& order;
  ResponseStream* response = nullptr;
};

TEST_F(LeavingTest, ADelegateAnswersStepByStep) {
  std::string order;
  eddy::web::HttpServer own(loop_, [&] { return std::make_unique<Steps>(order); });
  own.listen("127.0.0.1", 0);
  ManualPeer peer = loop_.system().connect(own.port());
  send(peer, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");
  loop_.advance(1ms);
  send(peer, "de");
  EXPECT_EQ(order, "headers abc ");
  loop_.advance(2s);
  EXPECT_EQ(order, "headers abc de finish destroyed");
  EXPECT_THAT(read(peer), EndsWith("\r\n\r\n32"));

  order.clear();
  send(peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.advance(1ms);
  EXPECT_EQ(order, "headers finish destroyed");

  order.clear();
  send(peer, "GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read(peer), HasSubstr("HTTP/1.1 418 "));
  EXPECT_EQ(order, "headers destroyed");

  order.clear();
  send(peer, "GET /early HTTP/1.1\r\nHost: h\r\n\r\n");
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(order, "headers gone destroyed");
}

}  // namespace
