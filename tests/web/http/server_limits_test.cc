// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every bound on what a client may make the server hold or wait for, at the limit and one past it.
#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>
#include <tests/web/http/web_client.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::DrainReport;
using eddy::web::RequestBody;
using eddy::web::ServerOptions;
using eddy_tests::count_of;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class LimitsTest : public eddy_tests::ManualServerTest {
 protected:
  LimitsTest() {
    app_.get("/", [] { return "here"; });
    app_.get("/slow", []() -> Task<std::string> {
      co_await eddy::sleep(1h);
      co_return "slow";
    });
    app_.get("/large", [] { return std::string(1'000'000, 'x'); });
    app_.post("/", [](const eddy::web::Request& request) {
      return std::to_string(request.body().size());
    });
    app_.post("/stream", [](RequestBody& body) -> Task<std::string> {
      std::size_t size = 0;
      for (std::string_view piece; !(piece = co_await body.read()).empty();) size += piece.size();
      co_return std::to_string(size);
    });
  }
};

// ---- Time
// -------------------------------------------------------------------------------------------

TEST_F(LimitsTest, AnIdleConnectionIsClosed) {
  listen({.timeouts = {.idle = 10s}});
  ManualPeer peer = connect();
  loop_.advance(9999ms);
  EXPECT_FALSE(peer.closed());
  send(peer, kGet);
  read(peer);
  loop_.advance(9999ms);
  EXPECT_FALSE(peer.closed()) << "a request begins the time anew";
  loop_.advance(1ms);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(read(peer), "");
  EXPECT_EQ(server_->stats().timeouts, 1U);
}

TEST_F(LimitsTest, AHandlerThatWorksIsNoIdleConnection) {
  listen({.timeouts = {.idle = 10s, .header = 10s, .body = 10s}});
  ManualPeer peer = connect("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.advance(59min);
  EXPECT_FALSE(peer.closed());
  loop_.advance(1min);
  EXPECT_THAT(read(peer), EndsWith("slow"));
}

TEST_F(LimitsTest, AHeadThatDribblesIsA408) {
  listen({.timeouts = {.idle = 1min, .header = 10s}});
  ManualPeer peer = connect("GET /");
  for (int i = 0; i < 9; ++i) {
    loop_.advance(1s);
    send(peer, "a");
  }
  EXPECT_FALSE(peer.ended());
  loop_.advance(1s);
  EXPECT_THAT(read(peer), AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("Connection: close\r\n")));
  EXPECT_TRUE(peer.ended());
}

TEST_F(LimitsTest, EveryHeadHasItsOwnTime) {
  listen({.timeouts = {.idle = 1min, .header = 10s}});
  ManualPeer peer = connect("GET ");
  for (int i = 0; i < 5; ++i) {
    loop_.advance(9s);
    send(peer, "/ HTTP/1.1\r\nHost: h\r\n\r\nGET ");
    EXPECT_THAT(read(peer), EndsWith("here"));
  }
  loop_.advance(10s);
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 408 "));
}

TEST_F(LimitsTest, ABodyThatDribblesIsA408) {
  listen({.timeouts = {.body = 10s, .body_bytes_per_second = 100}});
  for (const char* path : {"/", "/stream"}) {
    ManualPeer steady = connect("POST " + std::string(path) +
                                " HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n");
    ManualPeer slow = connect("POST " + std::string(path) +
                              " HTTP/1.1\r\nHost: h\r\nContent-Length: 3000\r\n\r\n");
    std::string answer;
    for (int i = 0; i < 30; ++i) {
      loop_.advance(1s);
      send(steady, std::string(100, 'x'));
      send(slow, std::string(20, 'x'));
      answer += read(slow);
      if (i == 11) {
        EXPECT_EQ(answer, "") << "after " << i << " s";
      }
    }
    EXPECT_THAT(read(steady), EndsWith("3000"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 "));
    EXPECT_TRUE(slow.ended());
  }
}

TEST_F(LimitsTest, AReaderThatStallsIsCut) {
  listen({.timeouts = {.write = 10s}});
  ManualPeer peer = connect();
  peer.set_capacity(10'000);
  send(peer, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  for (int i = 0; i < 5; ++i) {
    loop_.advance(9s);
    EXPECT_FALSE(peer.closed());
    EXPECT_FALSE(peer.read(100).empty());
    loop_.run_until_idle();
  }
  loop_.advance(10s);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
}

TEST_F(LimitsTest, WhoSetsNoTimesHasThese) {
  listen();
  ManualPeer idle = connect();
  ManualPeer head = connect("GET / HT");
  ManualPeer content = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  ManualPeer stream = connect("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n");
  ManualPeer reader = connect();
  reader.set_capacity(1000);
  send(reader, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");

  loop_.advance(15s - 1ns);
  EXPECT_EQ(read(head), "");
  loop_.advance(1ns);
  EXPECT_THAT(read(head), StartsWith("HTTP/1.1 408 "));

  loop_.advance(15s - 1ns);
  EXPECT_EQ(read(content), "");
  EXPECT_EQ(read(stream), "");
  EXPECT_FALSE(reader.closed());
  loop_.advance(1ns);
  EXPECT_THAT(read(content), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(read(stream), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(reader.closed());

  loop_.advance(45s - 1ns);
  EXPECT_FALSE(idle.closed());
  loop_.advance(1ns);
  EXPECT_TRUE(idle.closed());
}

// The host may stand still for longer than any bound, in a dialog or a debugger.
TEST_F(LimitsTest, WhatArrivedWhileTheHostStoodStillHasArrivedInTime) {
  listen({.timeouts = {.idle = 5s, .header = 5s, .body = 5s, .write = 5s}});
  ManualPeer idle = connect(kGet);
  ManualPeer within_head = connect("GET / HT");
  ManualPeer within_body = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  ManualPeer within_stream =
      connect("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  ManualPeer reader = connect();
  reader.set_capacity(1000);
  send(reader, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(idle.read(), EndsWith("here"));
  idle.write(kGet);
  within_head.write("TP/1.1\r\nHost: h\r\n\r\n");
  within_body.write("def");
  within_stream.write("def");
  EXPECT_EQ(reader.read().size(), 1000U);
  loop_.system().move_clock(1min);
  loop_.run_until_idle();
  EXPECT_THAT(read(idle), EndsWith("here"));
  EXPECT_THAT(read(within_head), EndsWith("here"));
  EXPECT_THAT(read(within_body), EndsWith("6"));
  EXPECT_THAT(read(within_stream), EndsWith("6"));
  EXPECT_THAT(read(reader), EndsWith("xxx"));
}

TEST_F(LimitsTest, ATrickleInTheVeryTurnOfTheTimeoutGainsNothing) {
  listen({.timeouts = {.header = 5s}});
  ManualPeer peer = connect("GET / HT");
  loop_.advance(5s - 1ms);
  peer.write("T");
  loop_.system().move_clock(1ms);
  loop_.run_until_idle();
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 408 "));
}

TEST_F(LimitsTest, TimersAreNotMovedByTraffic) {
  listen();
  ManualPeer peer = connect(kGet);
  const eddy::TimePoint armed = loop_.next_deadline();
  EXPECT_LE(armed, loop_.now() + 75s);
  loop_.system().move_clock(1s);
  send(peer, kGet);
  EXPECT_EQ(loop_.next_deadline(), armed);
}

// ---- Numbers
// ----------------------------------------------------------------------------------------

TEST_F(LimitsTest, Connections) {
  listen({.timeouts = {.idle = 1h}, .connections = 2});
  ManualPeer first = connect(kGet);
  ManualPeer second = connect(kGet);
  EXPECT_THAT(read(second), EndsWith("here"));
  ManualPeer third = connect(kGet);
  EXPECT_FALSE(third.closed());
  EXPECT_EQ(read(third), "") << "waits to be accepted";
  const std::size_t accepts = loop_.system().accepts();
  loop_.advance(1min);
  EXPECT_EQ(loop_.system().accepts(), accepts) << "and costs nothing meanwhile";
  first.close();
  loop_.run_until_idle();
  EXPECT_THAT(read(third), EndsWith("here"));
}

TEST_F(LimitsTest, ConnectionsPerAddress) {
  listen({.connections_per_address = 2});
  ManualPeer first = connect(kGet);
  ManualPeer second = connect(kGet);
  EXPECT_THAT(read(second), EndsWith("here"));
  EXPECT_TRUE(connect(kGet).closed());
  first.close();
  loop_.run_until_idle();
  ManualPeer fourth = connect(kGet);
  EXPECT_THAT(read(fourth), EndsWith("here"));
}

TEST_F(LimitsTest, RequestsPerConnection) {
  listen({.requests_per_connection = 2});
  ManualPeer peer = connect(kGet);
  EXPECT_THAT(read(peer), Not(HasSubstr("Connection: close")));
  send(peer, std::string(kGet) + kGet);
  const std::string answer = read(peer);
  EXPECT_EQ(count_of(answer, "HTTP/1.1 200"), 1U);
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(peer.ended());
  // It could not know, and may have sent more: a close now could cost it the answer.
  EXPECT_FALSE(peer.closed());
  loop_.advance(1999ms);
  EXPECT_FALSE(peer.closed());
  loop_.advance(1ms);
  EXPECT_TRUE(peer.closed());
}

TEST_F(LimitsTest, OnlyAClientThatKnowsOfTheEndIsClosedAtOnce) {
  listen({.requests_per_connection = 1});
  ManualPeer asked = connect("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(read(asked), EndsWith("here"));
  EXPECT_TRUE(asked.closed());
  ManualPeer crosses = connect(kGet);
  EXPECT_THAT(read(crosses), EndsWith("here"));
  EXPECT_TRUE(crosses.ended());
  send(crosses, kGet);
  EXPECT_FALSE(crosses.closed()) << "what it has sent meanwhile would make a reset of it";
  crosses.close();
  loop_.run_until_idle();
  EXPECT_TRUE(crosses.closed());
}

TEST_F(LimitsTest, WhatIsStillSentBehindARefusal) {
  listen({.limits = {.body_bytes = 10, .drain_bytes = 200'000}});
  ManualPeer peer = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(peer.ended());
  for (int i = 0; i < 20; ++i) send(peer, std::string(10'000, 'x'));
  EXPECT_FALSE(peer.closed());
  send(peer, "x");
  EXPECT_TRUE(peer.closed());
}

TEST_F(LimitsTest, BuffersOfAllClientsTogether) {
  listen({.limits = {.body_bytes = 1'000'000}, .buffered_bytes = 300'000});
  const std::string half =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + std::string(140'000, 'x');
  ManualPeer first = connect(half);
  EXPECT_EQ(read(first), "");
  ManualPeer second = connect(half);
  ManualPeer third = connect(half);
  EXPECT_THAT(read(second) + read(third), HasSubstr("HTTP/1.1 503 "));
  EXPECT_GE(server_->stats().shed, 1U);
  EXPECT_LE(server_->stats().buffered_bytes, 300'000U);
  second.close();
  third.close();
  loop_.run_until_idle();
  send(first, std::string(60'000, 'x'));
  EXPECT_THAT(read(first), EndsWith("200000"));
  first.close();
  loop_.run_until_idle();
  loop_.advance(3s);
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(LimitsTest, BuffersAtTheirLimitAndOneByteBeyondIt) {
  // A body that is half there, held in a buffer.
  const std::string half =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n" + std::string(1'000, 'x');
  listen();
  ManualPeer measured = connect(half);
  const std::size_t held = server_->stats().buffered_bytes;
  ASSERT_GE(held, 1'000U);
  for (const bool enough : {true, false}) {
    listen({.buffered_bytes = enough ? held : held - 1});
    ManualPeer peer = connect(half);
    EXPECT_EQ(server_->stats().shed, enough ? 0U : 1U);
    EXPECT_EQ(read(peer).substr(0, 13), enough ? "" : "HTTP/1.1 503 ");
    if (!enough) continue;
    send(peer, std::string(1'000, 'x'));
    EXPECT_THAT(read(peer), EndsWith("2000"));
  }
}

// A head that waits for its content is held, whoever is to read that.
TEST_F(LimitsTest, HeadsThatWaitForContentAreAmongTheBuffers) {
  for (const char* target : {"/", "/stream"}) {
    const std::string half = "POST " + std::string(target) +
                             " HTTP/1.1\r\nHost: h\r\nX-Large: " + std::string(50'000, 'x') +
                             "\r\nContent-Length: 5\r\n\r\n";
    listen();
    ManualPeer measured = connect(half);
    const std::size_t held = server_->stats().buffered_bytes;
    EXPECT_GT(held, 50'000U) << target;
    EXPECT_LT(held, 52'000U) << target;
    listen({.buffered_bytes = 2 * held});
    ManualPeer first = connect(half);
    ManualPeer second = connect(half);
    EXPECT_EQ(server_->stats().shed, 0U) << target;
    ManualPeer third = connect(half);
    EXPECT_EQ(server_->stats().shed, 1U) << target;
    EXPECT_THAT(read(third), StartsWith("HTTP/1.1 503 ")) << target;
    EXPECT_EQ(server_->stats().buffered_bytes, 2 * held) << target;
    for (ManualPeer* peer : {&first, &second}) {
      send(*peer, "abcde");
      EXPECT_THAT(read(*peer), EndsWith("\r\n\r\n5")) << target;
    }
  }
}

// What was read for the handler is given back when it has taken that, not when the rest comes.
TEST_F(LimitsTest, AStreamedContentThatStallsHoldsNothing) {
  listen({.limits = {.body_bytes = 1'000'000}});
  ManualPeer peer = connect("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" +
                            std::string(200'000, 'x'));
  EXPECT_EQ(peer.unread(), "");
  EXPECT_LT(server_->stats().buffered_bytes, 1'000U);
  peer.fail_receive(std::errc::operation_would_block);
  loop_.run_until_idle();
  EXPECT_LT(server_->stats().buffered_bytes, 1'000U) << "after a readiness that came to nothing";
  ManualPeer chunked =
      connect("POST /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_LT(server_->stats().buffered_bytes, 2'000U);
  send(peer, std::string(100'000, 'x'));
  EXPECT_THAT(read(peer), EndsWith("\r\n\r\n300000"));
  send(chunked, "0\r\n\r\n");
  EXPECT_THAT(read(chunked), EndsWith("\r\n\r\n3"));
}

TEST_F(LimitsTest, AStreamedContentThatWasReadHoldsNothing) {
  bool done = false;
  app_.post("/long", [&](RequestBody& body) -> Task<std::string> {
    for (std::string_view piece; !(piece = co_await body.read()).empty();) {
    }
    done = true;
    co_await eddy::sleep(1h);
    co_return "at last";
  });
  listen({.limits = {.body_bytes = 1'000'000}});
  const std::string head = "POST /long HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n";
  ManualPeer peer = connect(head + std::string(200'000, 'x'));
  ASSERT_TRUE(done);
  EXPECT_LT(server_->stats().buffered_bytes, 1'000U);
  loop_.advance(1h);
  EXPECT_THAT(read(peer), EndsWith("at last"));
}

TEST_F(LimitsTest, OutputAtItsLimitAndOneByteBelowIt) {
  int flushed = 0;
  std::size_t bytes = 0;
  app_.get("/output", [&](eddy::web::ResponseStream& out) -> Task<void> {
    out.set_header("Content-Length", "100000");
    out.write(std::string(bytes, 'x'));
    co_await out.flush();
    ++flushed;
    out.write(std::string(100'000 - bytes, 'y'));
  });
  const std::string get = "GET /output HTTP/1.1\r\nHost: h\r\n\r\n";
  listen();
  ManualPeer reader = connect(get);
  const std::size_t head = read(reader).size() - 100'000;
  ASSERT_EQ(flushed, 1);
  constexpr std::size_t kTaken = 1;
  for (const bool below : {true, false}) {
    listen({.output_bytes = 20'000});
    flushed = 0;
    bytes = 20'000 + kTaken - head - (below ? 1 : 0);
    ManualPeer peer = connect();
    peer.set_capacity(kTaken);
    send(peer, get);
    EXPECT_EQ(flushed, below ? 1 : 0);
    EXPECT_EQ(read(peer).size(), head + 100'000);
    EXPECT_EQ(flushed, 1);
  }
}

TEST_F(LimitsTest, ResponsesThatNobodyTakesAreCutWhenTheyAreTooMany) {
  listen({.buffered_bytes = 2'500'000});
  std::vector<ManualPeer> peers;
  for (int i = 0; i < 4; ++i) {
    peers.push_back(connect());
    peers.back().set_capacity(10);
    send(peers.back(), "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  std::size_t closed = 0;
  for (const ManualPeer& peer : peers) closed += peer.closed() ? 1 : 0;
  EXPECT_GE(closed, 1U);
  EXPECT_LE(closed, 2U);
  EXPECT_LE(server_->stats().buffered_bytes, 2'500'000U);
}

// ---- The end
// ----------------------------------------------------------------------------------------

TEST_F(LimitsTest, DrainAnswersWhatIsUnderWay) {
  listen();
  ManualPeer idle = connect(kGet);
  read(idle);
  ManualPeer working = connect("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  ManualPeer sending = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nha");
  const std::uint16_t port = server_->port();
  DrainReport report;
  bool done = false;
  loop_.spawn([](auto& srv, DrainReport& out, bool& ended) -> Task<void> {
    out = co_await srv.drain(2h);
    ended = true;
  }(*server_, report, done));
  loop_.run_until_idle();
  EXPECT_TRUE(idle.closed());
  EXPECT_THROW((void)loop_.system().connect(port), std::system_error);
  EXPECT_FALSE(working.closed());
  send(sending, "lf");
  EXPECT_THAT(read(sending), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("4")));
  EXPECT_TRUE(sending.ended());
  EXPECT_FALSE(done);
  loop_.advance(1h);
  EXPECT_THAT(read(working), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("slow")));
  working.close();
  loop_.run_until_idle();
  EXPECT_TRUE(done);
  EXPECT_EQ(report.idle, 1U);
  EXPECT_EQ(report.finished, 2U);
  EXPECT_EQ(report.forced, 0U);
}

// Its head said nothing of the end, since nobody knew of it yet.
TEST_F(LimitsTest, AStreamThatHadBegunBeforeTheDrainIsTheLast) {
  app_.get("/stream", [](eddy::web::ResponseStream& out) -> Task<void> {
    out.write("begun ");
    co_await out.flush();
    co_await eddy::sleep(1s);
    out.write("done");
  });
  listen();
  ManualPeer peer = connect("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read(peer), HasSubstr("begun "));
  std::optional<DrainReport> report;
  loop_.spawn([](eddy::web::Server& server, std::optional<DrainReport>& out) -> Task<void> {
    out = co_await server.drain(10s);
  }(*server_, report));
  loop_.advance(1s);
  EXPECT_THAT(read(peer), HasSubstr("done"));
  EXPECT_TRUE(peer.ended()) << "it lingers, and sends no more";
  peer.close();
  loop_.run_until_idle();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->finished, 1U);
  EXPECT_EQ(report->forced, 0U);
}

TEST_F(LimitsTest, AReaderThatHasNotTakenAllIsClosedWhenItHas) {
  for (const bool drained : {true, false}) {
    listen();
    ManualPeer peer = connect();
    peer.set_capacity(1000);
    send(peer, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    std::optional<DrainReport> report;
    if (drained) {
      loop_.spawn([](eddy::web::Server& server, std::optional<DrainReport>& out) -> Task<void> {
        out = co_await server.drain(10s);
      }(*server_, report));
    } else {
      server_->stop();
    }
    loop_.run_until_idle();
    EXPECT_FALSE(peer.closed());
    EXPECT_THAT(read(peer), EndsWith("xxx"));
    EXPECT_TRUE(peer.closed());
    EXPECT_EQ(server_->stats().connections, 0U);
    if (!drained) continue;
    ASSERT_TRUE(report);
    EXPECT_EQ(report->finished, 1U);
  }
}

TEST_F(LimitsTest, WhatHasArrivedIsAnsweredBeforeTheEnd) {
  for (const bool drains : {false, true}) {
    app_.get(drains ? "/drain" : "/stop", [&, drains] {
      if (drains) {
        loop_.spawn([](auto& srv) -> Task<void> { (void)co_await srv.drain(10s); }(*server_));
      } else {
        server_->stop();
      }
      return "stopping";
    });
    listen();
    ManualPeer first = connect(kGet);
    ManualPeer second = connect(kGet);
    ManualPeer idle = connect(kGet);
    for (ManualPeer* peer : {&first, &second, &idle}) read(*peer);
    // Both are there before the loop looks.
    first.write(drains ? "GET /drain HTTP/1.1\r\nHost: h\r\n\r\n"
                       : "GET /stop HTTP/1.1\r\nHost: h\r\n\r\n");
    second.write(kGet);
    loop_.run_until_idle();
    EXPECT_THAT(read(first), EndsWith("stopping"));
    EXPECT_THAT(read(second), EndsWith("here"));
    EXPECT_TRUE(idle.closed());
    first.close();
    second.close();
    loop_.run_until_idle();
    EXPECT_EQ(server_->stats().connections, 0U);
  }
}

TEST_F(LimitsTest, AServerMayListenAgain) {
  listen();
  server_->stop();
  server_->listen("127.0.0.1", 0);
  ManualPeer peer = connect(std::string(kGet) + kGet);
  const std::string answer = read(peer);
  EXPECT_EQ(count_of(answer, "HTTP/1.1 200"), 2U);
  EXPECT_THAT(answer, Not(HasSubstr("Connection: close")));
}

TEST_F(LimitsTest, DrainCutsWhatIsLeftWhenTheTimeIsUp) {
  listen();
  ManualPeer working = connect("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  DrainReport report;
  loop_.spawn([](auto& srv, DrainReport& out) -> Task<void> { out = co_await srv.drain(10s); }(
                                                  *server_, report));
  loop_.advance(9999ms);
  EXPECT_FALSE(working.closed());
  loop_.advance(1ms);
  EXPECT_TRUE(working.closed());
  EXPECT_EQ(report.forced, 1U);
  EXPECT_EQ(report.finished, 0U);
}

TEST_F(LimitsTest, TheServerMayGoWhileItDrains) {
  auto own = std::make_unique<eddy::web::HttpServer>(loop_, []() -> Task<std::string> {
    co_await eddy::sleep(1h);
    co_return "";
  });
  own->listen(0);
  ManualPeer peer = loop_.system().connect(own->port());
  send(peer, kGet);
  bool done = false;
  loop_.spawn([](auto& srv, bool& ended) -> Task<void> {
    (void)co_await srv.drain(10s);
    ended = true;
  }(*own, done));
  loop_.run_until_idle();
  own.reset();
  loop_.run_until_idle();
  EXPECT_TRUE(done);
  EXPECT_TRUE(peer.closed());
}

}  // namespace
