// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/server.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <eddy/core/task/event.h>
#include <eddy/core/task/sleep.h>
#include <eddy/web/app/application.h>
#include <eddy/web/app/settings.h>
#include <tests/web/http/web_client.h>

namespace {

using eddy::NativeLoop;
using eddy::Task;
using eddy::web::Application;
using eddy::web::HttpServer;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::Response;
using eddy::web::route;
using eddy::web::Server;
using eddy::web::ServerOptions;
using eddy_tests::count_of;
using eddy_tests::get;
using eddy_tests::pump_until;
using eddy_tests::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

/// Clients call the server what they like: hosts are the business of host_policy_test.
eddy::web::Settings any_host() { return {.check_host = false}; }

// A silent loop that keeps what would have been logged.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    loop_.emplace();
    loop_->set_log_sink([this](const eddy::LogRecord& record) {
      auto& lines = record.category == "eddy.access" ? requests_logged_ : logged_;
      lines.emplace_back(record.message);
    });
    app_.emplace(any_host());
  }

  Server& listen(const ServerOptions& options = {}) {
    server_ = &app_->listen(*loop_, 0, options);
    return *server_;
  }

  std::optional<NativeLoop> loop_;
  std::optional<Application> app_;
  Server* server_ = nullptr;
  std::vector<std::string> logged_;
  std::vector<std::string> requests_logged_;
};

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  app_->get("/", [] { return "Hello, world"; });
  RawClient client(listen().port());
  client.send(kGet);
  ASSERT_TRUE(client.read_until(*loop_, "Hello, world"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; "
                                            "charset=UTF-8\r\nDate: "));
  EXPECT_THAT(client.take(), HasSubstr("GMT\r\nContent-Length: 12\r\n\r\nHello, world"));
  client.send(kGet);
  ASSERT_TRUE(client.read_until(*loop_, "Hello, world"));
  EXPECT_EQ(server_->stats().requests, 2U);
  EXPECT_EQ(server_->stats().accepted, 1U);
  EXPECT_EQ(server_->stats().connections, 1U);
}

TEST_F(ServerTest, TellsWhereItListens) {
  const Server& server = listen();
  EXPECT_NE(server.port(), 0);
  EXPECT_EQ(server.url(), "http://127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(ServerTest, AListenThatFailsSaysWhere) {
  const auto port = listen().port();
  std::error_code error;
  EXPECT_EQ(app_->listen(*loop_, port, error), nullptr);
  EXPECT_EQ(error, std::errc::address_in_use);
  try {
    app_->listen(*loop_, port);
    FAIL();
  } catch (const std::system_error& thrown) {
    EXPECT_EQ(thrown.what(),
              "listen on 127.0.0.1:" + std::to_string(port) + ": Address already in use");
  }
}

TEST_F(ServerTest, RequestsCutAnywhere) {
  app_->post("/", [](const Request& request) { return request.body(); });
  listen();
  const std::string request =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (std::size_t cut = 1; cut < request.size(); cut += 3) {
    RawClient client(server_->port());
    client.send(std::string_view(request).substr(0, cut));
    pump_until(*loop_, [&] { return server_->stats().connections > 0; });
    for (int i = 0; i < 3; ++i) loop_->dispatch();
    client.send(std::string_view(request).substr(cut));
    ASSERT_TRUE(client.read_until(*loop_, "abc")) << "cut at " << cut;
    EXPECT_THAT(client.received(), HasSubstr("\r\n\r\nhelloHTTP/1.1 200 OK")) << "cut at " << cut;
  }
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  app_->get("/{n}", [](int n) { return "<" + std::to_string(n) + ">"; });
  listen();
  RawClient client(server_->port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += get("/" + std::to_string(i));
  client.send(requests);
  ASSERT_TRUE(client.read_until(*loop_, "<999>"));
  std::size_t at = 0;
  for (int i = 0; i < 1000; ++i) {
    at = client.received().find("<" + std::to_string(i) + ">", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(ServerTest, TheBudgetIsAskedBetweenPipelinedRequests) {
  int handled = 0;
  app_->get("/", [&] {
    ++handled;
    return "x";
  });
  loop_->set_budget({.slice = std::chrono::hours(1), .max_steps = 1});
  listen();
  RawClient client(server_->port());
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += kGet;
  client.send(requests);
  int most_in_one_turn = 0;
  ASSERT_TRUE(pump_until(*loop_, [&, before = 0]() mutable {
    most_in_one_turn = std::max(most_in_one_turn, handled - before);
    before = handled;
    return handled == 20;
  }));
  EXPECT_EQ(most_in_one_turn, 1);
}

TEST_F(ServerTest, AClientThatPipelinesAndDoesNotReadIsNotRead) {
  const std::string page(100'000, 'p');
  app_->get("/", [&] { return page; });
  listen();
  RawClient client(server_->port(), 4096);
  std::string requests;
  for (int i = 0; i < 2000; ++i) requests += kGet;
  std::string_view rest = requests;
  const auto still = [&] {
    const auto before = server_->stats().requests;
    rest.remove_prefix(client.send_some(rest));
    for (int i = 0; i < 50; ++i) loop_->dispatch();
    return server_->stats().requests == before && before > 0;
  };
  ASSERT_TRUE(pump_until(*loop_, still));
  // What the system buffers for the two sockets, and no more.
  EXPECT_LT(server_->stats().requests, 200U);
  // Once it reads, everything comes.
  ASSERT_TRUE(pump_until(*loop_, [&] {
    rest.remove_prefix(client.send_some(rest));
    client.read_available();
    return client.received().size() >= 2000 * page.size();
  }));
}

TEST_F(ServerTest, HeadAndConnectionClose) {
  app_->get("/", [] { return "content"; });
  listen();
  RawClient client(server_->port());
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: x, close\r\n\r\n");
  ASSERT_TRUE(client.read_until_closed(*loop_));
  EXPECT_THAT(client.received(), HasSubstr("Content-Length: 7\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(client.received(), testing::EndsWith("\r\n\r\n"));
  EXPECT_FALSE(client.was_reset());
}

TEST_F(ServerTest, Http10) {
  app_->get("/", [] { return "content"; });
  listen();
  RawClient closes(server_->port());
  closes.send("GET / HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(closes.read_until_closed(*loop_));
  EXPECT_THAT(closes.received(), HasSubstr("Connection: close\r\n\r\ncontent"));
  RawClient stays(server_->port());
  stays.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(stays.read_until(*loop_, "content"));
  EXPECT_THAT(stays.received(), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_FALSE(stays.closed());
}

TEST_F(ServerTest, MalformedRequestsAreAnsweredAndClosed) {
  listen();
  RawClient client(server_->port());
  client.send("GET / HTTP/1.1\r\nHost : h\r\n\r\n" + std::string(200'000, 'x'));
  ASSERT_TRUE(pump_until(*loop_, [&] {
    client.read_available();
    return client.received().size() > 20;
  }));
  client.end_of_output();
  ASSERT_TRUE(client.read_until_closed(*loop_));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(client.received(), HasSubstr("Connection: close\r\n"));
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(server_->stats().refused, 1U);
  ASSERT_EQ(logged_.size(), 1U);
}

TEST_F(ServerTest, ABodyBeyondTheLimitIsA413) {
  app_->post("/", [](const Request& request) { return std::to_string(request.body().size()); });
  ServerOptions options;
  options.limits.body_bytes = 10;
  listen(options);
  RawClient at(server_->port());
  at.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789");
  ASSERT_TRUE(at.read_until(*loop_, "\r\n\r\n10"));
  for (const char* framing : {"Content-Length: 11\r\n\r\n01234567890",
                              "Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"}) {
    RawClient past(server_->port());
    past.send("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(framing));
    past.end_of_output();
    ASSERT_TRUE(past.read_until_closed(*loop_));
    EXPECT_THAT(past.received(), StartsWith("HTTP/1.1 413 "));
  }
}

TEST_F(ServerTest, ContinueIsSentWhenTheContentIsWaitedFor) {
  app_->post("/", [](const Request& request) { return request.body(); });
  listen();
  RawClient client(server_->port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(client.read_until(*loop_, "HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("abc");
  ASSERT_TRUE(client.read_until(*loop_, "\r\n\r\nabc"));
}

TEST_F(ServerTest, ContinueIsNotSentForContentThatNobodyWants) {
  app_->get("/", [] { return "here"; });
  listen();
  for (const auto& [target, status] : {std::pair("/nothing", "404"), std::pair("/", "405")}) {
    RawClient client(server_->port());
    client.send("POST " + std::string(target) +
                " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_TRUE(client.read_until_closed(*loop_));
    EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 " + std::string(status)));
    EXPECT_THAT(client.received(), HasSubstr("Connection: close\r\n"));
  }
  // Where it has sent the content all the same, the connection goes on.
  RawClient client(server_->port());
  client.send(
      "POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
  client.send(kGet);
  ASSERT_TRUE(client.read_until(*loop_, "here"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 404 "));
}

TEST_F(ServerTest, LargeBodiesBothWays) {
  app_->post("/", [](const Request& request) { return std::string(request.body()); });
  listen();
  RawClient client(server_->port());
  const std::string body(1024 * 1024, 'b');
  const std::string request =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n" + body;
  std::string_view rest = request;
  ASSERT_TRUE(pump_until(*loop_, [&] {
    rest.remove_prefix(client.send_some(rest));
    client.read_available();
    return client.received().size() > body.size();
  }));
  EXPECT_THAT(client.received().substr(client.received().size() - body.size()), body);
}

TEST_F(ServerTest, ExceptionsBecomeA500AndTheConnectionGoesOn) {
  app_->get("/throw", []() -> std::string { throw std::runtime_error("no luck"); });
  app_->get("/", [] { return "fine"; });
  listen();
  RawClient client(server_->port());
  client.send(get("/throw") + kGet);
  ASSERT_TRUE(client.read_until(*loop_, "fine"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  ASSERT_EQ(logged_.size(), 1U);
  EXPECT_THAT(logged_[0], HasSubstr("500 GET /throw (127.0.0.1): "));
}

TEST_F(ServerTest, AResponseThatCannotBeFramedIsA500) {
  app_->get("/", [] {
    Response response;
    response.headers.set("Content-Length", "5");
    return response;
  });
  app_->get("/100", [] { return Response(100); });
  listen();
  RawClient client(server_->port());
  client.send(get("/") + get("/100"));
  ASSERT_TRUE(pump_until(*loop_, [&] {
    client.read_available();
    return count_of(client.received(), "HTTP/1.1 500 ") == 2;
  }));
  EXPECT_EQ(logged_.size(), 2U);
}

// ---- Handlers that wait
// ---------------------------------------------------------------------------

TEST_F(ServerTest, ATaskThatNeverWaitsIsAnsweredAtOnce) {
  app_->get("/", []() -> Task<std::string> { co_return "at once"; });
  app_->get("/throw", []() -> Task<Response> {
    throw std::runtime_error("in a task");
    co_return Response();
  });
  listen();
  RawClient client(server_->port());
  client.send(get("/") + get("/throw") + get("/"));
  ASSERT_TRUE(pump_until(*loop_, [&] {
    client.read_available();
    return count_of(client.received(), "at once") == 2;
  }));
  EXPECT_EQ(count_of(client.received(), "HTTP/1.1 500 "), 1U);
  EXPECT_EQ(logged_.size(), 1U);
}

struct Waits : RequestHandler {
  /// For which a post waits; the test sets it.
  inline static eddy::Event* enough = nullptr;
  inline static int started = 0;
  inline static int stopped = 0;
  inline static int completed = 0;
  inline static int finished_count = 0;
  static void clear() { started = stopped = completed = finished_count = 0; }
  Task<void> wait_for(eddy::Event& event) {
    ++started;
    try {
      co_await event.wait();
      ++completed;
    } catch (const eddy::Cancelled&) {
      ++stopped;
      throw;
    }
    write("unheard");
  }
  void on_finish() override { ++finished_count; }
  Task<void> get() {
    eddy::Event never;
    co_await wait_for(never);
  }
  Task<void> post() { return wait_for(*enough); }
};

TEST_F(ServerTest, AClientThatHasGoneStopsAGetAndNotAPost) {
  for (const bool by_reset : {false, true}) {
    Waits::clear();
    eddy::Event enough;
    Waits::enough = &enough;
    app_.emplace(any_host());
    app_->add(route<Waits>("/"));
    listen();
    RawClient gets(server_->port());
    gets.send(kGet);
    RawClient posts(server_->port());
    posts.send("POST / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(pump_until(*loop_, [&] { return Waits::started == 2; }));
    if (by_reset) {
      gets.reset();
      posts.reset();
    } else {
      gets.close();
      posts.close();
    }
    ASSERT_TRUE(pump_until(*loop_, [&] { return Waits::finished_count == 1; }));
    EXPECT_EQ(Waits::stopped, 1);
    EXPECT_EQ(Waits::completed, 0);
    enough.set();
    ASSERT_TRUE(pump_until(*loop_, [&] { return Waits::finished_count == 2; }));
    EXPECT_EQ(Waits::stopped, 1);
    EXPECT_EQ(Waits::completed, 1);
    ASSERT_TRUE(pump_until(*loop_, [&] { return server_->stats().connections == 0; }));
  }
}

// ---- Destruction at any moment
// --------------------------------------------------------------------

struct Destroys : RequestHandler {
  inline static std::optional<Application>* victim = nullptr;
  void get() {
    write("never sent");
    victim->reset();
    write("a dead connection takes it");
    finish();
    EXPECT_EQ(request().path(), "/");
    EXPECT_THROW((void)app(), std::logic_error);
  }
};

TEST_F(ServerTest, TheApplicationMayBeDestroyedByItsHandler) {
  Destroys::victim = &app_;
  app_->add(route<Destroys>("/"));
  RawClient client(listen().port());
  client.send(std::string(kGet) + kGet);
  ASSERT_TRUE(client.read_until_closed(*loop_));
  EXPECT_EQ(client.received(), "");
}

TEST_F(ServerTest, ALambdaMayDestroyTheApplicationThatOwnsIt) {
  app_->get("/", [this, text = std::string(100, 'x')] {
    app_.reset();
    return text;
  });
  RawClient client(listen().port());
  client.send(kGet);
  ASSERT_TRUE(client.read_until_closed(*loop_));
}

TEST_F(ServerTest, TheLoopMayBeDestroyedByAHandler) {
  app_->get("/", [this] {
    loop_.reset();
    return "unheard";
  });
  const auto port = listen().port();
  RawClient client(port);
  client.send(kGet);
  for (int i = 0; i < 1000 && loop_; ++i) {
    pollfd ready{loop_->fd(), POLLIN, 0};
    ::poll(&ready, 1, 10);
    loop_->dispatch();
  }
  EXPECT_FALSE(loop_);
  app_.reset();
}

TEST_F(ServerTest, WaitingHandlersAreDestroyedWithTheServer) {
  Waits::clear();
  app_->add(route<Waits>("/"));
  listen();
  RawClient client(server_->port());
  client.send(kGet);
  ASSERT_TRUE(pump_until(*loop_, [] { return Waits::started == 1; }));
  app_.reset();
  EXPECT_EQ(Waits::finished_count, 1);
  EXPECT_EQ(Waits::stopped + Waits::completed, 0);
  ASSERT_TRUE(client.read_until_closed(*loop_));
}

TEST_F(ServerTest, StopClosesIdleConnectionsAndAnswersTheOthers) {
  eddy::Event enough;
  app_->get("/slow", [&enough]() -> Task<std::string> {
    co_await enough.wait();
    co_return "slow";
  });
  app_->get("/", [] { return "quick"; });
  listen();
  RawClient idle(server_->port());
  idle.send(kGet);
  ASSERT_TRUE(idle.read_until(*loop_, "quick"));
  RawClient busy(server_->port());
  busy.send(get("/slow"));
  ASSERT_TRUE(pump_until(*loop_, [&] { return server_->stats().requests == 2; }));
  server_->stop();
  ASSERT_TRUE(idle.read_until_closed(*loop_));
  enough.set();
  ASSERT_TRUE(busy.read_until_closed(*loop_));
  EXPECT_THAT(busy.received(), HasSubstr("Connection: close\r\n\r\nslow"));
  busy.close();
  ASSERT_TRUE(pump_until(*loop_, [&] { return server_->stats().connections == 0; }));
  EXPECT_FALSE(loop_->run()) << "nothing is left that could keep it running";
}

// ---- Nested loops
// ---------------------------------------------------------------------------------

TEST_F(ServerTest, AHandlerMayRunANestedLoop) {
  int depth = 0;
  int deepest = 0;
  bool release = false;
  eddy::UniqueFunction<void()> meanwhile;
  app_->get("/nest", [&](const Request& request) {
    deepest = std::max(deepest, ++depth);
    // Not before: what waits for the others must be above what waits for it.
    if (meanwhile) loop_->post(std::move(meanwhile));
    EXPECT_TRUE(pump_until(*loop_, [&] { return release; }));
    --depth;
    return "nested " + std::string(request.header("X-Field"));
  });
  app_->get("/", [] { return "quick"; });
  listen();
  RawClient nested(server_->port());
  // Its own next request waits, and more of them arrive meanwhile.
  nested.send(get("/nest", "X-Field: kept\r\n") + get("/nest", "X-Field: next\r\n"));
  std::vector<std::unique_ptr<RawClient>> others;
  for (int i = 0; i < 50; ++i) others.push_back(std::make_unique<RawClient>(server_->port()));
  std::size_t answered = 0;
  meanwhile = [&] {
    nested.send(get("/nest", "X-Field: last\r\n"));
    for (const auto& other : others) other->send(kGet);
    EXPECT_TRUE(pump_until(*loop_, [&] {
      answered = 0;
      for (const auto& other : others) {
        other->read_available();
        answered += count_of(other->received(), "quick");
      }
      return answered == others.size();
    }));
    release = true;
  };
  ASSERT_TRUE(nested.read_until(*loop_, "nested last"));
  EXPECT_EQ(answered, 50U);
  EXPECT_EQ(deepest, 1);
  EXPECT_THAT(nested.received(), HasSubstr("nested kept"));
  EXPECT_THAT(nested.received(), HasSubstr("nested next"));
}

// Each takes a buffer to read into and one to write to; the server keeps a few for all.
TEST_F(ServerTest, NestedLoopsMayBeDeeperThanTheServerHasBuffers) {
  constexpr int kDepth = 6;
  std::vector<std::unique_ptr<RawClient>> clients;
  const std::string next = get("/", "X-Field: " + std::string(10'000, 'x') + "\r\n");
  const std::string half = next.substr(0, 8'000);
  int depth = 0;
  int ended = 0;
  app_->get("/nest", [&](const Request& request) {
    const int mine = ++depth;
    if (mine < kDepth) {
      clients[static_cast<std::size_t>(mine)]->send(
          get("/nest", "X-Field: " + std::to_string(mine) + "\r\n") + half);
      EXPECT_TRUE(pump_until(*loop_, [&] { return ended == kDepth - mine; }));
    }
    ++ended;
    return "nested " + std::string(request.header("X-Field"));
  });
  app_->get("/", [](const Request& request) {
    return "then " + std::to_string(request.header("X-Field").size());
  });
  listen();
  for (int i = 0; i < kDepth; ++i) clients.push_back(std::make_unique<RawClient>(server_->port()));
  clients[0]->send(get("/nest", "X-Field: 0\r\n") + half);
  for (int i = 0; i < kDepth; ++i) {
    RawClient& client = *clients[static_cast<std::size_t>(i)];
    EXPECT_TRUE(client.read_until(*loop_, "nested " + std::to_string(i)));
    client.send(next.substr(half.size()));
    EXPECT_TRUE(client.read_until(*loop_, "then 10000"));
  }
}

// ---- HttpServer
// -----------------------------------------------------------------------------------

TEST_F(ServerTest, HttpServerNeedsNoApplication) {
  HttpServer server(*loop_, [](const Request& request) {
    return "you asked for " + std::string(request.target());
  });
  server.listen(0);
  RawClient client(server.port());
  client.send(get("/any?thing"));
  ASSERT_TRUE(client.read_until(*loop_, "you asked for /any?thing"));
  HttpServer waits(*loop_, [](const Request& request) -> Task<Response> {
    co_await eddy::yield();
    co_return Response::html(std::string(request.target()));
  });
  waits.listen("127.0.0.1", 0);
  RawClient second(waits.port());
  second.send(get("/later"));
  ASSERT_TRUE(second.read_until(*loop_, "\r\n\r\n/later"));
}

}  // namespace
