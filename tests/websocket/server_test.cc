// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/core/base/lifetime.h>
#include <eddy/core/task/event.h>
#include <eddy/core/task/sleep.h>
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
using eddy::web::route;
using eddy::web::route_path;
using eddy::web::SlowConsumer;
using eddy::web::WebSocket;
using eddy::web::websocket_route;
using eddy::web::WebSocketClosedError;
using eddy::web::WebSocketHandler;
using eddy::web::WebSocketOptions;
using eddy_tests::client_frame;
using eddy_tests::close_payload;
using eddy_tests::server_frame;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using eddy_tests::handshake;
using eddy_tests::kBinary;
using eddy_tests::kClose;
using eddy_tests::kPing;
using eddy_tests::kPong;
using eddy_tests::kText;
using eddy_tests::WebSocketServer;

std::vector<std::string> calls;

struct Echo : WebSocketHandler {
  void open(std::string_view room) {
    calls.push_back("open " + std::string(room));
    write_message("in " + std::string(room));
  }
  void on_message(std::string_view text) { write_message(text); }
  void on_binary(std::span<const std::byte> bytes) { write_message(bytes); }
  void on_ping(std::string_view data) { calls.push_back("ping " + std::string(data)); }
  void on_pong(std::string_view data) { calls.push_back("pong " + std::string(data)); }
  void on_close(CloseCode code, std::string_view reason) {
    calls.push_back("close " + std::to_string(static_cast<int>(code)) + " " + std::string(reason));
  }
  void on_finish() override { calls.push_back("finish " + std::string(request().path())); }
};

class HandlerSockets : public WebSocketServer {
 protected:
  HandlerSockets() {
    calls.clear();
    app_.add(route_path<Echo>("/echo/{room}"));
  }
};

TEST_F(HandlerSockets, ShakeHandsAndAreOpened) {
  ManualPeer peer = open("/echo/a%20b");
  EXPECT_THAT(head_, HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(head_, HasSubstr("\r\nConnection: Upgrade\r\n"));
  EXPECT_THAT(head_, HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(head_, Not(HasSubstr("Content-")));
  EXPECT_THAT(head_, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_EQ(begun_, server_frame(kText, "in a b"));
  EXPECT_THAT(calls, ElementsAre("open a b", "finish /echo/a%20b"));
  EXPECT_THAT(accesses_, ElementsAre(HasSubstr("101 GET /echo/a%20b")));
}

TEST_F(HandlerSockets, AnswerMessagesHoweverTheyCome) {
  ManualPeer peer = open("/echo/a");
  send(peer, client_frame(kText, "one") + client_frame(kBinary, std::string("\0\xff", 2)) +
                 client_frame(0x01, "th") + client_frame(0x80, "ree"));
  EXPECT_EQ(read(peer), server_frame(kText, "one") +
                            server_frame(kBinary, std::string("\0\xff", 2)) +
                            server_frame(kText, "three"));
  std::string all;
  for (const char byte : client_frame(kText, "slowly")) {
    send(peer, std::string_view(&byte, 1));
    all += read(peer);
  }
  EXPECT_EQ(all, server_frame(kText, "slowly"));
}

TEST_F(HandlerSockets, TakeWhatCameWithTheHandshake) {
  listen();
  ManualPeer peer = connect(handshake("/echo/a") + client_frame(kText, "early"));
  EXPECT_THAT(read(peer),
              testing::EndsWith(server_frame(kText, "in a") + server_frame(kText, "early")));
}

TEST_F(HandlerSockets, AnswerPingsAndTellOfThem) {
  ManualPeer peer = open("/echo/a");
  calls.clear();
  send(peer, client_frame(kPing, "p") + client_frame(kPong, "q"));
  EXPECT_EQ(read(peer), server_frame(kPong, "p"));
  EXPECT_THAT(calls, ElementsAre("ping p", "pong q"));
}

TEST_F(HandlerSockets, AnswerACloseAndEndTheConnection) {
  ManualPeer peer = open("/echo/a");
  calls.clear();
  send(peer, client_frame(kClose, close_payload(4000, "enough")) + client_frame(kText, "x"));
  EXPECT_EQ(read(peer), server_frame(kClose, close_payload(4000)));
  EXPECT_THAT(calls, ElementsAre("close 4000 enough"));
  EXPECT_TRUE(peer.ended());
  EXPECT_EQ(server_->stats().connections, 1U);
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_THAT(calls, ElementsAre("close 4000 enough"));
}

TEST_F(HandlerSockets, AreToldThatAPeerHasGoneWithoutAWord) {
  ManualPeer peer = open("/echo/a");
  calls.clear();
  peer.close();
  loop_.run_until_idle();
  EXPECT_THAT(calls, ElementsAre("close 1006 "));
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(HandlerSockets, CloseWhatBreaksTheProtocol) {
  ManualPeer peer = open("/echo/a");
  calls.clear();
  send(peer, server_frame(kText, "not masked"));
  const std::string answer = read(peer);
  EXPECT_EQ(answer.substr(0, 1), std::string(1, static_cast<char>(kClose)));
  EXPECT_EQ(answer.substr(2, 2), close_payload(1002));
  EXPECT_THAT(calls, ElementsAre(testing::StartsWith("close 1002")));
  EXPECT_TRUE(peer.ended());
}

TEST_F(HandlerSockets, GoWithTheServer) {
  ManualPeer peer = open("/echo/a");
  calls.clear();
  server_->stop();
  loop_.run_until_idle();
  EXPECT_EQ(read(peer), server_frame(kClose, close_payload(1001)));
  EXPECT_THAT(calls, IsEmpty());
  send(peer, client_frame(kText, "late") + client_frame(kClose, close_payload(1001)));
  EXPECT_EQ(read(peer), "");
  EXPECT_THAT(calls, ElementsAre("close 1001 "));
  EXPECT_TRUE(peer.ended());
}

TEST_F(HandlerSockets, APeerThatDoesNotAnswerACloseIsGivenUp) {
  ManualPeer peer = open("/echo/a");
  calls.clear();
  server_->stop();
  loop_.run_until_idle();
  loop_.advance(5s - 1ns);
  EXPECT_EQ(server_->stats().connections, 1U);
  loop_.advance(1ns);
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_THAT(calls, ElementsAre("close 1006 "));
}

TEST_F(HandlerSockets, RefuseWhatIsNoHandshake) {
  listen();
  ManualPeer plain = connect("GET /echo/a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(read(plain), testing::StartsWith("HTTP/1.1 400 "));
  std::string old = handshake("/echo/a");
  old.replace(old.find("13"), 2, "12");
  ManualPeer peer = connect(old);
  const std::string answer = read(peer);
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(answer, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: upgrade\r\n"));
  ManualPeer posting = connect("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(read(posting), testing::StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(calls, testing::Each(testing::StartsWith("finish")));
}

TEST_F(HandlerSockets, RefusePagesOfOtherSites) {
  listen();
  ManualPeer peer = connect(handshake("/echo/a", "Origin: http://evil.example\r\n"));
  EXPECT_THAT(read(peer), testing::StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("http://evil.example")));
  (void)open("/echo/a", "Origin: http://a\r\n");
}

// ---- Hooks that wait ----------------------------------------------------------------------------

struct Slow : WebSocketHandler {
  Task<void> open() {
    co_await eddy::sleep(1s);
    calls.push_back("opened " + std::string(request().path()));
  }
  Task<void> on_message(std::string_view text) {
    calls.push_back("begin " + std::string(text));
    co_await eddy::sleep(1s);
    calls.push_back("end " + std::string(text));
    co_await write_message(text);
  }
  Task<void> on_close() {
    co_await eddy::sleep(1s);
    calls.push_back("closed " + std::to_string(static_cast<int>(*close_code())));
  }
};

TEST_F(HandlerSockets, HooksThatWaitComeOneAfterAnother) {
  app_.add(route<Slow>("/slow"));
  ManualPeer peer = open("/slow");
  send(peer, client_frame(kText, "a") + client_frame(kText, "b"));
  EXPECT_THAT(calls, IsEmpty());
  loop_.advance(1s);
  EXPECT_THAT(calls, ElementsAre("opened /slow", "begin a"));
  loop_.advance(1s);
  EXPECT_EQ(read(peer), server_frame(kText, "a"));
  loop_.advance(1s);
  EXPECT_EQ(read(peer), server_frame(kText, "b"));
  calls.clear();
  send(peer, client_frame(kText, "c"));
  peer.close();
  loop_.run_until_idle();
  loop_.advance(1s);
  EXPECT_THAT(calls, ElementsAre("begin c", "end c"));
  loop_.advance(1s);
  EXPECT_THAT(calls, ElementsAre("begin c", "end c", "closed 1006"));
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(HandlerSockets, TasksGoWithTheServersEnd) {
  app_.add(route<Slow>("/slow"));
  ManualPeer peer = open("/slow");
  loop_.advance(1s);
  send(peer, client_frame(kText, "a"));
  loop_.spawn(
      [](eddy::web::Server& server) -> Task<void> { co_await server.drain(500ms); }(*server_));
  loop_.advance(3s);
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_THAT(calls, ElementsAre("opened /slow", "begin a"));
}

TEST_F(HandlerSockets, AreToldOfTheServersEndInTheMiddleOfATask) {
  struct Tells : Slow {
    Task<void> on_close() {
      calls.emplace_back("closed");
      return Slow::on_close();
    }
  };
  {
    Application app(eddy::web::Settings{.check_host = false}, {route<Tells>("/slow")});
    eddy::web::Server& server = app.listen(loop_, "127.0.0.1", 0);
    ManualPeer peer = loop_.system().connect(server.port());
    send(peer, handshake("/slow"));
    loop_.advance(1s);
    send(peer, client_frame(kText, "a"));
    EXPECT_THAT(calls, ElementsAre("opened /slow", "begin a"));
  }
  EXPECT_THAT(calls, ElementsAre("opened /slow", "begin a", "closed"));
}

TEST_F(HandlerSockets, AHookMayDestroyTheServer) {
  std::unique_ptr<Application> app;
  struct Destroys : WebSocketHandler {
    void initialize(std::unique_ptr<Application>* victim) { victim_ = victim; }
    Task<void> on_message(std::string_view text) {
      const std::string kept(text);
      victim_->reset();
      calls.push_back("after " + kept + std::string(text));
      EXPECT_FALSE(write_message(text));
      co_await eddy::sleep(1s);
      ADD_FAILURE() << "goes on";
    }
    void on_close() { calls.emplace_back("closed"); }
    std::unique_ptr<Application>* victim_ = nullptr;
  };
  app = std::make_unique<Application>(
      eddy::web::Settings{.check_host = false},
      std::initializer_list<eddy::web::Route>{route<Destroys>("/", {}, &app)});
  ManualPeer peer = loop_.system().connect(app->listen(loop_, "127.0.0.1", 0).port());
  send(peer, handshake("/") + client_frame(kText, "a"));
  EXPECT_THAT(calls, ElementsAre("after aa", "closed"));
  loop_.advance(2s);
}

struct Throws : WebSocketHandler {
  void on_message(std::string_view /*text*/) { throw std::runtime_error("no good"); }
};

TEST_F(HandlerSockets, WhatAHookThrowsIsLoggedAndClosesIt) {
  app_.add(route<Throws>("/throws"));
  ManualPeer peer = open("/throws");
  send(peer, client_frame(kText, "a"));
  EXPECT_EQ(read(peer), server_frame(kClose, close_payload(1011)));
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("no good")));
  send(peer, client_frame(kBinary, "a"));
}

TEST_F(HandlerSockets, AMessageOfAKindThatIsNotTakenClosesThem) {
  app_.add(route<Throws>("/throws"));
  ManualPeer peer = open("/throws");
  send(peer, client_frame(kBinary, "a"));
  EXPECT_THAT(read(peer), HasSubstr(close_payload(1003)));
}

struct Chooses : WebSocketHandler {
  void prepare() {
    set_cookie("seen", "1");
    if (get_cookie("go").value_or("") == "away") redirect("/");
  }
  std::optional<std::string> select_subprotocol(
      const std::vector<std::string_view>& offered) override {
    for (const std::string_view name : offered) {
      if (name == "b") return "b";
    }
    return std::nullopt;
  }
  void on_message(std::string_view /*text*/) {
    write_message(std::string(selected_subprotocol()));
    EXPECT_THROW((void)request(), std::logic_error);
  }
};

TEST_F(HandlerSockets, AreHandlersWithCookiesAndSubprotocols) {
  app_.add(route<Chooses>("/chooses"));
  ManualPeer peer = open("/chooses", "Sec-WebSocket-Protocol: a, b\r\n");
  EXPECT_THAT(head_, HasSubstr("\r\nSec-WebSocket-Protocol: b\r\n"));
  EXPECT_THAT(head_, HasSubstr("\r\nSet-Cookie: seen=1"));
  send(peer, client_frame(kText, "?"));
  EXPECT_EQ(read(peer), server_frame(kText, "b"));
  ManualPeer away = connect(handshake("/chooses", "Cookie: go=away\r\n"));
  EXPECT_THAT(read(away), testing::StartsWith("HTTP/1.1 302 "));
}

// ---- Functions ----------------------------------------------------------------------------------

class FunctionSockets : public WebSocketServer {
 protected:
  FunctionSockets() { calls.clear(); }
};

TEST_F(FunctionSockets, ReceiveAndSend) {
  app_.websocket("/echo/{times}", [](WebSocket& socket, int times) -> Task<void> {
    while (auto message = co_await socket.receive()) {
      for (int i = 0; i < times; ++i) co_await socket.send(*message);
    }
    calls.push_back("over " + std::to_string(static_cast<int>(*socket.close_code())));
  });
  ManualPeer peer = open("/echo/2");
  send(peer, client_frame(kText, "a") + client_frame(kBinary, "b"));
  EXPECT_EQ(read(peer), server_frame(kText, "a") + server_frame(kText, "a") +
                            server_frame(kBinary, "b") + server_frame(kBinary, "b"));
  send(peer, client_frame(kClose, close_payload(1000)));
  EXPECT_EQ(read(peer), server_frame(kClose, close_payload(1000)));
  EXPECT_THAT(calls, ElementsAre("over 1000"));
  ManualPeer refused = connect(handshake("/echo/x"));
  EXPECT_THAT(read(refused), testing::StartsWith("HTTP/1.1 404 "));
}

TEST_F(FunctionSockets, EndWithTheFunction) {
  app_.websocket("/once", [](WebSocket& socket) -> Task<void> { co_await socket.send("hello"); });
  ManualPeer peer = open("/once");
  EXPECT_EQ(begun_, server_frame(kText, "hello") + server_frame(kClose, close_payload(1000)));
}

TEST_F(FunctionSockets, SenderOfAClosedOneEndsQuietly) {
  app_.websocket("/push", [](WebSocket& socket) -> Task<void> {
    for (int i = 0;; ++i) {
      co_await socket.send(std::to_string(i));
      co_await eddy::sleep(1s);
    }
  });
  ManualPeer peer = open("/push");
  EXPECT_EQ(begun_, server_frame(kText, "0"));
  send(peer, client_frame(kPing, "still here?"));
  EXPECT_EQ(read(peer), server_frame(kPong, "still here?"));
  loop_.advance(1s);
  EXPECT_EQ(read(peer), server_frame(kText, "1"));
  peer.close();
  loop_.run_until_idle();
  loop_.advance(1s);
  EXPECT_THAT(logged_, IsEmpty());
  EXPECT_EQ(server_->stats().connections, 0U);
}

// ---- Time ---------------------------------------------------------------------------------------

struct Pinging : WebSocketHandler {
  WebSocketOptions websocket_options() override {
    return {.ping_interval = 10s, .ping_timeout = 4s};
  }
  void on_message(std::string_view /*text*/) {}
  void on_close(CloseCode code, std::string_view /*reason*/) {
    calls.push_back("close " + std::to_string(static_cast<int>(code)));
  }
};

TEST_F(FunctionSockets, APeerThatDoesNotAnswerPingsHasGone) {
  app_.add(route<Pinging>("/pinging"));
  ManualPeer peer = open("/pinging");
  loop_.advance(10s);
  EXPECT_EQ(read(peer), server_frame(kPing, ""));
  send(peer, client_frame(kPong, ""));
  loop_.advance(10s);
  EXPECT_EQ(read(peer), server_frame(kPing, ""));
  loop_.advance(4s - 1ns);
  EXPECT_THAT(calls, IsEmpty());
  loop_.advance(1ns);
  EXPECT_THAT(calls, ElementsAre("close 1006"));
  EXPECT_EQ(server_->stats().connections, 0U);
}

// ---- Bounds -------------------------------------------------------------------------------------

struct Bounded : WebSocketHandler {
  void initialize(const WebSocketOptions& options) { options_ = options; }
  WebSocketOptions websocket_options() override { return options_; }
  void open() { last = this; }
  void on_message(std::string_view text) { write_message(text); }
  void on_close(CloseCode code, std::string_view /*reason*/) {
    calls.push_back("close " + std::to_string(static_cast<int>(code)));
    last = nullptr;
  }
  WebSocketOptions options_;
  static inline Bounded* last = nullptr;
};

class BoundedSockets : public WebSocketServer {
 protected:
  BoundedSockets() { calls.clear(); }

  /// A peer that has taken nothing since, and the handler that speaks to it.
  ManualPeer open_bounded(const WebSocketOptions& options, std::string_view fields = {}) {
    app_.add(route<Bounded>("/bounded", {}, options));
    ManualPeer peer = open("/bounded", fields);
    peer.set_capacity(1000);
    return peer;
  }
  /// As in a callback of the program's.
  void say(std::string_view text) {
    (void)Bounded::last->write_message(text);
    loop_.run_until_idle();
  }
};

TEST_F(BoundedSockets, AMessageThatIsTooLongClosesThem) {
  ManualPeer peer = open_bounded({.message_bytes = 10});
  send(peer, client_frame(kText, "0123456789"));
  EXPECT_EQ(read(peer), server_frame(kText, "0123456789"));
  send(peer, client_frame(kText, "0123456789a"));
  EXPECT_THAT(read(peer), HasSubstr(close_payload(1009)));
  EXPECT_THAT(calls, ElementsAre("close 1009"));
}

TEST_F(BoundedSockets, APeerThatTakesNothingIsClosed) {
  ManualPeer peer = open_bounded({.send_bytes = 3000});
  for (int i = 0; i < 10 && !Bounded::last->socket().closed(); ++i) say(std::string(900, 'x'));
  EXPECT_TRUE(Bounded::last->socket().closed());
  EXPECT_LE(Bounded::last->socket().buffered_bytes(), 3000U);
  EXPECT_FALSE(Bounded::last->write_message("no more"));
  // What had begun is whole, and then comes the close.
  const std::string all = read(peer);
  EXPECT_THAT(all, testing::StartsWith(server_frame(kText, std::string(900, 'x'))));
  EXPECT_THAT(all, testing::EndsWith(close_payload(1013, "too slow in taking messages")));
}

TEST_F(BoundedSockets, OldMessagesAreDroppedWhereThatIsAskedFor) {
  ManualPeer peer = open_bounded({.send_bytes = 3000, .slow_consumer = SlowConsumer::drop_oldest});
  for (char c = 'a'; c <= 'z'; ++c) say(std::string(900, c));
  EXPECT_LE(Bounded::last->socket().buffered_bytes(), 3000U);
  const std::string all = read(peer);
  EXPECT_THAT(all, testing::StartsWith(server_frame(kText, std::string(900, 'a')) +
                                       server_frame(kText, std::string(900, 'b'))));
  EXPECT_THAT(all, testing::EndsWith(server_frame(kText, std::string(900, 'y')) +
                                     server_frame(kText, std::string(900, 'z'))));
  EXPECT_THAT(all, Not(HasSubstr("m")));
}

TEST_F(BoundedSockets, OnlyTheNewestStateWaitsWhereThatIsAskedFor) {
  ManualPeer peer = open_bounded({.slow_consumer = SlowConsumer::coalesce});
  for (char c = 'a'; c <= 'z'; ++c) say(std::string(900, c));
  EXPECT_EQ(read(peer), server_frame(kText, std::string(900, 'a')) +
                            server_frame(kText, std::string(900, 'b')) +
                            server_frame(kText, std::string(900, 'z')));
}

TEST_F(BoundedSockets, WhoAwaitsIsHeldBackAndLosesNothing) {
  int sent = 0;
  app_.websocket("/all", [&sent](WebSocket& socket) -> Task<void> {
    for (; sent < 100; ++sent) co_await socket.send(std::string(50'000, 'x'));
  });
  listen();
  ManualPeer peer = connect();
  peer.set_capacity(1000);
  send(peer, handshake("/all"));
  EXPECT_LT(sent, 10);
  const std::string all = read(peer);
  EXPECT_EQ(sent, 100);
  EXPECT_THAT(all, testing::EndsWith(server_frame(kText, std::string(50'000, 'x')) +
                                     server_frame(kClose, close_payload(1000))));
}

TEST_F(BoundedSockets, MessagesAreCompressedAsAgreedUpon) {
  ManualPeer peer = open_bounded({.deflate = DeflateOptions{}},
                                 "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  EXPECT_THAT(head_, HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                               "server_no_context_takeover; client_no_context_takeover\r\n"));
  send(peer, client_frame(kText, "short"));
  EXPECT_EQ(read(peer), server_frame(kText, "short"));
  send(peer, client_frame(kText, std::string(1000, 'x')));
  const std::string answer = read(peer);
  EXPECT_EQ(answer.substr(0, 1), std::string(1, static_cast<char>(0xC1)));
  EXPECT_LT(answer.size(), 50U);
}

TEST_F(BoundedSockets, WhatAllHoldTogetherIsBounded) {
  listen({.buffered_bytes = 100'000});
  ManualPeer peer = open_bounded({.send_bytes = 1 << 30});
  for (int i = 0; i < 20 && Bounded::last != nullptr && !Bounded::last->socket().closed(); ++i) {
    say(std::string(10'000, 'x'));
    send(peer, client_frame(kPing, ""));
  }
  EXPECT_THAT(read(peer), testing::EndsWith("holds too much for its clients"));
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
}

TEST_F(BoundedSockets, MessagesThatNobodyReceivesHoldTheReaderBack) {
  eddy::Event go;
  std::size_t received = 0;
  app_.websocket("/later", [&](WebSocket& socket) -> Task<void> {
    co_await go.wait();
    while (co_await socket.receive()) ++received;
  });
  ManualPeer peer = open("/later");
  for (int i = 0; i < 1000; ++i) send(peer, client_frame(kText, std::string(1000, 'x')));
  EXPECT_LT(server_->stats().buffered_bytes, 300'000U);
  go.set();
  loop_.run_until_idle();
  EXPECT_EQ(received, 1000U);
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
}

TEST_F(BoundedSockets, AStreamOfMessagesLeavesTheHostItsTurns) {
  std::size_t heard = 0;
  struct Works : WebSocketHandler {
    void initialize(eddy::testing::ManualLoop* loop, std::size_t* heard) {
      loop_ = loop;
      heard_ = heard;
    }
    void on_message(std::string_view /*text*/) {
      ++*heard_;
      loop_->system().move_clock(1ms);
    }
    eddy::testing::ManualLoop* loop_ = nullptr;
    std::size_t* heard_ = nullptr;
  };
  app_.add(route<Works>("/works", {}, &loop_, &heard));
  ManualPeer peer = open("/works");
  std::string many;
  for (int i = 0; i < 2000; ++i) many += client_frame(kText, "x");
  peer.write(many);
  loop_.run_turns(1);
  EXPECT_GT(heard, 0U);
  EXPECT_LT(heard, 100U);
  loop_.run_until_idle();
  EXPECT_EQ(heard, 2000U);
}

// ---- Owners -------------------------------------------------------------------------------------

TEST_F(BoundedSockets, GoWithTheOwnerOfTheirRoute) {
  auto owner = std::make_unique<eddy::LifetimeSource>();
  bool frames_gone = false;
  struct Tells {
    bool& told;
    ~Tells() { told = true; }
  };
  app_.websocket("/owned",
                 [&](WebSocket& socket) -> Task<void> {
                   const Tells tells{frames_gone};
                   while (auto message = co_await socket.receive()) co_await socket.send(*message);
                 },
                 {.owner = owner->lifetime()});
  ManualPeer peer = open("/owned");
  send(peer, client_frame(kText, "a"));
  EXPECT_EQ(read(peer), server_frame(kText, "a"));
  owner.reset();
  EXPECT_TRUE(frames_gone);
  loop_.run_until_idle();
  EXPECT_EQ(read(peer), server_frame(kClose, close_payload(1001)));
  send(peer, client_frame(kText, "b") + client_frame(kClose, close_payload(1001)));
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().connections, 0U);
  ManualPeer late = connect(handshake("/owned"));
  EXPECT_THAT(read(late), testing::StartsWith("HTTP/1.1 503 "));
}

}  // namespace
