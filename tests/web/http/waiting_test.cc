// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers that wait: what they keep meanwhile, and who may be destroyed by them.
#include <gmock/gmock.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/core/task/sleep.h>
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

}  // namespace
