// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers that wait: what they keep meanwhile, and who may be destroyed by them.
#include <gmock/gmock.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/lifetime.h>
#include <eddy/core/task/sleep.h>
#include <eddy/core/task/while_alive.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>
#include <tests/web/http/web_client.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;
using eddy_tests::count_of;
using eddy_tests::get;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class WaitingTest : public eddy_tests::ManualServerTest {};

struct Slow : RequestHandler {
  Task<void> get(std::string_view part) {
    const std::string before = std::string(part) + std::string(request().target()) +
                               std::string(request().header("X-Field"));
    co_await eddy::sleep(1h);
    const std::string after = std::string(part) + std::string(request().target()) +
                              std::string(request().header("X-Field"));
    write(before == after ? "same " : "changed ", after, " ", request().remote_ip());
  }
  Task<void> post(const std::string& part) {
    co_await eddy::sleep(1h);
    write(part, "|", request().body());
  }
};

TEST_F(WaitingTest, ViewsStayWhileAHandlerWaits) {
  app_.add(route<Slow>("/slow/(.*)"));
  app_.get("/", [] { return "quick"; });
  listen();
  // Pipelined requests, a body, and other connections overwrite whatever is not kept.
  std::string requests = get("/slow/a%20b", "X-Field: value\r\n");
  requests += "POST /slow/second HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody";
  for (int i = 0; i < 16; ++i) requests += get("/");
  ManualPeer peer = connect(requests);
  std::string answers;
  for (int waiting = 0; waiting < 2; ++waiting) {
    for (int i = 0; i < 10; ++i) {
      ManualPeer other = connect(get("/", "X-Other: " + std::string(3000, 'o') + "\r\n"));
      EXPECT_THAT(read(other), EndsWith("quick"));
    }
    EXPECT_EQ(count_of(answers, "quick"), 0U);
    loop_.advance(1h);
    answers += read(peer);
  }
  EXPECT_EQ(count_of(answers, "quick"), 16U);
  EXPECT_THAT(answers, HasSubstr("same a b/slow/a%20bvalue 127.0.0.1"));
  EXPECT_THAT(answers, HasSubstr("second|body"));
  EXPECT_LT(answers.find("same"), answers.find("second|"));
}

TEST_F(WaitingTest, ACoroutineLambdaKeepsItsCaptures) {
  app_.get("/", [text = std::string(100, 'c')]() -> Task<std::string> {
    co_await eddy::sleep(1h);
    co_return text;
  });
  listen();
  ManualPeer peer = connect(get("/"));
  EXPECT_EQ(read(peer), "");
  loop_.advance(1h);
  EXPECT_THAT(read(peer), EndsWith(std::string(100, 'c')));
}

struct FinishesEarly : RequestHandler {
  inline static int ended = 0;
  Task<void> get() {
    finish("early");
    co_await eddy::sleep(1h);
    ++ended;
  }
};

TEST_F(WaitingTest, AFinishedResponseIsSentBeforeTheTaskEnds) {
  FinishesEarly::ended = 0;
  app_.add(route<FinishesEarly>("/"));
  app_.get("/next", [] { return "next " + std::to_string(FinishesEarly::ended); });
  listen();
  ManualPeer peer = connect(get("/") + get("/next"));
  EXPECT_THAT(read(peer), EndsWith("early"));
  EXPECT_EQ(FinishesEarly::ended, 0);
  loop_.advance(1h);
  EXPECT_THAT(read(peer), EndsWith("next 1"));
}

TEST_F(WaitingTest, ATaskMayDestroyItsServer) {
  std::optional<Application> own(std::in_place);
  own->get("/", [&own]() -> Task<std::string> {
    co_await eddy::sleep(1s);
    own.reset();
    co_await eddy::sleep(1s);
    ADD_FAILURE() << "nothing of it runs after its owner has gone";
    co_return "unheard";
  });
  server_ = &own->listen(loop_, "127.0.0.1", 0);
  ManualPeer peer = connect(get("/"));
  loop_.advance(1s);
  EXPECT_FALSE(own);
  EXPECT_TRUE(peer.closed());
  loop_.advance(1h);
  EXPECT_EQ(read(peer), "");
}

TEST_F(WaitingTest, WhatIsThrownBehindTheServersEndIsLogged) {
  std::optional<Application> own(std::in_place);
  own->get("/", [&own] {
    own.reset();
    throw std::runtime_error("after its server");
  });
  server_ = &own->listen(loop_, "127.0.0.1", 0);
  const ManualPeer peer = connect(get("/"));
  EXPECT_FALSE(own);
  EXPECT_THAT(logged_, ElementsAre("500 GET / (127.0.0.1): after its server"));
}

// ---- What a handler awaits is cancelled, and not the handler

Task<void> run_for_ever() { co_await eddy::sleep(24h); }

struct AwaitsAnother : RequestHandler {
  static inline std::optional<eddy::LifetimeSource> owner;
  Task<void> get() {
    if (request().query() == "flush") {
      write("begun");
      co_await flush();
    }
    Task<void> other = eddy::while_alive(*owner, run_for_ever());
    co_await std::move(other);
  }
  Task<void> post() {
    Task<void> other = eddy::while_alive(*owner, run_for_ever());
    co_await std::move(other);
  }
};

class AwaitedTest : public WaitingTest {
 protected:
  static constexpr const char* kPost =
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";

  AwaitedTest() {
    AwaitsAnother::owner.emplace();
    app_.add(route<AwaitsAnother>("/"));
    app_.get("/function", []() -> Task<std::string> {
      Task<void> other = eddy::while_alive(*AwaitsAnother::owner, run_for_ever());
      co_await std::move(other);
      co_return "never";
    });
    listen();
  }
  void cancel_what_is_awaited() {
    AwaitsAnother::owner.reset();
    loop_.run_until_idle();
    AwaitsAnother::owner.emplace();
  }
  static auto says_so(const std::string& request) {
    return testing::ElementsAre("503 " + request +
                                " (127.0.0.1): what the handler awaited was cancelled");
  }
};

TEST_F(AwaitedTest, ItsCancellationIsAnsweredAndLogged) {
  for (const char* target : {"/", "/function"}) {
    logged_.clear();
    ManualPeer peer = connect(get(target));
    cancel_what_is_awaited();
    EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_FALSE(peer.ended()) << "the connection is as good as before";
    EXPECT_THAT(logged_, says_so(std::string("GET ") + target));
  }
}

TEST_F(AwaitedTest, BehindAHeadThatWasSentItsCancellationCutsTheConnectionAndIsLogged) {
  ManualPeer peer = connect(get("/?flush"));
  cancel_what_is_awaited();
  EXPECT_THAT(read(peer), EndsWith("5\r\nbegun\r\n"));
  EXPECT_TRUE(peer.closed());
  EXPECT_THAT(logged_, says_so("GET /?flush"));
}

TEST_F(AwaitedTest, APostWhoseClientSendsNoMoreIsAnsweredToo) {
  ManualPeer peer = connect(kPost);
  peer.shutdown_write();
  loop_.run_until_idle();
  cancel_what_is_awaited();
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(logged_, says_so("POST /"));
}

TEST_F(AwaitedTest, ItsCancellationIsLoggedThoughNobodyIsThere) {
  ManualPeer peer = connect(kPost);
  peer.reset();
  loop_.run_until_idle();
  cancel_what_is_awaited();
  EXPECT_THAT(logged_, says_so("POST /"));
}

TEST_F(AwaitedTest, AHandlersOwnCancellationIsNeitherAnsweredNorLogged) {
  for (const bool by_reset : {true, false}) {
    ManualPeer peer = connect(get("/"));
    by_reset ? peer.reset() : peer.shutdown_write();
    loop_.run_until_idle();
    EXPECT_EQ(by_reset ? "" : read(peer), "");
    EXPECT_EQ(server_->stats().connections, 0U);
  }
  ManualPeer peer = connect(get("/"));
  loop_.spawn([](auto& server) -> Task<void> { (void)co_await server.drain(5s); }(*server_));
  loop_.advance(5s);
  EXPECT_TRUE(peer.closed());
  cancel_what_is_awaited();
  EXPECT_EQ(read(peer), "");
  EXPECT_THAT(logged_, testing::IsEmpty());
}

}  // namespace
