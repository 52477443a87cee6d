// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The client against Eddy's own server, in memory and on real sockets.
#include <eddy/web/http/http_client.h>

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include <eddy/core/core.h>
#include <eddy/web/http/server.h>
#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>

namespace {

using eddy::Task;
using eddy::web::ClientRequest;
using eddy::web::ClientResponse;
using eddy::web::HttpClient;
using eddy::web::Request;
using eddy::web::RequestBody;
using eddy::web::ResponseStream;
using namespace std::chrono_literals;

class ClientAndServerTest : public eddy_tests::ManualServerTest {
 protected:
  ClientAndServerTest() {
    app_.get("/hello/{name}", [](std::string_view name) { return "Hello, " + std::string(name); });
    app_.post("/echo", [](RequestBody& body, ResponseStream& out) -> Task<void> {
      for (std::string_view piece; !(piece = co_await body.read()).empty();) {
        out.write(piece);
        co_await out.flush();
      }
    });
    app_.post("/length",
              [](const Request& request) { return std::to_string(request.body().size()); });
    app_.get("/slow", []() -> Task<std::string> {
      co_await eddy::sleep(1h);
      co_return "at last";
    });
    listen();
  }
  std::string url(std::string_view path) { return server_->url() + std::string(path); }
  ClientResponse fetch(std::string url, std::string method = "GET", std::string body = {}) {
    ClientRequest request(std::move(url), std::move(method), std::move(body));
    request.request_timeout = 2h;
    return loop_.run_until(client_.fetch(std::move(request)));
  }

  HttpClient client_{loop_};
};

TEST_F(ClientAndServerTest, SpeakWithEachOther) {
  const ClientResponse hello = fetch(url("/hello/you"));
  EXPECT_EQ(hello.status, 200);
  EXPECT_EQ(hello.body, "Hello, you");
  EXPECT_EQ(hello.headers.get("Content-Length"), "10");
  const ClientResponse head = fetch(url("/hello/you"), "HEAD");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.headers.get("Content-Length"), "10");
  EXPECT_EQ(fetch(url("/none")).status, 404);
}

TEST_F(ClientAndServerTest, AnAnswerInStepWithTheRequestIsRead) {
  const std::string body(3'000'000, 'e');
  EXPECT_EQ(fetch(url("/echo"), "POST", std::string(900'000, 'e')).body, std::string(900'000, 'e'));
  // Beyond the server's limit: it answers before it has got it all.
  EXPECT_EQ(fetch(url("/length"), "POST", body).status, 413);
}

TEST_F(ClientAndServerTest, AStopOfTheFetchStopsTheHandler) {
  EXPECT_THROW(loop_.run_until(eddy::with_timeout(1s, client_.fetch(url("/slow")))),
               eddy::TimeoutError);
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_EQ(fetch(url("/slow")).body, "at last");
}

TEST(HttpClientOnSockets, FetchesFromTheSameLoop) {
  eddy::NativeLoop loop;
  eddy::web::Application app;
  app.post("/echo", [](const Request& request) { return std::string(request.body()); });
  const eddy::web::Server& server = app.listen(loop, "127.0.0.1", 0);
  const std::string name = "@eddy-client-test-" + std::to_string(server.port());
  const eddy::web::Server& local = app.listen_unix(loop, name);
  const HttpClient client(loop);
  const std::string body(500'000, 'x');
  for (const std::string& url : {server.url() + "/echo", local.url() + ":/echo"}) {
    EXPECT_EQ(loop.run_until(client.fetch(ClientRequest(url, "POST", body))).body, body) << url;
  }
}

}  // namespace
