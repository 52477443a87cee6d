// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Request bodies that are read piece by piece, alone and beside a response.
#include <gmock/gmock.h>

#include <string>

#include <eddy/core/task/sleep.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>
#include <tests/web/http/web_client.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Request;
using eddy::web::RequestBody;
using eddy::web::RequestHandler;
using eddy::web::ResponseStream;
using eddy::web::route;
using eddy_tests::count_of;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class StreamingTest : public eddy_tests::ManualServerTest {
 protected:
  /// POST /echo gives the body back as it comes; POST /collect when it is whole.
  void serve_echo() {
    app_.post("/echo", [](RequestBody& body, ResponseStream& out) -> Task<void> {
      for (std::string_view piece; !(piece = co_await body.read()).empty();) {
        out.write(piece);
        co_await out.flush();
      }
    });
    app_.post("/collect", [](RequestBody& body) -> Task<std::string> {
      std::string all;
      for (std::string_view piece; !(piece = co_await body.read()).empty();) all += piece;
      co_return "got " + std::to_string(all.size()) + ": " + all;
    });
    app_.get("/plain", [] { return "plain"; });
    listen();
  }
};

std::string post(std::string_view target, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

std::string chunked_head(std::string_view target) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
}

/// The head of a POST with so much content, and how that begins.
std::string begun_post(std::string_view target, std::size_t length, std::string_view begin) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
         std::string(begin);
}

/// A handler's answer when it has read all.
Task<std::string> read_all(RequestBody& body) {
  for (std::string_view piece; !(piece = co_await body.read()).empty();) {
  }
  co_return "fine";
}

constexpr const char* kPlain = "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n";

// ---- Request bodies
// ---------------------------------------------------------------------------------

TEST_F(StreamingTest, ABodyIsReadPieceByPieceHoweverItIsCut) {
  serve_echo();
  const std::string lengths = post("/collect", "hello, world");
  const std::string chunks =
      chunked_head("/collect") + "5;ext=1\r\nhello\r\n7\r\n, world\r\n0\r\nChecksum: x\r\n\r\n";
  for (const std::string& request : {lengths, chunks}) {
    for (std::size_t cut = 1; cut < request.size(); ++cut) {
      ManualPeer peer = connect(request.substr(0, cut));
      send(peer, request.substr(cut) + kPlain);
      const std::string answer = read(peer);
      ASSERT_THAT(answer, HasSubstr("got 12: hello, world")) << cut;
      ASSERT_THAT(answer, EndsWith("plain")) << cut;
      peer.close();
      loop_.run_until_idle();
    }
  }
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(StreamingTest, EachByteAlone) {
  serve_echo();
  ManualPeer peer = connect();
  for (const char c : chunked_head("/collect") + "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n") {
    send(peer, {&c, 1});
  }
  EXPECT_THAT(read(peer), HasSubstr("got 4: abcd"));
}

TEST_F(StreamingTest, TheHandlerIsCalledBeforeTheBodyIsThere) {
  int calls = 0;
  app_.post("/", [&](RequestBody& body) -> Task<std::string> {
    ++calls;
    co_return std::string(co_await body.read());
  });
  listen();
  ManualPeer peer = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(peer.unread(), "");
  send(peer, "abc");
  EXPECT_THAT(read(peer), EndsWith("abc"));
}

TEST_F(StreamingTest, AClientIsReadNoFasterThanTheHandlerTakes) {
  std::size_t taken = 0;
  app_.post("/", [&](RequestBody& body) -> Task<void> {
    for (std::string_view piece; !(piece = co_await body.read()).empty();) {
      taken += piece.size();
      co_await eddy::sleep(1s);
    }
  });
  listen({.limits = {.body_bytes = 10'000'000}});
  ManualPeer peer = connect(post("/", std::string(1'000'000, 'x')));
  const std::size_t first = peer.receives();
  EXPECT_LT(taken, 200'000U);
  loop_.run_until_idle();
  EXPECT_EQ(peer.receives(), first) << "read although the handler has a piece";
  loop_.advance(2s);
  EXPECT_LE(peer.receives(), first + 3);
  EXPECT_LT(server_->stats().buffered_bytes, 300'000U);
  loop_.advance(100s);
  EXPECT_EQ(taken, 1'000'000U);
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_LT(server_->stats().buffered_bytes, 10'000U);
}

TEST_F(StreamingTest, APieceStaysUntilTheNextRead) {
  std::string seen;
  app_.post("/", [&](RequestBody& body) -> Task<void> {
    const std::string_view piece = co_await body.read();
    co_await eddy::sleep(1s);
    seen = piece;
  });
  listen();
  ManualPeer peer = connect(post("/", "first"));
  send(peer, post("/", "other") + kPlain);
  loop_.advance(1s);
  EXPECT_EQ(seen, "first");
  loop_.advance(1s);
  EXPECT_EQ(seen, "other");
}

TEST_F(StreamingTest, WhoWaitsToBeAskedIsAskedByTheFirstRead) {
  app_.post("/", [&](RequestBody& body) -> Task<std::string> {
    co_await eddy::sleep(1s);
    co_return std::string(co_await body.read());
  });
  listen();
  ManualPeer peer =
      connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(peer.unread(), "");
  loop_.advance(1s);
  EXPECT_EQ(peer.read(), "HTTP/1.1 100 Continue\r\n\r\n");
  send(peer, "abc");
  EXPECT_THAT(read(peer), AllOf(StartsWith("HTTP/1.1 200 OK"), EndsWith("abc")));
}

TEST_F(StreamingTest, NobodyIsAskedForWhatIsThere) {
  serve_echo();
  ManualPeer peer = connect(post("/collect", "abc", "Expect: 100-continue\r\n"));
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(StreamingTest, NobodyIsAskedForMoreThanTheLimit) {
  app_.post("/whole", [](const Request& request) { return std::string(request.body()); });
  app_.post("/pieces", read_all);
  listen({.limits = {.body_bytes = 4}});
  for (const std::string target : {"/whole", "/pieces"}) {
    const std::string begin = "POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: ";
    ManualPeer at = connect(begin + "4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(read(at), "HTTP/1.1 100 Continue\r\n\r\n") << target;
    ManualPeer past = connect(begin + "5\r\nExpect: 100-continue\r\n\r\n");
    const std::string answer = read(past);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 ")) << target;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << target;
    EXPECT_EQ(count_of(answer, "HTTP/1.1 "), 1U) << target;
    EXPECT_TRUE(past.ended()) << target;
  }
}

TEST_F(StreamingTest, AnEarlyResponseClosesBehindABodyThatNobodyReads) {
  app_.post("/", [](RequestBody& /*body*/) -> Task<std::string> { co_return "no, thanks"; });
  listen();
  ManualPeer peer = connect("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\nbegun");
  const std::string answer = read(peer);
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("no, thanks"));
  EXPECT_TRUE(peer.ended());
  EXPECT_FALSE(peer.closed()) << "a close would be a reset, and could cost the client its answer";
  send(peer, std::string(100'000, 'x'));
  EXPECT_FALSE(peer.closed());
  loop_.advance(3s);
  EXPECT_TRUE(peer.closed());
}

TEST_F(StreamingTest, ContentThatIsThereButUnreadCostsNoConnection) {
  app_.post("/", [](RequestBody& /*body*/, ResponseStream& out) -> Task<void> {
    out.write("begun ");
    co_await out.flush();
    out.write("ended");
  });
  app_.get("/plain", [] { return "plain"; });
  listen();
  ManualPeer peer = connect(post("/", "unread") + kPlain);
  EXPECT_THAT(read(peer), EndsWith("plain"));
}

TEST_F(StreamingTest, MalformedContentIsA400AndTheEnd) {
  serve_echo();
  ManualPeer peer = connect(chunked_head("/collect") + "zz\r\n" + kPlain);
  const std::string answer = read(peer);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, Not(HasSubstr("plain")));
  EXPECT_TRUE(peer.ended());
}

TEST_F(StreamingTest, TooMuchIsA413AtTheLimitAndOnePast) {
  int calls = 0;
  auto upload = [&](RequestBody& body) -> Task<std::string> {
    ++calls;
    for (std::string_view piece; !(piece = co_await body.read()).empty();) {
    }
    co_return "fine";
  };
  app_.post("/", upload, {.body_bytes = 4});
  listen({.limits = {.body_bytes = 2}});
  ManualPeer at = connect(post("/", "1234"));
  EXPECT_THAT(read(at), EndsWith("fine"));
  ManualPeer past = connect(post("/", "12345"));
  EXPECT_THAT(read(past), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(calls, 1) << "a declared length is judged before the handler";
  ManualPeer chunks = connect(chunked_head("/") + "4\r\n1234\r\n0\r\n\r\n");
  EXPECT_THAT(read(chunks), EndsWith("fine"));
  ManualPeer more = connect(chunked_head("/") + "4\r\n1234\r\n1\r\n5\r\n0\r\n\r\n");
  EXPECT_THAT(read(more), StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(more.ended());
}

TEST_F(StreamingTest, AHandlerMayBeStricter) {
  app_.post("/more",
            [](RequestBody& body) {
              body.set_max_size(1'000'000'000);
              return read_all(body);
            },
            {.body_bytes = 4});
  app_.post("/", [](RequestBody& body) {
    body.set_max_size(3);
    return read_all(body);
  });
  listen();
  ManualPeer at = connect(post("/", "123"));
  EXPECT_THAT(read(at), EndsWith("fine"));
  ManualPeer past = connect(post("/", "1234"));
  EXPECT_THAT(read(past), StartsWith("HTTP/1.1 413 "));
  ManualPeer no_more = connect(chunked_head("/more") + "5\r\n12345\r\n0\r\n\r\n");
  EXPECT_THAT(read(no_more), StartsWith("HTTP/1.1 413 "));
}

TEST_F(StreamingTest, AHandlerMaySetItsOwnPace) {
  app_.post("/patient", [](RequestBody& body) {
    body.set_timeout(10s, 0);
    return read_all(body);
  });
  app_.post("/hasty", [](RequestBody& body) {
    body.set_timeout(100ms);
    return read_all(body);
  });
  app_.post("/plain", read_all);
  listen({.timeouts = {.body = 1s}});

  ManualPeer patient = connect(begun_post("/patient", 3, "a"));
  ManualPeer hasty = connect(begun_post("/hasty", 3, "a"));
  ManualPeer plain = connect(begun_post("/plain", 3, "a"));
  loop_.advance(99ms);
  EXPECT_EQ(read(hasty), "");
  loop_.advance(1ms);
  EXPECT_THAT(read(hasty), StartsWith("HTTP/1.1 408 "));
  loop_.advance(899ms);
  EXPECT_EQ(read(plain), "");
  loop_.advance(1ms);
  EXPECT_THAT(read(plain), StartsWith("HTTP/1.1 408 "));
  loop_.advance(8999ms);
  // Without a rate any byte makes up for all.
  send(patient, "b");
  loop_.advance(9999ms);
  EXPECT_EQ(read(patient), "");
  send(patient, "c");
  EXPECT_THAT(read(patient), EndsWith("fine"));

  // The next request of the connection has the server's again.
  send(patient, begun_post("/plain", 3, "a"));
  loop_.advance(1s);
  EXPECT_THAT(read(patient), StartsWith("HTTP/1.1 408 "));
}

TEST_F(StreamingTest, AnotherPaceHoldsFromNowOn) {
  // Set when a read that waited has brought the first piece.
  const auto upload = [this](const char* path, std::chrono::nanoseconds pace,
                             std::chrono::nanoseconds pause) {
    app_.post(path, [=](RequestBody& body) -> Task<std::string> {
      (void)co_await body.read();
      (void)co_await body.read();
      body.set_timeout(pace);
      co_await eddy::sleep(pause);
      co_return co_await read_all(body);
    });
  };
  upload("/longer", 10s, 0s);
  upload("/later", 10s, 300ms);
  upload("/shorter", 100ms, 0s);
  upload("/for_ever", 0s, 0s);
  upload("/late", -1s, 0s);
  listen({.timeouts = {.body = 1s}});
  const auto begin = [&](const char* path) {
    ManualPeer peer = connect(begun_post(path, 4, "a"));
    loop_.advance(500ms);
    send(peer, "b");
    return peer;
  };
  for (const char* path : {"/longer", "/later"}) {
    ManualPeer peer = begin(path);
    loop_.advance(9900ms);
    EXPECT_EQ(read(peer), "") << path;
    loop_.advance(500ms);
    EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 408 ")) << path;
  }
  ManualPeer shorter = begin("/shorter");
  loop_.advance(99ms);
  EXPECT_EQ(read(shorter), "");
  loop_.advance(2ms);
  EXPECT_THAT(read(shorter), StartsWith("HTTP/1.1 408 "));
  ManualPeer for_ever = begin("/for_ever");
  loop_.advance(1h);
  send(for_ever, "c");
  loop_.advance(1h);
  EXPECT_EQ(read(for_ever), "");
  send(for_ever, "d");
  EXPECT_THAT(read(for_ever), EndsWith("fine"));
  ManualPeer late = begin("/late");
  loop_.advance(1us);
  EXPECT_THAT(read(late), StartsWith("HTTP/1.1 408 "));
}

TEST_F(StreamingTest, AClientThatLeavesEndsTheReadWithAnError) {
  int gone = 0;
  app_.post("/", [&](RequestBody& body) -> Task<void> {
    try {
      for (std::string_view piece; !(piece = co_await body.read()).empty();) {
      }
    } catch (const eddy::web::ClientGoneError& error) {
      gone += error.code() == std::errc::connection_reset ? 1 : 100;
      throw;
    }
  });
  listen();
  const std::string half = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf";
  ManualPeer closes = connect(half);
  closes.close();
  loop_.run_until_idle();
  EXPECT_EQ(gone, 1);
  ManualPeer resets = connect(half);
  resets.reset();
  loop_.run_until_idle();
  EXPECT_EQ(gone, 2);
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(StreamingTest, TrailersAreKeptApart) {
  std::string trailer;
  std::string header;
  app_.post("/", [&](const Request& request, RequestBody& body) -> Task<void> {
    for (std::string_view piece; !(piece = co_await body.read()).empty();) {
    }
    trailer = body.trailers().get("Checksum").value_or("none");
    header = request.header("Checksum");
  });
  listen();
  ManualPeer peer = connect(chunked_head("/") + "1\r\nx\r\n0\r\nChecksum: 7\r\n\r\n");
  EXPECT_EQ(trailer, "7");
  EXPECT_EQ(header, "");
}

// ---- Both ways, and handler classes
// -----------------------------------------------------------------

TEST_F(StreamingTest, AnEchoKeepsTheConnection) {
  serve_echo();
  ManualPeer peer = connect("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  EXPECT_THAT(read(peer), EndsWith("3\r\nabc\r\n"));
  send(peer, std::string("def") + kPlain);
  const std::string rest = read(peer);
  EXPECT_THAT(rest, StartsWith("3\r\ndef\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(rest, EndsWith("plain"));
}

struct Upload : RequestHandler {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool stream_request_body = true;
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr std::size_t max_body_size = 100;
  static inline std::string order;

  void prepare() { order += "prepare "; }
  Task<void> data_received(std::string_view piece) {
    order += std::string(piece) + " ";
    co_await eddy::sleep(1ms);
  }
  void post() {
    order += "post ";
    write(order);
  }
  void on_finish() override { order += "on_finish"; }
};

TEST_F(StreamingTest, AHandlerClassGetsItsDataPieceByPiece) {
  Upload::order.clear();
  app_.add(route<Upload>("/upload"));
  listen();
  ManualPeer peer = connect("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  loop_.advance(2ms);
  send(peer, "def");
  loop_.advance(2ms);
  EXPECT_THAT(read(peer), EndsWith("prepare abc def post "));
  EXPECT_EQ(Upload::order, "prepare abc def post on_finish");
  ManualPeer large = connect(post("/upload", std::string(101, 'x')));
  EXPECT_THAT(read(large), StartsWith("HTTP/1.1 413 "));
}

/// Lets in who has the password, after a while.
struct GuardedUpload : Upload {
  Task<void> prepare() {
    co_await eddy::sleep(1s);
    if (request().query() != "password") send_error(403);
  }
};

TEST_F(StreamingTest, AHandlerClassAsksForContentBehindPrepare) {
  Upload::order.clear();
  app_.add(route<GuardedUpload>("/upload"));
  listen();
  const auto ask = [&](const std::string& target) {
    return connect("POST " + target +
                   " HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  };
  ManualPeer friendly = ask("/upload?password");
  ManualPeer stranger = ask("/upload");
  loop_.advance(1s - 1ns);
  EXPECT_EQ(read(friendly), "");
  EXPECT_EQ(read(stranger), "");
  loop_.advance(1ns);
  EXPECT_EQ(read(friendly), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(read(stranger), AllOf(StartsWith("HTTP/1.1 403 "), HasSubstr("Connection: close\r\n"),
                                    Not(HasSubstr("100 Continue"))));
  EXPECT_TRUE(stranger.ended());
  send(friendly, "abc");
  loop_.advance(1ms);
  EXPECT_THAT(read(friendly), AllOf(StartsWith("HTTP/1.1 200 OK"), EndsWith("abc post ")));
}

TEST_F(StreamingTest, AServerMayGoWhileBothWaysWait) {
  serve_echo();
  auto other = std::make_unique<eddy::web::HttpServer>(
      loop_, [](RequestBody& body, ResponseStream& out) -> Task<void> {
        for (std::string_view piece; !(piece = co_await body.read()).empty();) {
          out.write(std::string(100'000, 'x'));
          co_await out.flush();
        }
      });
  other->listen(0);
  ManualPeer reads = loop_.system().connect(other->port());
  send(reads, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n");
  ManualPeer writes = loop_.system().connect(other->port());
  writes.set_capacity(10);
  send(writes, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  other.reset();
  loop_.run_until_idle();
  EXPECT_TRUE(reads.closed());
  EXPECT_TRUE(writes.closed());
}

}  // namespace
