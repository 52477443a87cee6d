// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/websocket/close_code.h>
#include <eddy/web/websocket/websocket_options.h>

namespace eddy::inline v0::web {
class RequestHandler;
class WebSocket;
}  // namespace eddy::inline v0::web

namespace eddy::inline v0::web::internal {

/// The program's part in a WebSocket: a handler, or a function. Its hooks are called one at a time;
/// each may give a task, which has ended before the next one is called.
class EDDY_API WebSocketSpeaker {
 public:
  using Waits = std::optional<Task<void>>;

  WebSocketSpeaker() = default;
  WebSocketSpeaker(const WebSocketSpeaker&) = delete;
  WebSocketSpeaker& operator=(const WebSocketSpeaker&) = delete;
  virtual ~WebSocketSpeaker();

  /// The request is there as long as this lasts.
  virtual Waits open(WebSocket& socket) = 0;
  /// It takes messages by receive(), for as long as open() lasts, and none of the following.
  [[nodiscard]] virtual bool receives() const noexcept { return false; }
  [[nodiscard]] virtual bool takes(bool /*binary*/) const noexcept { return false; }
  /// Whether message(), ping() or pong() give tasks, so that the data has to be kept.
  [[nodiscard]] virtual bool keeps_data() const noexcept { return false; }
  virtual Waits message(std::string_view /*data*/, bool /*binary*/) { return {}; }
  virtual Waits ping(std::string_view /*data*/) { return {}; }
  virtual Waits pong(std::string_view /*data*/) { return {}; }
  virtual Waits close(CloseCode /*code*/, std::string_view /*reason*/) { return {}; }

  /// Who has opened it, at a client's end, has no use for it any more.
  virtual void let_go() noexcept {}

  /// The request is wanted until the end.
  [[nodiscard]] virtual bool keeps_request() const noexcept { return false; }
  /// A task of its own is stopped when the peer has gone.
  [[nodiscard]] virtual bool cancelled_on_disconnect() const noexcept { return false; }
  /// Null for none.
  [[nodiscard]] virtual RequestHandler* handler() noexcept { return nullptr; }
};

/// What a WebSocket is opened with.
struct WebSocketTerms {
  WebSocketOptions options;
  /// One of those that the client has offered, or none.
  std::string subprotocol = {};
  /// Sec-WebSocket-Accept; see check_handshake().
  std::string accept = {};
};

/// The subprotocols that the client of a request offers.
[[nodiscard]] EDDY_API std::vector<std::string_view> offered_subprotocols(Exchange& exchange);
/// What the terms are to accept the handshake by. Nothing: it was none, and has been answered, by
/// 400 or 426.
[[nodiscard]] EDDY_API std::optional<std::string> check_handshake(Exchange& exchange);
/// Refuses a page of another site: 403. False: it has been answered.
[[nodiscard]] EDDY_API bool check_websocket_origin(Exchange& exchange, bool allowed);
/// What Settings::origins say, and what the page's origin is, if it says so.
[[nodiscard]] EDDY_API bool websocket_origin_allowed(Exchange& exchange);
[[nodiscard]] EDDY_API std::optional<std::string_view> websocket_origin(Exchange& exchange);
/// Answers a handshake by 101, behind which the connection is the speaker's.
EDDY_API void upgrade_to_websocket(Exchange& exchange, const WebSocketTerms& terms,
                                   std::unique_ptr<WebSocketSpeaker> speaker);

}  // namespace eddy::inline v0::web::internal
