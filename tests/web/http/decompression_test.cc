// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Requests whose content comes in a coding that the server undoes.
#include <gmock/gmock.h>

#include <string>

#include <eddy/testing/app_test.h>
#include <eddy/web/web.h>
#include <tests/core/temp_file.h>
#include <tests/web/http/coding_tools.h>

namespace {

using eddy::LogLevel;
using eddy::Task;
using eddy::core_test::numbers;
using eddy::testing::ExpectLog;
using eddy::testing::ManualPeer;
using eddy::web::ClientRequest;
using eddy::web::ClientResponse;
using eddy::web::Request;
using eddy::web::RequestBody;
using eddy::web::RouteOptions;
using eddy::web::ServerOptions;
using eddy::web_test::zlib_encoded;
using testing::EndsWith;
using testing::HasSubstr;

std::string gzip(std::string_view text) { return zlib_encoded(text, true); }

// What the client can't send, byte by byte or in chunks.

std::string raw(std::string_view target, std::string_view body, std::string_view coding = "gzip") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nContent-Encoding: " + std::string(coding) + "\r\n\r\n" + std::string(body);
}

std::string chunked(std::string_view target, std::string_view body) {
  char size[16];
  std::string text = "POST " + std::string(target) +
                     " HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: GZIP\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 1000) {
    const std::string_view piece = body.substr(at, 1000);
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    text.append(size).append(piece).append("\r\n");
  }
  return text + "0\r\n\r\n";
}

class DecompressionTest : public eddy::testing::ManualAppTest {
 protected:
  /// What was sent comes back, whole or piece by piece, behind what has become of the coding.
  std::unique_ptr<eddy::web::Application> make_app() override {
    auto app = std::make_unique<eddy::web::Application>();
    const auto codings = [](const Request& request) {
      return "[" + std::string(request.header("Content-Encoding")) + "|" +
             std::string(request.header("X-Consumed-Content-Encoding")) + "]";
    };
    app->post("/whole", [codings](const Request& request) {
      return codings(request) + std::string(request.body());
    });
    app->post(
        "/small", [](const Request& request) { return std::string(request.body()); },
        RouteOptions{.body_bytes = 2000});
    app->post("/pieces", [codings](const Request& request, RequestBody& body) -> Task<std::string> {
      std::string all = codings(request);
      for (std::string_view piece; !(piece = co_await body.read()).empty();) {
        EXPECT_LE(piece.size(), 64U * 1024);
        all += piece;
      }
      co_return all + "=" + std::to_string(body.bytes_read());
    });
    app->get("/plain", [] { return "plain"; });
    return app;
  }
  ServerOptions server_options() override { return {.decompress_request = true}; }

  ClientResponse post(std::string_view path, std::string body, std::string_view coding = "gzip") {
    ClientRequest request = make_request(path, "POST", std::move(body));
    request.headers.set("Content-Encoding", coding);
    return fetch(std::move(request));
  }
  /// A client that has sent `text`, and the server has dealt with it as far as it can.
  ManualPeer connect(std::string_view text) {
    ManualPeer peer = system().connect(port());
    peer.write(text);
    loop().run_until_idle();
    return peer;
  }
  std::string read(ManualPeer& peer) {
    std::string all;
    for (std::string piece; !(piece = peer.read()).empty(); all += piece) loop().run_until_idle();
    return all;
  }
};

TEST_F(DecompressionTest, TheHandlerGetsWhatWasMeant) {
  for (const std::size_t size : {0U, 1U, 1000U, 300'000U}) {
    const std::string text = numbers(size);
    for (const std::string& request :
         {raw("/whole", gzip(text)), raw("/pieces", gzip(text)), chunked("/whole", gzip(text)),
          chunked("/pieces", gzip(text))}) {
      ManualPeer peer = connect(request + "GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const std::string answer = read(peer);
      EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200 "));
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
  const std::string text = numbers(3000);
  for (const std::string& request : {raw("/whole", gzip(text)), chunked("/pieces", gzip(text)),
                                     raw("/whole", zlib_encoded(text, false), "deflate")}) {
    ManualPeer peer = connect("");
    for (const char byte : request) {
      peer.write({&byte, 1});
      loop().run_until_idle();
    }
    EXPECT_THAT(read(peer), HasSubstr(text));
  }
}

TEST_F(DecompressionTest, WhatIsNotUndoneIsTheHandlers) {
  for (const char* coding : {"br", "gzip, gzip", "identity", "teapot"}) {
    EXPECT_EQ(post("/whole", "as it is", coding).body, "[" + std::string(coding) + "|]as it is");
  }
}

TEST_F(DecompressionTest, OffUnlessItIsAskedFor) {
  listen({});
  const std::string packed = gzip("text");
  EXPECT_EQ(post("/whole", packed).body, "[gzip|]" + packed);
}

TEST_F(DecompressionTest, TheLimitHoldsForWhatComesOut) {
  // What is read whole is refused before there is a handler to log for.
  const ExpectLog expected(log(), LogLevel::warning, "413 POST /pieces (127.0.0.1): the decoded");
  const std::string fits = numbers(2000);
  const std::string more = numbers(2001);
  EXPECT_EQ(post("/small", gzip(fits)).status, 200);
  EXPECT_EQ(post("/small", gzip(more)).status, 413);
  ManualPeer peer = connect(chunked("/small", gzip(fits)));
  EXPECT_THAT(read(peer), testing::StartsWith("HTTP/1.1 200 "));
  peer = connect(chunked("/small", gzip(more)));
  EXPECT_THAT(read(peer), testing::StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(post("/whole", gzip(numbers(1024 * 1024))).status, 200);
  EXPECT_EQ(post("/whole", gzip(numbers(1024 * 1024 + 1))).status, 413);
  EXPECT_EQ(post("/pieces", gzip(numbers(1024 * 1024 + 1))).status, 413);
}

TEST_F(DecompressionTest, AFewBytesDoNotStandForVeryMany) {
  listen({.limits = {.body_bytes = 100'000'000}, .decompress_request = true});
  const ExpectLog expected(log(), LogLevel::warning, "the content is packed too densely");
  const std::string bomb = gzip(std::string(50'000'000, 'x'));
  for (const char* target : {"/whole", "/pieces"}) {
    EXPECT_EQ(post(target, bomb).status, 413);
    loop().run_until_idle();
    EXPECT_EQ(server().stats().buffered_bytes, 0U);
  }
}

TEST_F(DecompressionTest, ADecodersOwnMemoryIsCounted) {
  const std::string request = chunked("/whole", gzip("text"));
  ManualPeer peer = connect(request.substr(0, request.size() - 5));
  EXPECT_GE(server().stats().buffered_bytes, 40U * 1024);
  peer.close();
  loop().run_until_idle();
  EXPECT_EQ(server().stats().buffered_bytes, 0U);
}

TEST_F(DecompressionTest, WithoutARatioOnlyTheLimitCounts) {
  listen(
      {.limits = {.body_bytes = 3'000'000}, .decompress_request = true, .decompression_ratio = 0});
  EXPECT_EQ(post("/whole", gzip(std::string(3'000'000, 'x'))).status, 200);
}

TEST_F(DecompressionTest, WhatIsBrokenIsA400) {
  const ExpectLog broken(log(), LogLevel::warning, "the content can't be decoded");
  const ExpectLog cut(log(), LogLevel::warning, "the encoded content ends too early");
  const std::string good = gzip(numbers(5000));
  for (const std::string& body :
       {std::string("no gzip at all"), good.substr(0, good.size() - 1), good + "behind"}) {
    for (const char* target : {"/whole", "/pieces"}) {
      EXPECT_EQ(post(target, body).status, 400) << target << " " << body.size();
    }
  }
}

// A few bytes, which come in one read, are decoded for longer than a turn may last: the others get
// their turns meanwhile.
TEST_F(DecompressionTest, OthersAreServedWhileItDecodes) {
  listen(
      {.limits = {.body_bytes = 8'000'000}, .decompress_request = true, .decompression_ratio = 0});
  loop().set_budget({.max_steps = 1});
  const std::string text(4'000'000, 'x');
  ManualPeer large = system().connect(port());
  ManualPeer small = system().connect(port());
  loop().run_until_idle();
  large.write(raw("/whole", gzip(text)));
  loop().run_turns(3);
  small.write("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
  loop().run_turns(6);
  EXPECT_THAT(small.unread(), EndsWith("plain"));
  EXPECT_EQ(large.unread(), "");
  large.shutdown_write();  // it has sent all, and waits for its answer
  loop().run_until_idle();
  EXPECT_TRUE(read(large).ends_with("]" + text));
}

}  // namespace
