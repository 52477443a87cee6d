// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/task/event.h>
#include <eddy/core/task/sleep.h>
#include <eddy/web/http/http_error.h>

#include <tests/live/stream_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::EventStream;
using eddy::web::EventStreamClosedError;
using eddy::web::EventStreamHandler;
using eddy::web::EventStreamOptions;
using eddy::web::HttpError;
using eddy::web::route;
using eddy::web::route_path;
using eddy::web::SlowConsumer;
using eddy_tests::EventSource;
using eddy_tests::SeenEvent;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> calls;

class EventStreams : public eddy_tests::EventStreamServer {
 protected:
  EventStreams() { calls.clear(); }
};

// ---- The answer ---------------------------------------------------------------------------------

TEST_F(EventStreams, BeginByAHeadThatNobodyStoresOrBuffers) {
  app_.events("/count", [](EventStream& events) -> Task<void> {
    for (int i = 1;; ++i) {
      co_await events.send({std::to_string(i), "", std::to_string(i)});
      co_await eddy::sleep(1s);
    }
  });
  eddy::web::ServerOptions options;
  options.compression.enabled = true;
  listen(options);
  ManualPeer peer = open("/count", "Accept-Encoding: gzip, br\r\n");
  EXPECT_THAT(head_, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(head_, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(head_, HasSubstr("\r\nX-Accel-Buffering: no\r\n"));
  EXPECT_THAT(head_, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(head_, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(head_, Not(HasSubstr("Content-Encoding")));
  EXPECT_THAT(head_, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_EQ(begun_, "id: 1\ndata: 1\n\n");
  loop_.advance(1s);
  EXPECT_EQ(read(peer), "id: 2\ndata: 2\n\n");
  EXPECT_THAT(accesses_, ElementsAre(HasSubstr("200 GET /count")));
}

TEST_F(EventStreams, TellWhatTheClientHasGotBefore) {
  app_.events("/", [](EventStream& events) {
    events.send("after <" + std::string(events.last_event_id()) + ">");
  });
  (void)open("/");
  EXPECT_EQ(begun_, "data: after <>\n\n");
  (void)open("/", "Last-Event-ID: 17 \xC3\xA4\r\n");
  EXPECT_EQ(begun_, "data: after <17 \xC3\xA4>\n\n");
}

TEST_F(EventStreams, TellHowLongToWaitBeforeAllElse) {
  add("/", [](EventStream& events) { events.send("a"); }, {.retry = 2500ms});
  (void)open("/");
  EXPECT_EQ(begun_, "retry: 2500\n\ndata: a\n\n");
  EXPECT_THROW(add("/wrong", [](EventStream&) {}, {.retry = -1ms}), std::invalid_argument);
}

TEST_F(EventStreams, WantAGet) {
  add("/", [](EventStream&) { ADD_FAILURE() << "called"; });
  listen();
  for (const char* const method : {"HEAD", "POST", "DELETE"}) {
    ManualPeer peer =
        connect(std::string(method) + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(read(peer), AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: GET")));
  }
}

TEST_F(EventStreams, StopAClientFromComingAgain) {
  add("/bool", [](EventStream&) { return false; });
  add("/task", [](EventStream&) -> std::optional<Task<void>> { return std::nullopt; });
  listen();
  for (const char* const path : {"/bool", "/task"}) {
    ManualPeer peer = connect(get(path));
    const std::string answer = read(peer);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 No Content\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("event-stream")));
    EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
    EXPECT_FALSE(peer.ended()) << "for other requests";
    send(peer, get(path));
    EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 204 "));
  }
}

TEST_F(EventStreams, AreRefusedByWhatAFunctionThrows) {
  app_.events("/{name}", [](EventStream& events, const std::string& name) {
    if (name != "a") throw HttpError(404);
    events.send("b");
    return [](EventStream& stream) -> Task<void> {
      co_await stream.send("c");
      throw std::runtime_error("too late");
    }(events);
  });
  listen();
  ManualPeer peer = connect(get("/b"));
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 404 "));
  EXPECT_FALSE(peer.ended());
  peer = open("/a");
  EXPECT_EQ(begun_, "data: b\n\ndata: c\n\n");
  EXPECT_TRUE(peer.ended());
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("too late")));
}

TEST_F(EventStreams, ComeInHttp10AsWell) {
  add("/", [](EventStream& events) -> Task<void> { co_await events.send("a"); });
  listen();
  ManualPeer peer = connect("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  const std::string answer = read(peer);
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\ndata: a\n\n")));
  EXPECT_TRUE(peer.closed());
}

TEST_F(EventStreams, HaveNoEntityTag) {
  app_.set_settings({.etags = true, .check_host = false});
  struct Tagged : EventStreamHandler {
    void open() { send_event("a"); }
  };
  app_.add(route<Tagged>("/"));
  ManualPeer peer = open("/", "If-None-Match: *\r\n");
  EXPECT_THAT(head_, Not(HasSubstr("ETag")));
  EXPECT_EQ(begun_, "data: a\n\n");
}

// ---- Keep-alive ---------------------------------------------------------------------------------

TEST_F(EventStreams, AreKeptAliveByCommentsWhereNothingElseIsSent) {
  EventStream* stream = nullptr;
  add("/", [&stream](EventStream& events) { stream = &events; });
  ManualPeer peer = open("/");
  loop_.advance(15s - 1ns);
  EXPECT_EQ(read(peer), "");
  loop_.advance(1ns);
  EXPECT_EQ(read(peer), ":\n\n");
  loop_.advance(10s);
  EXPECT_TRUE(stream->send("a"));
  EXPECT_EQ(read(peer), "data: a\n\n");
  loop_.advance(15s - 1ns);
  EXPECT_EQ(read(peer), "");
  loop_.advance(1ns);
  EXPECT_EQ(read(peer), ":\n\n");
  EventSource source;
  source.feed(":\n\n:\n\ndata: a\n\n");
  EXPECT_THAT(source.events(), ElementsAre(SeenEvent{"message", "a", ""}));
}

TEST_F(EventStreams, NeedNoTimerWithoutKeepAlive) {
  add("/", [](EventStream&) {}, {.keep_alive = {}});
  ManualPeer peer = open("/");
  loop_.advance(24h);
  EXPECT_EQ(read(peer), "");
  EXPECT_EQ(server_->stats().connections, 1U);
}

// ---- Slow clients -------------------------------------------------------------------------------

TEST_F(EventStreams, AwaitASlowClient) {
  int sent = 0;
  add("/",
      [&sent](EventStream& events) -> Task<void> {
        for (;; ++sent) co_await events.send(std::string(1000, 'x'));
      },
      {.send_bytes = 8000});
  listen();
  ManualPeer peer = loop_.system().connect(server_->port());
  peer.set_capacity(4000);
  send(peer, get("/"));
  const int first = sent;
  EXPECT_GE(first, 4);
  EXPECT_LE(first, 8);
  loop_.advance(1s);
  EXPECT_EQ(sent, first);
  (void)peer.read();
  loop_.run_until_idle();
  EXPECT_GT(sent, first);
}

TEST_F(EventStreams, CutAClientThatIsTooFarBehind) {
  std::vector<bool> taken;
  EventStream* stream = nullptr;
  add("/", [&stream](EventStream& events) { stream = &events; }, {.send_bytes = 3000});
  listen();
  ManualPeer peer = loop_.system().connect(server_->port());
  peer.set_capacity(1000);
  send(peer, get("/"));
  for (int i = 0; i < 6; ++i) taken.push_back(bool(stream->send(std::string(1000, 'x'))));
  EXPECT_EQ(taken, (std::vector{true, true, true, true, false, false}));
  EXPECT_TRUE(stream->closed());
  loop_.run_until_idle();
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
}

TEST_F(EventStreams, DropWholeEventsOfAClientThatIsBehind) {
  for (const SlowConsumer policy : {SlowConsumer::drop_oldest, SlowConsumer::coalesce}) {
    EventStream* stream = nullptr;
    const std::string path = policy == SlowConsumer::coalesce ? "/coalesce" : "/drop";
    add(path, [&stream](EventStream& events) { stream = &events; },
        {.send_bytes = 4000, .slow_consumer = policy});
    if (server_ == nullptr) listen();
    ManualPeer peer = loop_.system().connect(server_->port());
    peer.set_capacity(1000);
    send(peer, get(path));
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(stream->send({std::string(900, 'x'), "", std::to_string(i)}));
    }
    EventSource source;
    const std::string all = read(peer);
    source.feed(all.substr(all.find("\r\n\r\n") + 4));
    EXPECT_FALSE(source.within_event()) << "cut";
    std::vector<std::string> ids;
    for (const SeenEvent& event : source.events()) ids.push_back(event.last_event_id);
    if (policy == SlowConsumer::coalesce) {
      EXPECT_THAT(ids, ElementsAre("0", "19"));
    } else {
      EXPECT_THAT(ids, ElementsAre("0", "17", "18", "19"));
    }
    EXPECT_FALSE(stream->closed());
  }
}

TEST_F(EventStreams, CutAClientThatTakesNothingAtAll) {
  EventStream* stream = nullptr;
  add("/", [&stream](EventStream& events) { stream = &events; },
      {.slow_consumer = SlowConsumer::coalesce});
  listen();
  ManualPeer peer = loop_.system().connect(server_->port());
  peer.set_capacity(1000);
  send(peer, get("/"));
  EXPECT_TRUE(stream->send(std::string(3000, 'x')));
  loop_.run_until_idle();
  loop_.advance(20s);
  EXPECT_GT(peer.read(10).size(), 0U);  // it takes a little, and has time again
  loop_.run_until_idle();
  loop_.advance(30s - 1ns);
  EXPECT_FALSE(peer.closed());
  loop_.advance(1ns);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(server_->stats().timeouts, 1U);
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(EventStreams, OfAServerThatHoldsTooMuchAreCut) {
  EventStream* stream = nullptr;
  add("/", [&stream](EventStream& events) { stream = &events; });
  eddy::web::ServerOptions options;
  options.buffered_bytes = 10'000;
  listen(options);
  ManualPeer peer = loop_.system().connect(server_->port());
  peer.set_capacity(1000);
  send(peer, get("/"));
  EXPECT_TRUE(stream->send(std::string(20'000, 'x')));
  loop_.run_until_idle();
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(server_->stats().shed, 1U);
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
}

TEST_F(EventStreams, DoNotHoldTheHostByEventsThatNeverWait) {
  add("/", [](EventStream& events) -> Task<void> {
    for (int i = 0; i < 5000; ++i) co_await events.send("x");
  });
  listen();
  ManualPeer peer = loop_.system().connect(server_->port());
  peer.set_capacity(1 << 20);
  peer.write(get("/"));
  loop_.system().set_tick(1us);
  std::size_t most = 0;  // in one turn, of a millisecond
  for (std::size_t before = 0; !peer.ended(); before = peer.unread().size()) {
    loop_.run_turns(1);
    most = std::max(most, peer.unread().size() - before);
  }
  constexpr std::size_t kEventBytes = 9;
  EXPECT_GT(peer.unread().size(), 5000 * kEventBytes);
  EXPECT_LT(most, 1100 * kEventBytes);
}

// ---- Handlers -----------------------------------------------------------------------------------

struct News : EventStreamHandler {
  void prepare() {
    set_header("X-Made-By", "news");
    if (path_arg("topic") == "none") return send_error(403);
    if (path_arg("topic") == "over") {
      set_status(204);
      finish();
    }
  }
  void open(std::string_view topic) {
    calls.push_back("open " + std::string(topic) + " after " + std::string(last_event_id()));
    send_event({"about " + std::string(topic), "news"});
  }
  void on_close() { calls.emplace_back(events().closed() ? "close" : "close early"); }
  void on_finish() override { calls.push_back("finish " + std::string(request().path())); }
};

TEST_F(EventStreams, HaveHandlers) {
  app_.add(route_path<News>("/news/{topic}"));
  ManualPeer peer = open("/news/c", "Last-Event-ID: 3\r\n");
  EXPECT_THAT(head_, HasSubstr("\r\nX-Made-By: news\r\n"));
  EXPECT_THAT(head_, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_EQ(begun_, "event: news\ndata: about c\n\n");
  EXPECT_THAT(calls, ElementsAre("open c after 3", "finish /news/c"));
  calls.clear();
  peer.close();
  loop_.run_until_idle();
  EXPECT_THAT(calls, ElementsAre("close"));
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(EventStreams, HandlersRefuseByWhatTheyLike) {
  app_.add(route_path<News>("/news/{topic}"));
  listen();
  ManualPeer peer = connect(get("/news/none"));
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 403 "));
  send(peer, get("/news/over"));
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 204 "));
  send(peer, "HEAD /news/c HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(read(peer), AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: GET, OPTIONS")));
  EXPECT_THAT(calls, ElementsAre("finish /news/none", "finish /news/over", "finish /news/c"));
}

struct Waits : EventStreamHandler {
  Task<void> prepare() {
    co_await eddy::sleep(1s);
    if (request().header("X-Refuse") == "yes") send_error(401);
  }
  Task<void> open() {
    calls.push_back("open " + std::string(request().path()));
    co_await eddy::sleep(1s);
    co_await send_event("a");
    calls.emplace_back("opened");
  }
  Task<void> on_close() {
    calls.emplace_back("closing");
    co_await eddy::sleep(1s);
    calls.emplace_back("closed");
  }
};

TEST_F(EventStreams, HandlersMayWait) {
  app_.add(route<Waits>("/"));
  listen();
  ManualPeer refused = connect(get("/", "X-Refuse: yes\r\n"));
  loop_.advance(1s);
  EXPECT_THAT(read(refused), StartsWith("HTTP/1.1 401 "));
  refused.close();
  ManualPeer peer = connect(get("/"));
  EXPECT_EQ(read(peer), "");
  loop_.advance(1s);
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 200 "));
  loop_.advance(1s);
  EXPECT_EQ(read(peer), "data: a\n\n");
  EXPECT_THAT(calls, ElementsAre("open /", "opened"));
  loop_.advance(5s);
  EXPECT_FALSE(peer.ended()) << "it is open until somebody closes it";
  peer.close();
  loop_.run_until_idle();
  EXPECT_THAT(calls, ElementsAre("open /", "opened", "closing"));
  loop_.advance(1s);
  EXPECT_THAT(calls, ElementsAre("open /", "opened", "closing", "closed"));
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(EventStreams, AHandlersOpenIsStoppedWhenItsClientGoes) {
  app_.add(route<Waits>("/"));
  listen();
  ManualPeer peer = connect(get("/"));
  loop_.advance(1s);
  peer.close();
  loop_.run_until_idle();
  EXPECT_THAT(calls, ElementsAre("open /", "closing"));
  loop_.advance(1s);
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(EventStreams, AHandlerCantSendBeforeOpen) {
  struct Early : EventStreamHandler {
    void prepare() { send_event("a"); }
    void open() {}
  };
  app_.add(route<Early>("/"));
  listen();
  ManualPeer peer = connect(get("/"));
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("before open()")));
}

}  // namespace
