// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clients that leave while a handler waits, and handlers that answer step by step.
#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <eddy/core/base/error.h>
#include <eddy/core/task/event.h>
#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>
#include <tests/web/http/web_client.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::ResponseStream;
using eddy::web::route;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

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

TEST_F(LeavingTest, ARouteMayHaveItsTasksStopped) {
  int ended = 0;
  int finished = 0;
  const auto slow = [&]() -> Task<void> {
    const auto on_end = [](int* count) noexcept { ++*count; };
    const std::unique_ptr<int, decltype(on_end)> counted(&ended, on_end);
    co_await eddy::sleep(10s);
    ++finished;
  };
  app_.post("/stopped", slow, {.cancel_on_disconnect = true});
  app_.post("/goes_on", slow);
  listen();
  for (const bool stopped : {true, false}) {
    ended = finished = 0;
    ManualPeer peer = connect(post(stopped ? "/stopped" : "/goes_on"));
    peer.reset();
    loop_.run_until_idle();
    EXPECT_EQ(ended, stopped ? 1 : 0);
    loop_.advance(10s);
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(finished, stopped ? 0 : 1);
  }
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

TEST_F(LeavingTest, WhatNobodyHeardOfIsInTheAccessLog) {
  Watched::reset();
  app_.add(route<Watched>("/"));
  listen();
  ManualPeer peer = connect(post("/"));
  peer.reset();
  loop_.run_until_idle();
  loop_.advance(10s);
  EXPECT_EQ(Watched::ended, 1);
  ASSERT_EQ(accesses_.size(), 1U);
  EXPECT_THAT(accesses_[0], HasSubstr("200 POST /"));
}

struct Throws : RequestHandler {
  Task<void> post() {
    co_await eddy::sleep(10s);
    write("done");
    throw std::runtime_error("out of stock");
  }
  void on_connection_close() override { throw std::runtime_error("told"); }
  void on_finish() override { throw std::runtime_error("not counted"); }
};

TEST_F(LeavingTest, WhatNobodyHeardOfIsInTheLogWhereItIsThrown) {
  app_.add(route<Throws>("/"));
  listen();
  for (const bool by_reset : {true, false}) {
    logged_.clear();
    ManualPeer peer = connect(post("/"));
    by_reset ? peer.reset() : peer.close();
    loop_.run_until_idle();
    EXPECT_THAT(logged_, ElementsAre("on_connection_close(): told"));
    logged_.clear();
    loop_.advance(10s);
    EXPECT_THAT(logged_,
                ElementsAre("500 POST / (127.0.0.1): out of stock", "on_finish(): not counted"));
    EXPECT_EQ(server_->stats().connections, 0U);
  }
}

TEST_F(LeavingTest, AFunctionThatThrowsUnheardIsInTheLogToo) {
  app_.post("/", []() -> Task<std::string> {
    co_await eddy::sleep(10s);
    throw std::runtime_error("out of stock");
  });
  listen();
  ManualPeer peer = connect(post("/"));
  peer.reset();
  loop_.run_until_idle();
  loop_.advance(10s);
  EXPECT_THAT(logged_, ElementsAre("500 POST / (127.0.0.1): out of stock"));
}

TEST_F(LeavingTest, AStoppedHandlerIsNotInTheLogButWhatItThrowsInsteadIs) {
  bool replaces = false;
  app_.get("/", [&]() -> Task<void> {
    try {
      co_await eddy::sleep(1h);
    } catch (const eddy::Cancelled&) {
      if (!replaces) throw;
    }
    throw std::runtime_error("no clean end");
  });
  listen();
  for (const bool by_reset : {true, false}) {
    for (const bool instead : {false, true}) {
      replaces = instead;
      logged_.clear();
      ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      by_reset ? peer.reset() : peer.close();
      loop_.run_until_idle();
      EXPECT_EQ(logged_.size(), instead ? 1U : 0U);
    }
  }
}

TEST_F(LeavingTest, NoHandlerIsAskedToConnect) {
  app_.get("/", [] { return "here"; });
  listen();
  ManualPeer peer = connect("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n");
  EXPECT_THAT(read(peer), HasSubstr("HTTP/1.1 501 "));
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

struct Stalls : Watched {
  Task<void> get() { return send(); }
  Task<void> post() { return send(); }

 private:
  Task<void> send() {
    write(std::string(2'000'000, 'x'));
    co_await flush();
    co_await eddy::sleep(1s);
    ++ended;
  }
};

TEST_F(LeavingTest, AClientThatStopsReadingStopsAGetAndNoPost) {
  app_.add(route<Stalls>("/"));
  listen({.timeouts = {.write = 5s}});
  for (const char* method : {"POST", "GET"}) {
    Watched::reset();
    ManualPeer peer =
        connect(std::string(method) + " / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    loop_.advance(4999ms);
    EXPECT_EQ(Watched::gone, 0);
    EXPECT_EQ(Watched::ended, 0);
    loop_.advance(1ms);
    EXPECT_EQ(Watched::gone, 1) << method;
    loop_.advance(1s);
    EXPECT_EQ(Watched::finished, 1) << method;
    EXPECT_EQ(Watched::ended, method[0] == 'P' ? 1 : 0) << method;
    EXPECT_TRUE(peer.closed());
    EXPECT_EQ(server_->stats().connections, 0U);
    EXPECT_EQ(server_->stats().buffered_bytes, 0U);
  }
}

TEST_F(LeavingTest, WhoLeftDuringAnEarlierRequestHasLeftTheLaterOnesToo) {
  Watched::reset();
  app_.add(route<Watched>("/"));
  listen();
  ManualPeer peer = connect(post("/") + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  peer.shutdown_write();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 1);
  loop_.advance(10s);
  EXPECT_EQ(Watched::gone, 2);
  EXPECT_EQ(Watched::ended, 2);
  EXPECT_EQ(Watched::finished, 2);
  EXPECT_THAT(read(peer), EndsWith("done"));
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(LeavingTest, AnUploadCutDuringAnEarlierRequestIsNotWaitedFor) {
  std::string said;
  app_.add(route<Watched>("/"));
  app_.post("/upload", [&](eddy::web::RequestBody& body) -> Task<void> {
    said = co_await body.read();
    try {
      said += co_await body.read();
    } catch (const eddy::web::ClientGoneError&) {
      said += " and gone";
    }
  });
  listen();
  ManualPeer peer =
      connect(post("/") + "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf");
  peer.shutdown_write();
  loop_.run_until_idle();
  loop_.advance(10s);
  EXPECT_EQ(said, "half and gone");
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(LeavingTest, AnUploadThatHasArrivedWholeIsReadAfterAHalfClose) {
  std::string said;
  bool whole = false;
  app_.add(route<Watched>("/"));
  app_.post("/upload", [&](eddy::web::RequestBody& body) -> Task<void> {
    co_await eddy::sleep(1s);
    try {
      for (std::string_view piece; !(piece = co_await body.read()).empty();) said += piece;
      whole = true;
    } catch (const eddy::web::ClientGoneError&) {
      said += " and gone";
    }
  });
  listen({.half_close = true});
  for (const char* length : {"4", "9"}) {
    said.clear();
    whole = false;
    ManualPeer peer =
        connect(post("/") + "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: " + length +
                "\r\n\r\nhalf");
    peer.shutdown_write();
    loop_.run_until_idle();
    loop_.advance(11s);
    EXPECT_EQ(whole, length[0] == '4');
    EXPECT_EQ(said, whole ? "half" : "half and gone");
    EXPECT_EQ(server_->stats().connections, 0U);
  }
}

struct ReadsLater : Watched {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool stream_request_body = true;
  Task<void> data_received(std::string_view) { co_await eddy::sleep(10s); }
};

TEST_F(LeavingTest, AResetIsSeenWhileNothingIsRead) {
  app_.add(route<Watched>("/"));
  app_.add(route<ReadsLater>("/later"));
  listen();
  // More behind the request than is read ahead.
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  std::string many;
  while (many.size() < 40'000) many += get;
  Watched::reset();
  ManualPeer pipelines = connect(many);
  pipelines.reset();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 1);
  EXPECT_EQ(Watched::ended, 1);
  EXPECT_EQ(server_->stats().connections, 0U);

  Watched::reset();
  ManualPeer uploads = connect("POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n" +
                               std::string(200'000, 'x'));
  uploads.reset();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 1);
  EXPECT_EQ(Watched::finished, 0) << "it is a POST, and still at work";
  loop_.advance(10s);
  EXPECT_EQ(Watched::finished, 1);
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(LeavingTest, AResetIsSeenBehindAHalfClose) {
  Watched::reset();
  app_.add(route<Watched>("/"));
  listen({.half_close = true});
  ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  peer.shutdown_write();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 0);
  peer.reset();
  loop_.run_until_idle();
  EXPECT_EQ(Watched::gone, 1);
  EXPECT_EQ(Watched::ended, 1);
}

/// A GET that ends while it is told that its client has gone; then a POST begins.
struct EndsWhenTold : Watched {
  static inline eddy::Event* told = nullptr;
  static inline eddy::testing::ManualLoop* loop = nullptr;
  Task<void> get() { co_await told->wait(); }
  void on_connection_close() override {
    ++gone;
    told->set();
    loop->run_turns(5);
  }
};

TEST_F(LeavingTest, OnlyTheHandlerThatWasToldIsStopped) {
  Watched::reset();
  eddy::Event told;
  EndsWhenTold::told = &told;
  EndsWhenTold::loop = &loop_;
  app_.add(route<EndsWhenTold>("/"));
  listen();
  ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n" + post("/"));
  peer.shutdown_write();
  loop_.run_until_idle();
  loop_.advance(10s);
  EXPECT_EQ(Watched::ended, 1) << "the POST has run to its end";
  EXPECT_EQ(Watched::finished, 2);
  EXPECT_THAT(read(peer), EndsWith("done"));
}

/// Its end runs the loop, as a dialog would.
struct Nests : RequestHandler {
  static inline eddy::testing::ManualLoop* loop = nullptr;
  static inline std::function<void()> meanwhile;
  static inline int finished = 0;
  void get() { write("answer"); }
  void on_finish() override {
    ++finished;
    if (const auto act = std::exchange(meanwhile, nullptr)) act();
    loop->run_turns(5);
  }
};

TEST_F(LeavingTest, TheLoopMayRunWithinOnFinish) {
  Nests::loop = &loop_;
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  app_.add(route<Nests>("/"));
  listen();
  ManualPeer peer;
  const std::vector<std::function<void()>> events = {
      [&] { peer.write(get); }, [&] { peer.shutdown_write(); }, [&] { peer.reset(); },
      [&] { peer.close(); }, [&] { server_->stop(); }};
  for (const auto& event : events) {
    Nests::finished = 0;
    peer = loop_.system().connect(server_->port());
    Nests::meanwhile = event;
    send(peer, get);
    EXPECT_GE(Nests::finished, 1);
    if (&event == &events.front()) {
      EXPECT_EQ(Nests::finished, 2);
      EXPECT_EQ(eddy_tests::count_of(read(peer), "answer"), 2U);
    }
    peer.close();
    loop_.run_until_idle();
    EXPECT_EQ(server_->stats().connections, 0U);
  }
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
  void body_begins(eddy::web::RequestBodyControl& control) override { control.set_max_size(5); }
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
  ManualPeer large = loop_.system().connect(own.port());
  send(large, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabcdef");
  loop_.advance(1ms);
  EXPECT_THAT(read(large), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(order, "headers destroyed");

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
