// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// WebSockets over TLS, by real sockets, and through a proxy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <eddy/core/loop/loop.h>
#include <eddy/core/net/connect.h>
#include <eddy/core/net/tcp_server.h>
#include <eddy/core/task/when_all.h>
#include <eddy/core/task/with_timeout.h>
#include <eddy/tls/tls.h>
#include <eddy/web/app/application.h>
#include <eddy/web/websocket/websocket_connect.h>
#include <eddy/web/websocket/websocket_route.h>

#include <tests/core/tls/certificates.h>

namespace {

using namespace std::chrono_literals;
using eddy::Stream;
using eddy::Task;
using eddy::tls::ClientContext;
using eddy::web::WebSocket;
using eddy::web::websocket_connect;
using eddy::web::WebSocketClient;
using eddy::web::WebSocketConnectOptions;
using eddy_tests::Authority;
using testing::HasSubstr;

class TlsWebSockets : public testing::Test {
 protected:
  TlsWebSockets() {
    app_.websocket("/echo", [](WebSocket& socket) -> Task<void> {
      while (auto message = co_await socket.receive()) co_await socket.send(*message);
    });
    const auto context = std::make_shared<eddy::tls::ServerContext>(
        eddy::tls::ServerContextOptions{.certificates = {authority_.issue().as_text()}});
    server_ = &app_.listen(loop_, "127.0.0.1", 0, {.layers = {context}});
  }

  [[nodiscard]] WebSocketConnectOptions options() const {
    eddy::tls::ClientContextOptions trusting;
    trusting.ca_pem = authority_.certificate();
    WebSocketConnectOptions options;
    options.connection.layer = std::make_shared<ClientContext>(trusting);
    options.connection.timeout = 20s;
    return options;
  }
  [[nodiscard]] std::string url(std::string_view host = "localhost") const {
    return "wss://" + std::string(host) + ":" + std::to_string(server_->port()) + "/echo";
  }
  /// What comes back.
  std::string echoed(std::string text, WebSocketConnectOptions how) {
    return loop_.run_until(
        [](std::string to, std::string sent, WebSocketConnectOptions with) -> Task<std::string> {
          const WebSocketClient socket = co_await websocket_connect(std::move(to), std::move(with));
          co_await socket->send(sent);
          const auto message = co_await socket->receive();
          co_return message ? message->data : "nothing";
        }(url(), std::move(text), std::move(how)));
  }

  const Authority authority_;
  eddy::NativeLoop loop_;
  eddy::web::Application app_;
  eddy::web::Server* server_ = nullptr;
};

TEST_F(TlsWebSockets, AreWss) {
  EXPECT_EQ(echoed("hello", options()), "hello");
  const std::string large(1 << 20, 'x');
  EXPECT_EQ(echoed(large, options()), large);
}

TEST_F(TlsWebSockets, TrustNobodyElse) {
  auto how = options();
  const Authority another;
  eddy::tls::ClientContextOptions trusting;
  trusting.ca_pem = another.certificate();
  how.connection.layer = std::make_shared<ClientContext>(trusting);
  try {
    echoed("hello", std::move(how));
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), eddy::tls::Errc::certificate_untrusted) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("localhost"));
  }
}

TEST_F(TlsWebSockets, WhoSpeaksNoTlsIsToldSo) {
  try {
    loop_.run_until([](std::string to) -> Task<void> {
      const WebSocketClient socket = co_await websocket_connect(std::move(to));
    }("ws" + url().substr(3)));
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("localhost"));
  }
}

// One that does as it is asked.
Task<void> copy(Stream& from, Stream& to) {
  std::array<char, 4096> buffer;
  try {
    while (const std::size_t count = co_await from.read_some(buffer)) {
      co_await to.write(std::string(buffer.data(), count));
    }
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): the other side has gone
  }
  to.shutdown_write();
}
Task<void> proxy(std::unique_ptr<Stream> client, std::uint16_t port, std::string& asked) {
  std::array<char, 4096> buffer;
  while (asked.find("\r\n\r\n") == std::string::npos) {
    asked.append(buffer.data(), co_await client->read_some(buffer));
  }
  std::error_code error;
  const eddy::Address address = eddy::Address::parse("127.0.0.1", port, error);
  const auto server = co_await eddy::connect(address);
  co_await client->write("HTTP/1.1 200 Connection established\r\n\r\n");
  co_await eddy::when_all(copy(*client, *server), copy(*server, *client));
}

TEST_F(TlsWebSockets, GoByAProxyThatSeesNothingOfIt) {
  std::string asked;
  eddy::TcpServer server(loop_, [&](std::unique_ptr<Stream> client) {
    loop_.spawn(proxy(std::move(client), server_->port(), asked));
  });
  server.listen("127.0.0.1", 0);
  auto how = options();
  how.proxy = "http://127.0.0.1:" + std::to_string(server.port());
  EXPECT_EQ(echoed("hello", std::move(how)), "hello");
  EXPECT_THAT(asked, testing::StartsWith("CONNECT localhost:"));
  EXPECT_THAT(asked, testing::Not(HasSubstr("echo")));
}

}  // namespace
