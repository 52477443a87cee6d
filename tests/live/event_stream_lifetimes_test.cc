// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How event streams end, and what may end meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/core/base/lifetime.h>
#include <eddy/core/task/event.h>
#include <eddy/core/task/sleep.h>

#include <tests/live/stream_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Application;
using eddy::web::event_stream_route;
using eddy::web::EventStream;
using eddy::web::EventStreamClosedError;
using eddy::web::EventStreamHandler;
using eddy::web::route;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> calls;

/// Says when it goes, in a frame.
struct Tells {
  explicit Tells(std::string text) : text_(std::move(text)) {}
  Tells(const Tells&) = delete;
  Tells& operator=(const Tells&) = delete;
  ~Tells() { calls.push_back(text_); }
  std::string text_;
};

Task<void> tick(EventStream& events) {
  const Tells tells("over");
  for (int i = 0;; ++i) {
    co_await events.send(std::to_string(i));
    co_await eddy::sleep(1s);
  }
}

class EventStreamEnds : public eddy_tests::EventStreamServer {
 protected:
  EventStreamEnds() {
    calls.clear();
    app_.events("/tick", tick);
  }
  void expect_nothing_left() {
    EXPECT_EQ(server_->stats().connections, 0U);
    EXPECT_EQ(server_->stats().buffered_bytes, 0U);
  }
};

TEST_F(EventStreamEnds, WithTheirClient) {
  for (const bool reset : {false, true}) {
    calls.clear();
    ManualPeer peer = open("/tick");
    loop_.advance(1s);
    reset ? peer.reset() : peer.close();
    loop_.run_until_idle();
    EXPECT_THAT(calls, ElementsAre("over")) << "the task is stopped";
    expect_nothing_left();
  }
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(EventStreamEnds, WithTheEndOfItsInputUnlessThatMeansNothing) {
  ManualPeer peer = open("/tick");
  peer.shutdown_write();
  loop_.run_until_idle();
  EXPECT_TRUE(peer.closed());
  expect_nothing_left();

  eddy::web::ServerOptions options;
  options.half_close = true;
  listen(options);
  ManualPeer half = open("/tick");
  half.shutdown_write();
  loop_.run_until_idle();
  loop_.advance(1s);
  EXPECT_EQ(read(half), "data: 1\n\n");
  half.close();
  loop_.advance(2s);
  expect_nothing_left();
}

TEST_F(EventStreamEnds, WithTheTaskOfTheirFunction) {
  add("/three", [](EventStream& events) -> Task<void> {
    for (int i = 0; i < 3; ++i) co_await events.send(std::to_string(i));
  });
  ManualPeer peer = open("/three");
  EXPECT_EQ(begun_, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
  EXPECT_TRUE(peer.closed());
  expect_nothing_left();
}

TEST_F(EventStreamEnds, BehindWhatASlowClientHasNotTaken) {
  add("/long", [](EventStream& events) -> Task<void> {
    const std::string text(50'000, 'x');
    co_await events.send(text);
  });
  listen();
  ManualPeer peer = loop_.system().connect(server_->port());
  peer.set_capacity(1000);
  send(peer, get("/long"));
  EXPECT_FALSE(peer.ended());
  EXPECT_THAT(read(peer), testing::EndsWith("xxx\n\n"));
  EXPECT_TRUE(peer.closed());
  expect_nothing_left();
}

TEST_F(EventStreamEnds, GentlyWhereTheClientHasSentMore) {
  EventStream* stream = nullptr;
  add("/", [&stream](EventStream& events) { stream = &events; });
  ManualPeer peer = open("/");
  send(peer, "what is this?");
  stream->send("a");
  stream->close();
  send(peer, "more");
  EXPECT_EQ(read(peer), "data: a\n\n");
  EXPECT_TRUE(peer.ended());
  EXPECT_FALSE(peer.closed()) << "a reset could overtake what was sent";
  EXPECT_EQ(server_->stats().connections, 1U);
  loop_.advance(2s);
  EXPECT_TRUE(peer.closed());
  expect_nothing_left();
}

TEST_F(EventStreamEnds, ForAClientThatSendsOnAndOn) {
  add("/", [](EventStream&) {});
  ManualPeer peer = open("/");
  const std::string piece(64 * 1024, 'x');
  for (int i = 0; i < 20 && !peer.closed(); ++i) send(peer, piece);
  EXPECT_TRUE(peer.closed());
  expect_nothing_left();
}

TEST_F(EventStreamEnds, WhenTheServerStops) {
  ManualPeer peer = open("/tick");
  server_->stop();
  loop_.run_until_idle();
  EXPECT_TRUE(peer.closed());
  EXPECT_THAT(calls, ElementsAre("over"));
  expect_nothing_left();
}

TEST_F(EventStreamEnds, WhenTheServerIsDrainedBehindWhatWasSent) {
  EventStream* stream = nullptr;
  add("/", [&stream](EventStream& events) { stream = &events; });
  ManualPeer peer = open("/");
  peer.set_capacity(1000);
  EXPECT_TRUE(stream->send(std::string(5000, 'x')));
  eddy::web::DrainReport report;
  bool drained = false;
  loop_.spawn([](eddy::web::Server& server, eddy::web::DrainReport& out, bool& done) -> Task<void> {
    out = co_await server.drain(10s);
    done = true;
  }(*server_, report, drained));
  loop_.run_until_idle();
  EXPECT_FALSE(drained);
  EXPECT_EQ(read(peer), "data: " + std::string(5000, 'x') + "\n\n");
  EXPECT_TRUE(peer.closed());
  EXPECT_TRUE(drained);
  EXPECT_EQ(report.forced, 0U);
}

TEST_F(EventStreamEnds, OfAServerThatIsStoppedWhileOneBegins) {
  add("/", [this](EventStream& events) -> Task<void> {
    server_->stop();
    co_await events.send("last words");
    co_await events.until_closed();
    ADD_FAILURE() << "goes on";
  });
  listen();
  ManualPeer peer = connect(get("/"));
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(peer.closed());
  expect_nothing_left();
}

TEST_F(EventStreamEnds, WithTheApplicationInTheMiddleOfATask) {
  auto app = std::make_unique<Application>(eddy::web::Settings{.check_host = false});
  struct Handler : EventStreamHandler {
    Task<void> open() {
      const Tells tells("task over");
      co_await eddy::sleep(1h);
    }
    void on_close() { calls.emplace_back("closed"); }
  };
  app->add(route<Handler>("/"));
  ManualPeer peer = loop_.system().connect(app->listen(loop_, "127.0.0.1", 0).port());
  send(peer, get("/"));
  app.reset();
  EXPECT_THAT(calls, ElementsAre("task over", "closed"));
  EXPECT_TRUE(peer.closed());
}

TEST_F(EventStreamEnds, AFunctionMayDestroyTheServer) {
  std::unique_ptr<Application> app;
  const auto make = [&](auto function) {
    app = std::make_unique<Application>(eddy::web::Settings{.check_host = false});
    app->add(event_stream_route("/", std::move(function)));
    ManualPeer peer = loop_.system().connect(app->listen(loop_, "127.0.0.1", 0).port());
    send(peer, get("/"));
    EXPECT_TRUE(peer.closed());
    EXPECT_EQ(app, nullptr);
    loop_.advance(1min);
  };
  make([&app](EventStream& events) {  // before anything is sent
    app.reset();
    events.send("a");
  });
  make([&app](EventStream& events) -> Task<void> {  // when it is open
    const Tells tells("frames over");
    app.reset();
    EXPECT_FALSE(events.send("a"));
    EXPECT_TRUE(events.closed());
    co_await eddy::sleep(1s);
    ADD_FAILURE() << "goes on";
  });
  EXPECT_THAT(calls, ElementsAre("frames over"));
}

TEST_F(EventStreamEnds, AHookMayCloseTheStream) {
  struct Closes : EventStreamHandler {
    void open() {
      send_event("a");
      close();
      EXPECT_FALSE(send_event("b"));
    }
    void on_close() { calls.emplace_back("closed"); }
  };
  app_.add(route<Closes>("/class"));
  ManualPeer peer = open("/class");
  EXPECT_EQ(begun_, "data: a\n\n");
  EXPECT_TRUE(peer.closed());
  EXPECT_THAT(calls, ElementsAre("closed"));
  add("/function", [](EventStream& events) {
    events.send("a");
    events.close();
    EXPECT_FALSE(events.send("b"));
  });
  peer = open("/function");
  EXPECT_EQ(begun_, "data: a\n\n");
  EXPECT_TRUE(peer.closed());
  expect_nothing_left();
}

TEST_F(EventStreamEnds, WhoSendsFromElsewhereIsToldThatItIsClosed) {
  EventStream* stream = nullptr;
  add("/", [&stream](EventStream& events) -> Task<void> {
    stream = &events;
    co_await events.until_closed();
  });
  ManualPeer peer = open("/");
  peer.set_capacity(1000);
  std::string seen;
  loop_.spawn([](EventStream& events, std::string& out) -> Task<void> {
    try {
      const std::string text(400'000, 'x');
      for (;;) co_await events.send(text);
    } catch (const EventStreamClosedError& error) {
      out = error.what();
    }
  }(*stream, seen));
  loop_.run_until_idle();
  EXPECT_EQ(seen, "");
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(seen, "the event stream is closed");
  expect_nothing_left();
}

TEST_F(EventStreamEnds, WithTheOwnerOfTheirRoute) {
  auto owner = eddy::make_owner<std::string>("owner");
  app_.add(event_stream_route("/owned",
                              [](EventStream& events) -> Task<void> {
                                const Tells tells("over");
                                co_await events.send("a");
                                co_await events.until_closed();
                              },
                              {.owner = eddy::lifetime_of(owner)}));
  ManualPeer peer = open("/owned");
  owner.reset();
  EXPECT_THAT(calls, ElementsAre("over")) << "within the call";
  loop_.run_until_idle();
  EXPECT_TRUE(peer.closed());
  ManualPeer late = connect(get("/owned"));
  EXPECT_THAT(read(late), StartsWith("HTTP/1.1 503 "));
}

TEST_F(EventStreamEnds, OwnerOfAHandlerIsNotCalledAfterItsEnd) {
  struct Owned : EventStreamHandler {
    void open() {}
    void on_close() { calls.emplace_back("closed"); }
  };
  auto owner = eddy::make_owner<std::string>("owner");
  app_.add(route<Owned>("/", {.owner = eddy::lifetime_of(owner)}));
  ManualPeer peer = open("/");
  owner.reset();
  loop_.run_until_idle();
  EXPECT_TRUE(peer.closed());
  EXPECT_THAT(calls, IsEmpty());
  expect_nothing_left();
}

TEST_F(EventStreamEnds, WhatAHookThrowsIsLoggedAndEndsIt) {
  struct Throws : EventStreamHandler {
    void open() {
      send_event("a");
      throw std::runtime_error("no good");
    }
    void on_close() { throw std::runtime_error("no better"); }
  };
  app_.add(route<Throws>("/"));
  ManualPeer peer = open("/");
  EXPECT_EQ(begun_, "data: a\n\n");
  EXPECT_TRUE(peer.closed());
  EXPECT_THAT(logged_,
              ElementsAre(HasSubstr("open(): no good"), HasSubstr("on_close(): no better")));
  expect_nothing_left();
}

TEST(EventStreamLoops, MayBeDestroyedBeforeTheServer) {
  calls.clear();
  eddy::web::Application app(eddy::web::Settings{.check_host = false});
  app.events("/tick", tick);
  {
    eddy::testing::ManualLoop loop;
    ManualPeer peer = loop.system().connect(app.listen(loop, "127.0.0.1", 0).port());
    peer.write("GET /tick HTTP/1.1\r\nHost: a\r\n\r\n");
    loop.run_until_idle();
  }
  EXPECT_THAT(calls, ElementsAre("over"));
}

}  // namespace
