// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Requests whose content comes in a coding that the server undoes.
#include <gmock/gmock.h>

#include <string>

#include <eddy/web/web.h>
#include <tests/core/temp_file.h>
#include <tests/web/http/coding_tools.h>
#include <tests/web/http/manual_server.h>
#include <tests/web/http/web_client.h>

namespace {

using eddy::Task;
using eddy::core_test::numbers;
using eddy::testing::ManualPeer;
using eddy::web::Request;
using eddy::web::RequestBody;
using eddy::web::RouteOptions;
using eddy::web::ServerOptions;
using eddy::web_test::zlib_encoded;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string gzip(std::string_view text) { return zlib_encoded(text, true); }

std::string post(std::string_view target, std::string_view body,
                 std::string_view fields = "Content-Encoding: gzip\r\n") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

std::string chunked(std::string_view target, std::string_view body) {
  char size[16];
  std::string text = "POST " + std::string(target) +
                     " HTTP/1.1\r\nHost: h\r\nContent-Encoding: GZIP\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 1000) {
    const std::string_view piece = body.substr(at, 1000);
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    text.append(size).append(piece).append("\r\n");
  }
  return text + "0\r\n\r\n";
}

class DecompressionTest : public eddy_tests::ManualServerTest {
 protected:
  /// What was sent comes back, whole or piece by piece, behind what has become of the coding.
  void serve(ServerOptions options = {}) {
    const auto codings = [](const Request& request) {
      return "[" + std::string(request.header("Content-Encoding")) + "|" +
             std::string(request.header("X-Consumed-Content-Encoding")) + "]";
    };
    app_.post("/whole", [codings](const Request& request) {
      return codings(request) + std::string(request.body());
    });
    app_.post(
        "/small", [](const Request& request) { return std::string(request.body()); },
        RouteOptions{.body_bytes = 2000});
    app_.post("/pieces", [codings](const Request& request, RequestBody& body) -> Task<std::string> {
      std::string all = codings(request);
      for (std::string_view piece; !(piece = co_await body.read()).empty();) {
        EXPECT_LE(piece.size(), 64U * 1024);
        all += piece;
      }
      co_return all + "=" + std::to_string(body.bytes_read());
    });
    app_.get("/plain", [] { return "plain"; });
    options.decompress_request = true;
    listen(options);
  }
};

TEST_F(DecompressionTest, TheHandlerGetsWhatWasMeant) {
  serve();
  for (const std::size_t size : {0U, 1U, 1000U, 300'000U}) {
    const std::string text = numbers(size);
    for (const std::string& request :
         {post("/whole", gzip(text)), post("/pieces", gzip(text)), chunked("/whole", gzip(text)),
          chunked("/pieces", gzip(text))}) {
      ManualPeer peer = connect(request + "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
      const std::string answer = read(peer);
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
      EXPECT_TRUE(answer.find(text) != std::string::npos) << size;
      EXPECT_THAT(answer, EndsWith("plain")) << "the next request is found";
      EXPECT_THAT(answer, testing::AnyOf(HasSubstr("[|gzip]"), HasSubstr("[|GZIP]")));
      if (request.starts_with("POST /pieces")) {
        EXPECT_THAT(answer, HasSubstr("=" + std::to_string(size)));
      }
    }
  }
}

TEST_F(DecompressionTest, HoweverItIsCut) {
  serve();
  const std::string text = numbers(3000);
  for (const std::string& request :
       {post("/whole", gzip(text)), chunked("/pieces", gzip(text)),
        post("/whole", zlib_encoded(text, false), "Content-Encoding: deflate\r\n")}) {
    ManualPeer peer = connect();
    for (const char byte : request) send(peer, {&byte, 1});
    EXPECT_THAT(read(peer), HasSubstr(text));
  }
}

TEST_F(DecompressionTest, WhatIsNotUndoneIsTheHandlers) {
  serve();
  for (const char* coding : {"br", "gzip, gzip", "identity", "teapot"}) {
    ManualPeer peer =
        connect(post("/whole", "as it is", "Content-Encoding: " + std::string(coding) + "\r\n"));
    EXPECT_THAT(read(peer), EndsWith("[" + std::string(coding) + "|]as it is"));
  }
}

TEST_F(DecompressionTest, OffUnlessItIsAskedFor) {
  app_.post("/", [](const Request& request) {
    return std::string(request.header("Content-Encoding")) + std::string(request.body());
  });
  listen();
  const std::string packed = gzip("text");
  ManualPeer peer = connect(post("/", packed));
  EXPECT_THAT(read(peer), EndsWith("gzip" + packed));
}

TEST_F(DecompressionTest, TheLimitHoldsForWhatComesOut) {
  serve();
  const auto status = [this](const std::string& request) {
    ManualPeer peer = connect(request);
    return read(peer).substr(9, 3);
  };
  const std::string fits = numbers(2000);
  const std::string more = numbers(2001);
  EXPECT_EQ(status(post("/small", gzip(fits))), "200");
  EXPECT_EQ(status(post("/small", gzip(more))), "413");
  EXPECT_EQ(status(chunked("/small", gzip(fits))), "200");
  EXPECT_EQ(status(chunked("/small", gzip(more))), "413");
  EXPECT_EQ(status(post("/whole", gzip(numbers(1024 * 1024)))), "200");
  EXPECT_EQ(status(post("/whole", gzip(numbers(1024 * 1024 + 1)))), "413");
  EXPECT_EQ(status(post("/pieces", gzip(numbers(1024 * 1024 + 1)))), "413");
}

TEST_F(DecompressionTest, AFewBytesDoNotStandForVeryMany) {
  serve({.limits = {.body_bytes = 100'000'000}});
  const std::string bomb = gzip(std::string(50'000'000, 'x'));
  for (const char* target : {"/whole", "/pieces"}) {
    ManualPeer peer = connect(post(target, bomb));
    EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(server_->stats().buffered_bytes, 0U);
  }
}

TEST_F(DecompressionTest, ADecodersOwnMemoryIsCounted) {
  serve();
  const std::string request = chunked("/whole", gzip("text"));
  ManualPeer peer = connect(request.substr(0, request.size() - 5));
  EXPECT_GE(server_->stats().buffered_bytes, 40U * 1024);
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().buffered_bytes, 0U);
}

TEST_F(DecompressionTest, WithoutARatioOnlyTheLimitCounts) {
  serve({.limits = {.body_bytes = 3'000'000}, .decompression_ratio = 0});
  ManualPeer peer = connect(post("/whole", gzip(std::string(3'000'000, 'x'))));
  EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 200 "));
}

TEST_F(DecompressionTest, WhatIsBrokenIsA400) {
  serve();
  const std::string good = gzip(numbers(5000));
  for (const std::string& body :
       {std::string("no gzip at all"), good.substr(0, good.size() - 1), good + "behind"}) {
    for (const char* target : {"/whole", "/pieces"}) {
      ManualPeer peer = connect(post(target, body));
      EXPECT_THAT(read(peer), StartsWith("HTTP/1.1 400 ")) << target << " " << body.size();
    }
  }
}

// A few bytes, which come in one read, are decoded for longer than a turn may last: the others get
// their turns meanwhile.
TEST_F(DecompressionTest, OthersAreServedWhileItDecodes) {
  serve({.limits = {.body_bytes = 8'000'000}, .decompression_ratio = 0});
  loop_.set_budget({.max_steps = 1});
  const std::string text(4'000'000, 'x');
  ManualPeer large = loop_.system().connect(server_->port());
  ManualPeer small = loop_.system().connect(server_->port());
  loop_.run_until_idle();
  large.write(post("/whole", gzip(text)));
  loop_.run_turns(3);
  small.write("GET /plain HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.run_turns(6);
  EXPECT_THAT(small.unread(), EndsWith("plain"));
  EXPECT_EQ(large.unread(), "");
  large.shutdown_write();  // it has sent all, and waits for its answer
  loop_.run_until_idle();
  EXPECT_TRUE(read(large).ends_with("]" + text));
}

}  // namespace
