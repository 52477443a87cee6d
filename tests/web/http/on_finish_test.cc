// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// However a request ends, its handler's on_finish() comes once, and it is destroyed.
#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::RequestHandler;
using eddy::web::route;
using testing::HasSubstr;

struct Ends : RequestHandler {
  static inline int finished = 0;
  static inline int live = 0;
  Ends() { ++live; }
  ~Ends() override { --live; }
  void on_finish() override { ++finished; }
};

struct EndsSoon : Ends {
  Task<void> get() {
    const std::string_view query = request().query();
    if (query == "wait") co_await eddy::sleep(1h);
    if (query == "large") {
      write(std::string(1'000'000, 'x'));
      co_await flush();
      co_await eddy::sleep(1h);
    }
    if (query == "misuse") {
      set_header("Content-Length", "3");
      write("four");
      co_await flush();
    }
    if (query == "encode") {
      set_header("Content-Type", "text/plain");
      write(std::string(3'000'000, 'x'));
    }
  }
};

struct EndsUpload : Ends {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool stream_request_body = true;
  void data_received(std::string_view) {}
  void post() { write("thanks"); }
};

class EndsTest : public eddy_tests::ManualServerTest {
 protected:
  EndsTest() {
    app_.add(route<EndsSoon>("/"));
    app_.add(route<EndsUpload>("/upload"));
    Ends::finished = 0;
  }
  ~EndsTest() override {
    EXPECT_EQ(Ends::finished, 1);
    EXPECT_EQ(Ends::live, 0);
  }
  static std::string get(std::string_view query) {
    return "GET /?" + std::string(query) +
           " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n";
  }
};

TEST_F(EndsTest, OnFinishComesOnceWhenTheClientDoesNotRead) {
  listen({.timeouts = {.write = 5s}});
  const ManualPeer peer = connect(get("large"));
  loop_.advance(5s);
}

TEST_F(EndsTest, OnFinishComesOnceWhenTheServerHoldsTooMuch) {
  listen({.buffered_bytes = 500'000});
  const ManualPeer peer = connect(get("large"));
  EXPECT_TRUE(peer.closed());
}

TEST_F(EndsTest, OnFinishComesOnceWhenAnUploadStalls) {
  listen({.timeouts = {.body = 5s}});
  ManualPeer peer =
      connect("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf");
  loop_.advance(10s);
  EXPECT_THAT(read(peer), HasSubstr("HTTP/1.1 408 "));
}

TEST_F(EndsTest, OnFinishComesOnceWhenAnUploadIsMalformed) {
  listen();
  ManualPeer peer = connect(
      "POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno size");
  EXPECT_THAT(read(peer), HasSubstr("HTTP/1.1 400 "));
}

TEST_F(EndsTest, OnFinishComesOnceWhenADrainIsForced) {
  listen();
  const ManualPeer peer = connect(get("wait"));
  loop_.spawn([](auto& server) -> Task<void> { (void)co_await server.drain(5s); }(*server_));
  loop_.advance(5s);
  EXPECT_TRUE(peer.closed());
}

TEST_F(EndsTest, OnFinishComesOnceWhenTheProgramBreaksItsWord) {
  listen();
  const ManualPeer peer = connect(get("misuse"));
  EXPECT_THAT(logged_, testing::ElementsAre(HasSubstr("more content than the Content-Length")));
}

TEST_F(EndsTest, OnFinishComesOnceWhenTheClientLeavesDuringEncoding) {
  listen({.compression = {.enabled = true}});
  loop_.set_budget({.slice = 1h, .max_steps = 1});
  ManualPeer peer = loop_.system().connect(server_->port());
  peer.write(get("encode"));
  loop_.run_turns(10);
  peer.reset();
  loop_.set_budget({});
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(EndsTest, OnFinishComesOnceWhenTheServerGoes) {
  auto own = std::make_unique<eddy::web::Application>();
  own->add(route<EndsSoon>("/"));
  server_ = &own->listen(loop_, "127.0.0.1", 0);
  const ManualPeer peer = connect(get("wait"));
  server_->stop();
  loop_.run_until_idle();
  EXPECT_EQ(Ends::finished, 0);
  own.reset();
  loop_.run_until_idle();
}

}  // namespace
