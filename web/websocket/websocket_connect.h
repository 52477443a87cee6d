// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/net/tcp_client.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/headers.h>
#include <eddy/web/websocket/websocket.h>
#include <eddy/web/websocket/websocket_options.h>

namespace eddy::inline v0::web {

/// There is an HTTP server, and it has not made a WebSocket of the connection; the text says which
/// URL, and what it has answered. Source: tornado.websocket.WebSocketError, and HTTPError there.
class EDDY_API WebSocketHandshakeError : public std::runtime_error {
 public:
  WebSocketHandshakeError(const std::string& what, int status, Headers headers);
  WebSocketHandshakeError(const WebSocketHandshakeError&) = default;
  WebSocketHandshakeError& operator=(const WebSocketHandshakeError&) = default;
  ~WebSocketHandshakeError() override;

  /// Of its answer, or the proxy's; 0 where that was no HTTP.
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const Headers& headers() const noexcept { return headers_; }

 private:
  int status_;
  Headers headers_;
};

struct WebSocketConnectOptions {
  // A constructor, as ConnectOptions has one.
  WebSocketConnectOptions() = default;

  /// Limits, pings, and compression, which is offered where `deflate` is set.
  WebSocketOptions websocket = {};
  /// Offered, the best one first; WebSocket::subprotocol() is what the server has chosen.
  std::vector<std::string> subprotocols = {};
  /// More fields of the request, such as Cookie or Origin; not those of the handshake itself.
  Headers headers = {};
  /// How to connect, and for how long at most, the handshake included. wss needs a `layer`:
  ///
  ///     options.connection.layer = std::make_shared<eddy::tls::ClientContext>();
  ConnectOptions connection = {};
  /// "http://proxy:8080", perhaps with "user:password@", of a proxy to connect by (CONNECT, RFC
  /// 9110, 9.3.6). Its name is looked up here, the server's by the proxy.
  std::string proxy = {};
  /// What looks names up; null: one that all connections share.
  std::shared_ptr<Resolver> resolver = {};
};

namespace internal {
struct EDDY_API WebSocketRelease {
  void operator()(WebSocket* socket) const noexcept;
};
}  // namespace internal

/// A client's end of a WebSocket. Destroying it closes the WebSocket, by CloseCode::normal, and
/// waits for nobody: what was sent before still goes out, if the Loop goes on. It may outlive the
/// Loop, closed.
using WebSocketClient = std::unique_ptr<WebSocket, internal::WebSocketRelease>;

/// Opens a WebSocket to `url`, "ws://host:port/path?query" or "wss://...".
///
///     WebSocketClient socket = co_await websocket_connect("ws://localhost:8888/echo");
///     co_await socket->send("hello");
///     while (auto message = co_await socket->receive()) use(message->data);
///
/// Messages wait, within WebSocketOptions::receive_bytes, until receive() takes them. All that a
/// WebSocket can do a client's can, too, but for being awaited by two at once: ping(), close(),
/// remote(), and to subscribe to a Channel.
///
/// "user:password@" in the URL becomes an Authorization field. Redirects are not followed.
///
/// Throws WebSocketHandshakeError; std::system_error of the name, the connection or TLS
/// (std::errc::timed_out where options.connection.timeout has passed); std::invalid_argument for a
/// URL, an option or a field that can't be. A stop, and the destruction of the task, close the
/// connection.
///
/// Thread: the Loop's of the task that awaits it, and with it the WebSocket's. Source: RFC
/// 6455, 4.1; tornado.websocket.websocket_connect.
[[nodiscard]] EDDY_API Task<WebSocketClient> websocket_connect(std::string url,
                                                               WebSocketConnectOptions options);
[[nodiscard]] EDDY_API Task<WebSocketClient> websocket_connect(std::string url);

}  // namespace eddy::inline v0::web
