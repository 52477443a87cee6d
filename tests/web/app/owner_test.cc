// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Routes that belong to an object, which may go before the server.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <eddy/core/task/event.h>
#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/core/support.h>
#include <tests/web/http/manual_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::LifetimeSource;
using eddy::Task;
using eddy::core_test::Alive;
using eddy::testing::ManualPeer;
using eddy::web::Request;
using eddy::web::RequestBody;
using eddy::web::RequestHandler;
using eddy::web::ResponseStream;
using eddy::web::route;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

// Open to the coroutines that the tests give it.
struct OwnedRoute : eddy_tests::ManualServerTest {
  /// Answers when the event is set.
  void serve_waiting() {
    app_.get("/", *owner_, [this]() -> Task<std::string> {
      const Alive alive(frames_);
      co_await event_.wait();
      co_return "late";
    });
    listen();
  }
  void kill_owner() { owner_.reset(); }
  /// What the client gets of all that was under way.
  std::string read(ManualPeer& peer) {
    loop_.run_until_idle();
    return ManualServerTest::read(peer);
  }
  /// The whole response to `GET /`.
  std::string get() {
    ManualPeer peer = connect(kGet);
    return read(peer);
  }

  std::optional<LifetimeSource> owner_{std::in_place};
  eddy::Event event_;
  int frames_ = 0;
};

bool is_unavailable(const std::string& response) {
  return response.starts_with("HTTP/1.1 503 Service Unavailable\r\n") &&
         response.ends_with(
             "<html><title>503: Service Unavailable</title><body>503: Service "
             "Unavailable</body></html>");
}

TEST_F(OwnedRoute, AnswersWhileItsOwnerLives) {
  app_.get("/", *owner_, [] { return "here"; });
  listen();
  EXPECT_TRUE(get().ends_with("\r\n\r\nhere"));
  kill_owner();
  const std::string response = get();
  EXPECT_TRUE(is_unavailable(response)) << response;
  EXPECT_EQ(response.find("Retry-After"), std::string::npos);
  EXPECT_EQ(response.find("Connection: close"), std::string::npos) << "others go on being served";
}

TEST_F(OwnedRoute, TakesTheOwnerAsAnOptionToo) {
  app_.get("/", [] { return "here"; }, {.owner = owner_->lifetime()});
  app_.post("/", [] { return "for ever"; });
  listen();
  kill_owner();
  EXPECT_TRUE(is_unavailable(get()));
  ManualPeer peer = connect("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(read(peer).ends_with("for ever")) << "each method has its own";
}

TEST_F(OwnedRoute, EveryMethodMayHaveOne) {
  const auto answer = [] { return "here"; };
  app_.head("/", *owner_, answer).post("/", *owner_, answer).put("/", *owner_, answer);
  app_.patch("/", *owner_, answer).del("/", *owner_, answer).options("/", *owner_, answer);
  listen();
  for (const std::string method : {"HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    ManualPeer peer = connect(method + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE(read(peer).starts_with("HTTP/1.1 200 OK\r\n")) << method;
  }
  kill_owner();
  for (const std::string method : {"HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    ManualPeer peer = connect(method + " / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE(read(peer).starts_with("HTTP/1.1 503 ")) << method;
  }
}

TEST_F(OwnedRoute, AWaitingHandlerIsDestroyedBeforeTheOwnerHasGone) {
  serve_waiting();
  ManualPeer peer = connect(kGet);
  EXPECT_EQ(frames_, 1);
  kill_owner();
  EXPECT_EQ(frames_, 0);
  const std::string response = read(peer);
  EXPECT_TRUE(is_unavailable(response)) << response;
  // The connection is as good as before.
  send(peer, kGet);
  EXPECT_TRUE(is_unavailable(read(peer)));
  EXPECT_TRUE(logged_.empty());
}

TEST_F(OwnedRoute, AWaitingHandlerEndsAsEverWhileItsOwnerLives) {
  serve_waiting();
  ManualPeer peer = connect(kGet);
  event_.set();
  EXPECT_TRUE(read(peer).ends_with("\r\n\r\nlate"));
  EXPECT_EQ(frames_, 0);
}

TEST_F(OwnedRoute, WhatTheHandlerHasSetIsNotSent) {
  struct Sets : RequestHandler {
    Task<void> get() {
      set_header("X-Of-Owner", "1");
      set_status(201);
      write("half");
      co_await eddy::sleep(1h);
    }
  };
  app_.add(route<Sets>("/", {.owner = owner_->lifetime()}));
  listen();
  ManualPeer peer = connect(kGet);
  kill_owner();
  const std::string response = read(peer);
  EXPECT_TRUE(is_unavailable(response)) << response;
  EXPECT_EQ(response.find("X-Of-Owner"), std::string::npos);
}

TEST_F(OwnedRoute, BehindAHeadThatWasSentTheConnectionIsCut) {
  app_.get("/", *owner_, [this](ResponseStream& out) -> Task<void> {
    const Alive alive(frames_);
    out.write("part");
    co_await out.flush();
    co_await event_.wait();
  });
  listen();
  ManualPeer peer = connect(kGet);
  EXPECT_EQ(frames_, 1);
  kill_owner();
  EXPECT_EQ(frames_, 0);
  loop_.run_until_idle();
  const std::string response = read(peer);
  EXPECT_NE(response.find("4\r\npart\r\n"), std::string::npos);
  EXPECT_FALSE(response.ends_with("0\r\n\r\n"));
  EXPECT_TRUE(peer.closed());
}

TEST_F(OwnedRoute, AHandlerThatReadsItsContentIsDestroyed) {
  app_.post("/", *owner_, [this](RequestBody& body) -> Task<void> {
    const Alive alive(frames_);
    (void)co_await body.read();
    (void)co_await body.read();
  });
  listen();
  ManualPeer peer = connect("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(frames_, 1);
  kill_owner();
  EXPECT_EQ(frames_, 0);
  EXPECT_TRUE(read(peer).starts_with("HTTP/1.1 503 "));
}

TEST_F(OwnedRoute, AnUploadForADeadOwnerIsNotAskedFor) {
  app_.post("/", *owner_, [](const Request& request) { return std::string(request.body()); });
  listen();
  kill_owner();
  ManualPeer peer = connect(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(read(peer).starts_with("HTTP/1.1 503 "));
}

TEST_F(OwnedRoute, TheOwnerMayDieInItsOwnHandler) {
  app_.get("/", *owner_, [this] {
    kill_owner();
    return "the last one";
  });
  listen();
  EXPECT_TRUE(get().ends_with("the last one"));
  EXPECT_TRUE(is_unavailable(get()));
}

TEST_F(OwnedRoute, TheOwnerMayDieInItsOwnTask) {
  std::string steps;
  app_.get("/", *owner_, [&]() -> Task<std::string> {
    const Alive alive(frames_);
    co_await eddy::yield();
    kill_owner();
    steps += "on";
    co_await eddy::yield();
    steps += "never";
    co_return "never";
  });
  listen();
  EXPECT_TRUE(is_unavailable(get()));
  EXPECT_EQ(steps, "on");
  EXPECT_EQ(frames_, 0);
}

TEST_F(OwnedRoute, AResponseThatIsFinishedIsSent) {
  app_.get("/", *owner_, [this](ResponseStream& out) -> Task<void> {
    out.write("all of it");
    out.finish();
    kill_owner();
    co_await event_.wait();
  });
  listen();
  EXPECT_TRUE(get().ends_with("\r\n\r\nall of it"));
}

TEST_F(OwnedRoute, TheServerMayGoFirst) {
  auto app = std::make_unique<eddy::web::Application>();
  app->get("/", *owner_, [this]() -> Task<void> {
    const Alive alive(frames_);
    co_await event_.wait();
  });
  const auto& server = app->listen(loop_, "127.0.0.1", 0);
  const ManualPeer peer = loop_.system().connect(server.port());
  ManualPeer(peer).write(kGet);
  loop_.run_until_idle();
  EXPECT_EQ(frames_, 1);
  app.reset();
  EXPECT_EQ(frames_, 0);
  kill_owner();
  loop_.run_until_idle();
}

TEST_F(OwnedRoute, AClientThatHasLeftIsNoNews) {
  serve_waiting();
  ManualPeer peer = connect(kGet);
  peer.reset();
  loop_.run_until_idle();
  EXPECT_EQ(frames_, 0) << "a GET is stopped with its client";
  ManualPeer other = connect(kGet);
  other.reset();
  kill_owner();
  loop_.run_until_idle();
  EXPECT_EQ(frames_, 0);
}

// ---- Hooks

/// Says what is called of it.
std::string calls;
eddy::Event* gate = nullptr;

struct Hooks : RequestHandler {
  Task<void> get() { co_await gate->wait(); }
  void on_finish() override { calls += "finished "; }
  void on_connection_close() override { calls += "closed "; }
  void write_error(int status, const std::exception_ptr& error) override {
    calls += "error ";
    RequestHandler::write_error(status, error);
  }
};

TEST_F(OwnedRoute, NoHookIsCalledOnceItsOwnerIsDead) {
  calls.clear();
  gate = &event_;
  app_.add(route<Hooks>("/", {.owner = owner_->lifetime()}));
  listen();
  ManualPeer peer = connect(kGet);
  event_.set();
  EXPECT_TRUE(read(peer).starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(calls, "finished ");
  calls.clear();
  event_.clear();
  send(peer, kGet);
  kill_owner();
  peer.reset();
  loop_.run_until_idle();
  EXPECT_EQ(calls, "");
}

// ---- Shared owners

TEST_F(OwnedRoute, ASharedOwnerThatTellsEndsItsHandlers) {
  auto owner = eddy::make_owner<int>(0);
  app_.get("/", owner, [this]() -> Task<void> {
    const Alive alive(frames_);
    co_await event_.wait();
  });
  listen();
  ManualPeer peer = connect(kGet);
  EXPECT_EQ(frames_, 1);
  owner.reset();
  EXPECT_EQ(frames_, 0);
  EXPECT_TRUE(is_unavailable(read(peer)));
}

TEST_F(OwnedRoute, OneThatCannotTellStaysWhileAHandlerRunsForIt) {
  int owners = 0;
  auto owner = std::make_shared<Alive>(owners);
  app_.get("/", std::weak_ptr<Alive>(owner), [this]() -> Task<std::string> {
    const Alive alive(frames_);
    co_await event_.wait();
    co_return "done";
  });
  listen();
  ManualPeer peer = connect(kGet);
  owner.reset();
  EXPECT_EQ(owners, 1);
  event_.set();
  EXPECT_TRUE(read(peer).ends_with("\r\n\r\ndone"));
  EXPECT_EQ(owners, 0);
  EXPECT_TRUE(is_unavailable(get()));
}

// ---- The next owner

TEST_F(OwnedRoute, ADeadOwnersPathMayBeGivenToAnother) {
  app_.get("/", *owner_, [] { return "the first"; });
  listen();
  LifetimeSource other;
  EXPECT_THROW(app_.get("/", other, [] { return "too early"; }), std::invalid_argument);
  kill_owner();
  app_.get("/", other, [] { return "the second"; });
  EXPECT_TRUE(get().ends_with("the second"));
}

TEST_F(OwnedRoute, WhatADeadOwnersFunctionHeldGoesWithTheNextOwners) {
  const auto held = std::make_shared<int>(0);
  for (int i = 0; i < 3; ++i) {
    owner_.emplace();
    app_.get("/", *owner_, [held] { return "here"; });
    kill_owner();
  }
  EXPECT_EQ(held.use_count(), 2) << "the last one's";
}

TEST_F(OwnedRoute, TheNextOwnerMayComeWhileTheFunctionRuns) {
  LifetimeSource other;
  int closures = 0;
  app_.get("/", *owner_, [this, &other, &closures, held = Alive(closures)] {
    int& count = closures;
    kill_owner();
    app_.get("/", other, [] { return "the second"; });
    EXPECT_EQ(count, 1) << "this closure";
    return "still here";
  });
  listen();
  EXPECT_TRUE(get().ends_with("still here"));
  EXPECT_EQ(closures, 0);
  EXPECT_TRUE(get().ends_with("the second"));
}

}  // namespace
