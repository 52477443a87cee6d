// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Responses that are sent piece by piece, while they are made.
#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>
#include <tests/web/http/web_client.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::RequestHandler;
using eddy::web::ResponseStream;
using eddy::web::route;
using eddy_tests::count_of;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kPlain = "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n";

class ResponseStreamTest : public eddy_tests::ManualServerTest {};

struct Flushes : RequestHandler {
  Task<void> get() {
    EXPECT_FALSE(headers_sent());
    set_status(203);
    write("one ");
    co_await flush();
    EXPECT_TRUE(headers_sent());
    EXPECT_THROW(redirect("/"), std::logic_error);
    EXPECT_THROW(send_error(409), std::logic_error);
    EXPECT_THROW(send_file({}), std::logic_error);
    EXPECT_EQ(status(), 203);
    write("two");
  }
};

TEST_F(ResponseStreamTest, AHandlerOfAClassMaySendWhatItHas) {
  app_.add(route<Flushes>("/"));
  listen();
  ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = read(peer);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 203 "));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_F(ResponseStreamTest, AResponseIsChunked) {
  app_.get("/", [](ResponseStream& out) -> Task<void> {
    out.set_status(201);
    out.set_header("Content-Type", "text/plain");
    out.set_trailer("Checksum", "7");
    for (const char* text : {"one", "", "three"}) {
      out.write(text);
      co_await out.flush();
    }
    out.write("end");
  });
  listen();
  ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = read(peer);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\nDate: "));
  EXPECT_THAT(answer, EndsWith("\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\none\r\n5\r\nthree\r\n3\r\nend\r\n0\r\nChecksum: 7\r\n\r\n"));
  EXPECT_FALSE(peer.ended());
}

struct FlushesItsEnd : RequestHandler {
  Task<void> get() {
    if (request().path() == "/pieces") {
      write("one ");
      co_await flush();
      write("two ");
    }
    finish("end");
    co_await flush();
    write("never sent");
    co_await flush();
  }
};

TEST_F(ResponseStreamTest, AFlushBehindTheEndLosesNothing) {
  app_.add(route<FlushesItsEnd>("/pieces"));
  app_.add(route<FlushesItsEnd>("/whole"));
  listen();
  ManualPeer peer = connect("GET /whole HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read(peer), AllOf(HasSubstr("Content-Length: 3\r\n"), EndsWith("\r\n\r\nend")));
  send(peer, "GET /pieces HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read(peer), EndsWith("\r\n\r\n4\r\none \r\n7\r\ntwo end\r\n0\r\n\r\n"));
}

TEST_F(ResponseStreamTest, ATrailerMustBeOne) {
  app_.get("/", [](ResponseStream& out) -> Task<void> {
    EXPECT_THROW(out.set_trailer("content-length", "1"), std::invalid_argument);
    EXPECT_THROW(out.set_trailer("Set-Cookie", "a=b"), std::invalid_argument);
    EXPECT_THROW(out.set_trailer("A", "b\r\n"), std::invalid_argument);
    out.set_trailer("Checksum", "7");
    out.write("text");
    co_return;
  });
  listen();
  ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read(peer), EndsWith("text"));
}

TEST_F(ResponseStreamTest, OldClientsGetItUntilTheConnectionEnds) {
  app_.get("/", [](ResponseStream& out) -> Task<void> {
    out.write("one ");
    co_await out.flush();
    out.write("two");
  });
  listen();
  ManualPeer peer = connect("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string answer = read(peer);
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n\r\none two"));
  EXPECT_TRUE(peer.ended());
}

TEST_F(ResponseStreamTest, HeadGetsTheHeadOnly) {
  app_.get("/", [](ResponseStream& out) -> Task<void> {
    out.write("one ");
    co_await out.flush();
    out.write("two");
  });
  app_.get("/plain", [] { return "plain"; });
  listen();
  ManualPeer peer = connect(std::string("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n") + kPlain);
  const std::string answer = read(peer);
  EXPECT_EQ(count_of(answer, "HTTP/1.1 200 OK\r\n"), 2U);
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nHTTP/1.1 200 OK\r\n"));  // nothing between the heads
  EXPECT_THAT(answer, EndsWith("\r\n\r\nplain"));
}

TEST_F(ResponseStreamTest, ADeclaredLengthIsKeptOrTheConnectionIsCut) {
  std::string thrown;
  app_.get("/{text}", [&](std::string_view text, ResponseStream& out) -> Task<void> {
    out.set_header("Content-Length", "4");
    co_await out.flush();
    out.write(text);
    try {
      co_await out.flush();
    } catch (const std::logic_error& error) {
      thrown = error.what();
      throw;
    }
  });
  listen();
  auto get = [](std::string_view path) {
    return "GET /" + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  };
  ManualPeer right = connect(get("1234"));
  EXPECT_THAT(read(right), HasSubstr("Content-Length: 4\r\n\r\n1234"));
  EXPECT_FALSE(right.ended());
  EXPECT_THAT(logged_, IsEmpty());
  ManualPeer less = connect(get("123"));
  EXPECT_THAT(read(less), EndsWith("\r\n\r\n123"));
  EXPECT_TRUE(less.closed());
  ManualPeer more = connect(get("12345"));
  EXPECT_THAT(read(more), EndsWith("\r\n\r\n"));
  EXPECT_TRUE(more.closed());
  EXPECT_THAT(thrown, HasSubstr("more content"));
  EXPECT_EQ(logged_.size(), 2U);
}

TEST_F(ResponseStreamTest, TheHandlerWaitsForASlowReader) {
  int flushed = 0;
  app_.get("/", [&](ResponseStream& out) -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      out.write(std::string(10'000, 'x'));
      co_await out.flush();
      ++flushed;
    }
  });
  listen({.output_bytes = 20'000});
  ManualPeer peer = connect();
  peer.set_capacity(5'000);
  send(peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const int before = flushed;
  EXPECT_LT(before, 5);
  loop_.advance(1s);
  EXPECT_EQ(flushed, before);
  EXPECT_LT(server_->stats().buffered_bytes, 100'000U);
  std::string all;
  for (std::string piece; !(piece = peer.read()).empty(); all += piece) loop_.run_until_idle();
  EXPECT_EQ(flushed, 100);
  EXPECT_GT(all.size(), 1'000'000U);
  EXPECT_THAT(all, EndsWith("\r\n0\r\n\r\n"));
}

TEST_F(ResponseStreamTest, WhatIsFlushedGoesOutBehindEarlierResponses) {
  app_.get("/plain", [] { return "plain"; });
  app_.get("/", [&](ResponseStream& out) -> Task<void> {
    out.write("streamed");
    co_await out.flush();
    co_await eddy::sleep(1s);
  });
  listen();
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  ManualPeer peer = connect(kPlain + get + kPlain);
  std::string answer = read(peer);
  EXPECT_LT(answer.find("plain"), answer.find("streamed"));
  EXPECT_EQ(count_of(answer, "HTTP/1.1 200"), 2U);
  loop_.advance(1s);
  EXPECT_THAT(read(peer), EndsWith("plain"));
}

TEST_F(ResponseStreamTest, AnErrorBehindTheHeadCutsTheConnection) {
  app_.get("/", [](ResponseStream& out) -> Task<void> {
    out.write("begun");
    co_await out.flush();
    throw std::runtime_error("in the middle");
  });
  listen();
  ManualPeer peer = connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = read(peer);
  EXPECT_THAT(answer, EndsWith("5\r\nbegun\r\n")) << "no end that would make it look whole";
  EXPECT_TRUE(peer.closed());
  EXPECT_THAT(logged_, ElementsAre(HasSubstr("in the middle")));
}

TEST_F(ResponseStreamTest, WhatIsSetTooLateIsAnError) {
  std::string thrown;
  app_.get("/", [&](ResponseStream& out) -> Task<void> {
    co_await out.flush();
    try {
      out.set_header("Late", "1");
    } catch (const std::logic_error& error) {
      thrown = error.what();
    }
  });
  listen();
  connect("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(thrown, HasSubstr("set_header"));
}

TEST_F(ResponseStreamTest, ACoroutineThatIsNeverSlowedDownLeavesTheOthersTheirTurn) {
  app_.get("/", [&](ResponseStream& out) -> Task<void> {
    for (int i = 0; i < 10'000; ++i) {
      out.write("x");
      co_await out.flush();
    }
  });
  listen();
  loop_.set_budget({.slice = 1ms, .max_steps = 0});
  loop_.system().set_tick(10us);
  ManualPeer peer = loop_.system().connect(server_->port());
  peer.set_capacity(10'000'000);
  peer.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.run_turns(2);
  EXPECT_LT(peer.sends(), 5'000U) << "one turn has done it all";
  loop_.system().set_tick({});
  loop_.run_until_idle();
  EXPECT_THAT(read(peer), EndsWith("0\r\n\r\n"));
}

}  // namespace
