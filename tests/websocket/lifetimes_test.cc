// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who outlives whom, and who waits for whom, where a WebSocket ends in the middle of something.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/lifetime.h>
#include <eddy/core/task/sleep.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/websocket/websocket_handler.h>
#include <eddy/web/websocket/websocket_route.h>

#include <tests/websocket/socket_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Application;
using eddy::web::CloseCode;
using eddy::web::DeflateOptions;
using eddy::web::HttpError;
using eddy::web::route;
using eddy::web::Settings;
using eddy::web::SlowConsumer;
using eddy::web::WebSocket;
using eddy::web::websocket_route;
using eddy::web::WebSocketClosedError;
using eddy::web::WebSocketHandler;
using eddy::web::WebSocketOptions;
using eddy_tests::client_frame;
using eddy_tests::close_payload;
using eddy_tests::handshake;
using eddy_tests::kClose;
using eddy_tests::kPing;
using eddy_tests::kPong;
using eddy_tests::kText;
using eddy_tests::server_frame;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> calls;

class SocketLifetimes : public eddy_tests::WebSocketServer {
 protected:
  SocketLifetimes() { calls.clear(); }

  /// A peer with little room, so that what is sent waits here.
  ManualPeer open_slowly(std::size_t capacity) {
    listen();
    ManualPeer peer = connect();
    peer.set_capacity(capacity);
    send(peer, handshake("/"));
    return peer;
  }
};

// ---- Handshakes that come to nothing ------------------------------------------------------------

struct Silent : WebSocketHandler {
  void open() { calls.emplace_back("open"); }
  void on_message(std::string_view /*text*/) {}
  void on_close() { calls.emplace_back("close"); }
};

struct ThrowsEarly : Silent {
  std::optional<std::string> select_subprotocol(
      const std::vector<std::string_view>& /*offered*/) override {
    throw HttpError(403);
  }
};
struct DeflatesTooMuch : Silent {
  std::optional<DeflateOptions> get_compression_options() override {
    return DeflateOptions{.level = 10};
  }
};

TEST_F(SocketLifetimes, AHookThatThrowsBeforeTheHandshakeIsAnErrorPage) {
  app_.add(route<ThrowsEarly>("/early")).add(route<DeflatesTooMuch>("/deflate"));
  listen();
  ManualPeer early = connect(handshake("/early"));
  EXPECT_THAT(read(early), StartsWith("HTTP/1.1 403 "));
  ManualPeer deflate = connect(handshake("/deflate"));
  EXPECT_THAT(read(deflate), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(calls, IsEmpty());
}

struct SpoilsTheHead : Silent {
  void prepare() { set_header("Transfer-Encoding", "chunked"); }
};
struct FlushesFirst : Silent {
  Task<void> prepare() {
    write("x");
    co_await flush();
  }
};

TEST_F(SocketLifetimes, BehindAnythingButA101ThereAreNoFrames) {
  app_.add(route<SpoilsTheHead>("/spoilt")).add(route<FlushesFirst>("/flushed"));
  app_.add(route<Silent>("/head"));
  listen();
  ManualPeer spoilt = connect(handshake("/spoilt"));
  EXPECT_THAT(read(spoilt), StartsWith("HTTP/1.1 500 "));
  ManualPeer flushed = connect(handshake("/flushed"));
  EXPECT_THAT(read(flushed), StartsWith("HTTP/1.1 200 "));
  ManualPeer head = connect(handshake("/head", {}, "HEAD"));
  EXPECT_THAT(read(head), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(calls, IsEmpty());
}

// ---- Who outlives whom --------------------------------------------------------------------------

struct Room {
  std::set<void*> members;
  ~Room() { calls.emplace_back("room gone"); }
};
struct Member : WebSocketHandler {
  void initialize(Room* room) { room_ = room; }
  ~Member() override {
    calls.emplace_back("member gone");
    if (room_ != nullptr) room_->members.erase(this);
  }
  void open() { room_->members.insert(this); }
  void on_message(std::string_view /*text*/) {}
  Room* room_ = nullptr;
};

TEST_F(SocketLifetimes, AnOwnerThatIsHeldOutlivesTheHandler) {
  auto room = std::make_shared<Room>();
  app_.add(route<Member>("/", {.owner = eddy::Lifetime::of(room)}, room.get()));
  ManualPeer peer = open("/");
  room.reset();
  EXPECT_THAT(calls, IsEmpty());
  peer.close();
  loop_.run_until_idle();
  EXPECT_THAT(calls, ElementsAre("member gone", "room gone"));
}

struct AsksInItsDestructor : WebSocketHandler {
  ~AsksInItsDestructor() override {
    try {
      const bool sent{write_message("x")};
      calls.push_back((sent ? "sent, " : "not sent, ") + std::string(close_reason()));
    } catch (const std::logic_error&) {  // it has not been opened
    }
  }
  void on_message(std::string_view /*text*/) {}
};

TEST_F(SocketLifetimes, TheSocketOutlivesTheHandler) {
  app_.add(route<AsksInItsDestructor>("/"));
  ManualPeer peer = open("/");
  send(peer, client_frame(kClose, close_payload(4000, std::string(100, 'r'))));
  peer.close();
  loop_.run_until_idle();
  EXPECT_THAT(calls, ElementsAre("not sent, " + std::string(100, 'r')));
}

TEST_F(SocketLifetimes, AnOwnerThatDiesBeforeOpenHasNothingCalled) {
  auto owner = std::make_unique<eddy::LifetimeSource>();
  app_.set_settings(
      {.check_host = false, .log_function = [&](const auto& /*request*/) { owner.reset(); }});
  app_.add(route<Silent>("/", {.owner = owner->lifetime()}));
  listen({.access_log = true});
  ManualPeer peer = connect(handshake("/"));
  EXPECT_FALSE(owner);
  EXPECT_THAT(calls, IsEmpty());
}

struct FinishesAll : Silent {
  void initialize(std::unique_ptr<Application>* app) { app_ = app; }
  void on_finish() override {
    app_->reset();
    calls.emplace_back("finish");
  }
  std::unique_ptr<Application>* app_ = nullptr;
};

TEST_F(SocketLifetimes, OnCloseComesWhereOnFinishDestroysTheApplication) {
  auto app = std::make_unique<Application>(Settings{.check_host = false});
  app->add(route<FinishesAll>("/", {}, &app));
  ManualPeer peer = loop_.system().connect(app->listen(loop_, "127.0.0.1", 0).port());
  send(peer, handshake("/"));
  EXPECT_THAT(calls, ElementsAre("open", "finish", "close"));
}

struct Saves : WebSocketHandler {
  static constexpr bool cancel_on_disconnect = true;  // NOLINT(readability-identifier-naming)
  void on_message(std::string_view /*text*/) {}
  Task<void> on_close() {
    calls.emplace_back("saving");
    try {
      co_await eddy::sleep(1s);
      calls.emplace_back("saved");
    } catch (const eddy::Cancelled&) {
      calls.emplace_back("cancelled");
      throw;
    }
  }
};

TEST_F(SocketLifetimes, OnCloseIsNotStoppedByTheEndOfTheConnection) {
  app_.add(route<Saves>("/"));
  ManualPeer peer = open("/");
  send(peer, client_frame(kClose, close_payload(1000)));
  peer.close();
  loop_.run_until_idle();
  loop_.advance(2s);
  EXPECT_THAT(calls, ElementsAre("saving", "saved"));
}

TEST_F(SocketLifetimes, OnCloseRunsUntilItWaitsWhenTheServerGoes) {
  {
    Application app(Settings{.check_host = false}, {route<Saves>("/")});
    ManualPeer peer = loop_.system().connect(app.listen(loop_, "127.0.0.1", 0).port());
    send(peer, handshake("/"));
  }
  EXPECT_THAT(calls, ElementsAre("saving"));
}

Task<void> receive_all(WebSocket& socket) {
  while (auto message = co_await socket.receive()) {
  }
  calls.emplace_back("reader ends");
}

TEST_F(SocketLifetimes, WhoReceivesInAnotherTaskIsToldThatTheServerHasGone) {
  {
    Application app(Settings{.check_host = false});
    app.websocket("/", [this](WebSocket& socket) -> Task<void> {
      loop_.spawn(receive_all(socket));
      for (;;) co_await eddy::sleep(1h);
    });
    ManualPeer peer = loop_.system().connect(app.listen(loop_, "127.0.0.1", 0).port());
    send(peer, handshake("/"));
  }
  loop_.run_until_idle();
  EXPECT_THAT(calls, ElementsAre("reader ends"));
}

TEST_F(SocketLifetimes, OneReceivesAtATime) {
  app_.websocket("/", [this](WebSocket& socket) -> Task<void> {
    loop_.spawn(receive_all(socket));
    co_await eddy::sleep(1s);
    try {
      (void)co_await socket.receive();
    } catch (const std::logic_error&) {
      calls.emplace_back("refused");
    }
  });
  ManualPeer peer = open("/");
  loop_.advance(1s);
  // The WebSocket ends with its function, and who waits for a message is told at once.
  EXPECT_THAT(calls, ElementsAre("refused", "reader ends"));
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().connections, 0U);
}

// ---- Views --------------------------------------------------------------------------------------

struct WaitsWithPongs : WebSocketHandler {
  void on_message(std::string_view /*text*/) {}
  Task<void> on_pong(std::string_view data) {
    co_await eddy::sleep(1s);
    calls.emplace_back(data);
  }
};

TEST_F(SocketLifetimes, WhatATaskIsGivenStaysAsLongAsIt) {
  app_.add(route<WaitsWithPongs>("/"));
  ManualPeer peer = open("/");
  ManualPeer other = open("/");
  send(peer, client_frame(kPong, "0123456789"));
  send(other, client_frame(kText, "somebody's secret"));
  loop_.advance(1s);
  EXPECT_THAT(calls, ElementsAre("0123456789"));
}

struct WaitsWithBytes : WebSocketHandler {
  void on_message(std::string_view /*text*/) {}
  Task<void> on_binary(std::span<const std::byte> /*bytes*/) { co_return; }
};

TEST_F(SocketLifetimes, AMessageIsNotKeptOnceItsHookHasEnded) {
  app_.add(route<WaitsWithBytes>("/"));
  ManualPeer peer = open("/");
  send(peer, client_frame(kText, std::string(1'000'000, 'x')));
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
}

// ---- Nested loops -------------------------------------------------------------------------------

struct OpensADialog : WebSocketHandler {
  void initialize(eddy::Loop* loop, bool closes, ManualPeer* peer) {
    loop_ = loop;
    closes_ = closes;
    peer_ = peer;
  }
  void on_message(std::string_view text) {
    if (text != "go") return;
    write_message("working");
    if (closes_) close(CloseCode(4000));
    peer_->write(client_frame(kPing, "p"));
    loop_->run_until([]() -> Task<void> { co_await eddy::sleep(1s); }());
    calls.push_back(std::string(text) + ", " + peer_->read());
  }
  eddy::Loop* loop_ = nullptr;
  bool closes_ = false;
  ManualPeer* peer_ = nullptr;
};

TEST_F(SocketLifetimes, WhatAHookHasWrittenGoesOutWhileItRunsTheLoop) {
  ManualPeer peer;
  app_.add(route<OpensADialog>("/", {}, static_cast<eddy::Loop*>(&loop_), false, &peer));
  peer = open("/");
  send(peer, client_frame(kText, "go") + client_frame(kText, "b"));
  EXPECT_THAT(calls, ElementsAre("go, " + server_frame(kText, "working")));
  EXPECT_EQ(read(peer), server_frame(kPong, "p"));
}

TEST_F(SocketLifetimes, AHookThatHasClosedMayRunTheLoop) {
  ManualPeer peer;
  app_.add(route<OpensADialog>("/", {}, static_cast<eddy::Loop*>(&loop_), true, &peer));
  listen();
  peer = loop_.system().connect(server_->port());
  peer.write(handshake("/") + client_frame(kText, "go") + client_frame(kText, "b"));
  loop_.run_until_idle();
  EXPECT_THAT(calls, ElementsAre(testing::AllOf(
                         StartsWith("go, HTTP/1.1 101"),
                         testing::EndsWith(server_frame(kText, "working") +
                                           server_frame(kClose, close_payload(4000))))));
}

// ---- Time ---------------------------------------------------------------------------------------

struct SlowAndPinged : WebSocketHandler {
  WebSocketOptions websocket_options() override {
    return {.ping_interval = 10s, .ping_timeout = 4s};
  }
  Task<void> on_message(std::string_view /*text*/) { co_await eddy::sleep(20s); }
};

TEST_F(SocketLifetimes, APongIsNotAwaitedWhileNothingIsRead) {
  app_.add(route<SlowAndPinged>("/"));
  ManualPeer peer = open("/");
  send(peer, client_frame(kText, "a"));
  loop_.advance(19s);  // throws where the loop spins
  EXPECT_EQ(server_->stats().connections, 1U);
  EXPECT_EQ(read(peer), server_frame(kPing, ""));
  // It is from then on that it is.
  loop_.advance(1s);
  EXPECT_EQ(server_->stats().connections, 1U);
  loop_.advance(4s);
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(SocketLifetimes, APeerWhoseMessagesNobodyTakesDoesNotSpin) {
  app_.add(websocket_route("/",
                           [](WebSocket& /*socket*/) -> Task<void> {
                             for (;;) co_await eddy::sleep(1h);
                           },
                           {}, {.ping_interval = 10s, .ping_timeout = 4s}));
  ManualPeer peer = open("/");
  for (int i = 0; i < 70; ++i) send(peer, client_frame(kText, "a"));
  loop_.advance(60s);
  EXPECT_EQ(server_->stats().connections, 1U);
}

TEST_F(SocketLifetimes, APeerThatReadsIsNotGivenUpForAPingThatWaits) {
  app_.add(websocket_route("/",
                           [](WebSocket& socket) -> Task<void> {
                             for (;;) co_await socket.send(std::string(20'000, 'x'));
                           },
                           {}, {.ping_interval = 10s, .ping_timeout = 4s}));
  ManualPeer peer = open_slowly(20'000);
  for (int i = 0; i < 60; ++i) {
    (void)peer.read(10'000);
    loop_.run_until_idle();
    loop_.advance(1s);
  }
  EXPECT_FALSE(peer.closed());
}

TEST_F(SocketLifetimes, APeerThatReadsGetsAllThatWasSentBeforeTheClose) {
  app_.websocket("/", [](WebSocket& socket) -> Task<void> {
    co_await socket.send(std::string(200'000, 'x'));
  });
  ManualPeer peer = open_slowly(20'000);
  std::string all;
  for (int i = 0; i < 30; ++i) {
    all += peer.read(20'000);
    loop_.advance(1s);
  }
  EXPECT_THAT(all.substr(all.size() - 10),
              testing::EndsWith("x" + server_frame(kClose, close_payload(1000))));
}

TEST_F(SocketLifetimes, ACloseTimeoutOfZeroOrOfAllTimeIsNone) {
  const auto slowly = [](WebSocket& socket) -> Task<void> {
    while (auto message = co_await socket.receive()) {
      co_await eddy::sleep(1s);
      co_await socket.send(*message);
    }
  };
  app_.add(websocket_route("/zero", slowly, {}, {.close_timeout = {}}));
  app_.add(websocket_route("/all", slowly, {}, {.close_timeout = eddy::Duration::max()}));
  for (const char* const path : {"/zero", "/all"}) {
    ManualPeer peer = open(path);
    send(peer, client_frame(kText, "a") + client_frame(kText, "b") +
                   client_frame(kClose, close_payload(1000)));
    loop_.advance(5s);
    EXPECT_EQ(read(peer), server_frame(kText, "a") + server_frame(kText, "b") +
                              server_frame(kClose, close_payload(1000)));
  }
}

TEST_F(SocketLifetimes, AnOwnerMayDieWhileTheEndWaits) {
  auto owner = std::make_unique<eddy::LifetimeSource>();
  app_.add(websocket_route("/",
                           [](WebSocket& socket) -> Task<void> {
                             while (auto message = co_await socket.receive())
                               co_await eddy::sleep(1s);
                           },
                           {.owner = owner->lifetime()}, {.close_timeout = {}}));
  ManualPeer peer = open("/");
  send(peer, client_frame(kText, "a") + client_frame(kClose, close_payload(4001)));
  owner.reset();
  loop_.run_until_idle();
  EXPECT_EQ(read(peer), server_frame(kClose, close_payload(4001)));
  EXPECT_TRUE(peer.ended());
}

TEST_F(SocketLifetimes, APeersCloseThatWaitsIsTheAnswerWhoeverCloses) {
  app_.websocket("/", [](WebSocket& socket) -> Task<void> {
    while (auto message = co_await socket.receive()) {
      co_await eddy::sleep(1s);
      if (message->data == "close") socket.close();
    }
  });
  for (const char* const text : {"close", "server"}) {
    ManualPeer peer = open("/");
    send(peer, client_frame(kText, text) + client_frame(kClose, close_payload(4001)));
    EXPECT_EQ(read(peer), "");
    if (std::string_view(text) == "server") server_->stop();
    loop_.advance(1s);
    EXPECT_EQ(read(peer), server_frame(kClose, close_payload(4001)));
    EXPECT_TRUE(peer.ended());
  }
}

// ---- Bounds -------------------------------------------------------------------------------------

TEST_F(SocketLifetimes, WhoAwaitsEachMessageIsNeverRefused) {
  int sent = 0;
  app_.websocket("/", [&sent](WebSocket& socket) -> Task<void> {
    for (; sent < 3; ++sent) co_await socket.send(std::string(900'000, 'x'));
    (void)socket.send("behind a little that waits");
    co_await socket.ping("p");
  });
  ManualPeer peer = open_slowly(1000);
  EXPECT_THAT(read(peer), testing::EndsWith(server_frame(kPing, "p") +
                                            server_frame(kClose, close_payload(1000))));
  EXPECT_EQ(sent, 3);
}

struct Pushed : WebSocketHandler {
  void initialize(const WebSocketOptions& options) { options_ = options; }
  WebSocketOptions websocket_options() override { return options_; }
  void open() { last = this; }
  void on_message(std::string_view /*text*/) {}
  WebSocketOptions options_;
  static inline Pushed* last = nullptr;
};

TEST_F(SocketLifetimes, WhatIsPushedIsCounted) {
  listen({.buffered_bytes = 100'000});
  app_.add(route<Pushed>("/", {}, WebSocketOptions{}));
  ManualPeer peer = open("/");
  peer.set_capacity(1000);
  for (int i = 0; i < 90 && !Pushed::last->socket().closed(); ++i) {
    (void)Pushed::last->write_message(std::string(10'000, 'x'));
    loop_.run_until_idle();
  }
  EXPECT_EQ(server_->stats().shed, 1U);
  EXPECT_LT(server_->stats().buffered_bytes, 120'000U);
}

TEST_F(SocketLifetimes, WhatIsDroppedTakesNoMemory) {
  app_.add(route<Pushed>("/", {}, WebSocketOptions{.slow_consumer = SlowConsumer::coalesce}));
  ManualPeer peer = open("/");
  peer.set_capacity(100);
  const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  for (int i = 0; i < 200'000; ++i) {
    (void)Pushed::last->write_message("the state of something, some 50 bytes of it, here");
  }
  EXPECT_LT(mallinfo2().uordblks + mallinfo2().hblkhd, before + 100'000);
}

TEST_F(SocketLifetimes, ReceivesOneMessageHoweverLittleItMayHold) {
  app_.add(websocket_route("/",
                           [](WebSocket& socket) -> Task<void> {
                             while (auto message = co_await socket.receive())
                               co_await socket.send(*message);
                           },
                           {}, {.receive_bytes = 0}));
  ManualPeer peer = open("/");
  send(peer, client_frame(kText, "a") + client_frame(kClose, close_payload(1000)));
  EXPECT_EQ(read(peer), server_frame(kText, "a") + server_frame(kClose, close_payload(1000)));
}

}  // namespace
