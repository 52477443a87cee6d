// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/task/environment.h>
#include <eddy/core/task/sync_waiter.h>
#include <eddy/web/http/bytes.h>
#include <eddy/web/websocket/close_code.h>
#include <eddy/web/websocket/message.h>
#include <eddy/web/websocket/remote_websocket.h>

namespace eddy::inline v0::web {

class WebSocket;

/// A message could not be sent: the WebSocket is closed. Source: tornado.websocket.
class EDDY_API WebSocketClosedError : public std::runtime_error {
 public:
  WebSocketClosedError();
  WebSocketClosedError(const WebSocketClosedError&) = default;
  WebSocketClosedError& operator=(const WebSocketClosedError&) = default;
  ~WebSocketClosedError() override;
};

namespace internal {

class WebSocketConnection;

/// What send() gives: may be awaited, and need not be.
class EDDY_API SendAwaiter final : public eddy::internal::Waiter, public eddy::internal::WaitLink {
 public:
  using eddy_awaiter = void;

  SendAwaiter(WebSocketConnection& connection, bool sent) noexcept
      : connection_(connection), sent_(sent) {}

  /// Whether the message was taken: it will be sent unless the peer goes.
  [[nodiscard]] explicit operator bool() const noexcept { return sent_; }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(handle) ? wait() : go_on_stopped();
  }
  void await_resume();

 private:
  friend class WebSocketConnection;

  bool wait();
  void wake(bool sent) noexcept;
  void stop_waiting() noexcept override;

  WebSocketConnection& connection_;
  bool sent_;
};

class EDDY_API ReceiveAwaiter final : public eddy::internal::Waiter {
 public:
  using eddy_awaiter = void;

  explicit ReceiveAwaiter(WebSocketConnection& connection) noexcept : connection_(&connection) {}
  ~ReceiveAwaiter() { leave(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(handle) ? wait() : go_on_stopped();
  }
  std::optional<WebSocketMessage> await_resume();

 private:
  friend class WebSocketConnection;

  bool wait();
  void wake() noexcept { resume_later(); }
  /// The connection goes.
  void detach() noexcept {
    connection_ = nullptr;
    resume_later();
  }
  void leave() noexcept;
  void stop_waiting() noexcept override;

  WebSocketConnection* connection_;
};

}  // namespace internal

/// One end of a WebSocket, for what speaks on it.
///
///     app.websocket("/echo", [](WebSocket& socket) -> Task<void> {
///       while (auto message = co_await socket.receive()) co_await socket.send(*message);
///     });
///
/// Thread: the Loop's. Lifetime: until the function's task, or the handler, has ended, closed or
/// not. Source: RFC 6455; tornado.websocket.
class EDDY_API WebSocket {
 public:
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  /// `co_await receive()`: the next message, or nothing when the WebSocket is closed and all that
  /// came before has been given. For functions, not for handlers, whose hooks are called. One at a
  /// time: throws std::logic_error for a second one. A stop leaves what has not been given.
  [[nodiscard]] internal::ReceiveAwaiter receive() noexcept;

  /// Sends a message. `co_await send(...)` waits as long as much is waiting for a slow peer, and
  /// throws WebSocketClosedError where the WebSocket is closed. Without an await the result tells
  /// whether it was taken, and what then waits is bounded by WebSocketOptions::slow_consumer.
  /// Text must be UTF-8, or the peer closes; this is not looked at.
  internal::SendAwaiter send(std::string_view text) { return send_data(text, false); }
  internal::SendAwaiter send(const char* text) { return send_data(text, false); }
  internal::SendAwaiter send(const std::string& text) { return send_data(text, false); }
  internal::SendAwaiter send(const WebSocketMessage& message) {
    return send_data(message.data, message.binary);
  }
  template <Bytes T>
  internal::SendAwaiter send(const T& bytes) {
    return send_data(internal::view_of(bytes), true);
  }
  /// Sends a ping, whose pong gives `data` back, of at most 125 bytes; throws
  /// std::invalid_argument for more.
  internal::SendAwaiter ping(std::string_view data = {});

  /// Begins to close: what was sent before goes out, and nothing more is received. No more happens
  /// where it is closing already. Throws std::invalid_argument for a code that may not be sent
  /// (see may_be_sent), and for a reason that is not UTF-8 or has more than 123 bytes.
  void close(CloseCode code = CloseCode::normal, std::string_view reason = {});
  /// Whether it is closed, or closing.
  [[nodiscard]] bool closed() const noexcept;
  /// Why the peer has closed, once it has: its code, no_status where it gave none, or abnormal
  /// where it just went.
  [[nodiscard]] std::optional<CloseCode> close_code() const noexcept;
  /// Valid as long as the WebSocket.
  [[nodiscard]] std::string_view close_reason() const noexcept;

  /// What sends from any thread. Throws std::bad_alloc.
  [[nodiscard]] RemoteWebSocket remote();

  /// The one that both have agreed upon; empty for none.
  [[nodiscard]] std::string_view subprotocol() const noexcept;
  /// Bytes that wait for the peer.
  [[nodiscard]] std::size_t buffered_bytes() const noexcept;

 protected:
  WebSocket() = default;
  ~WebSocket() = default;

 private:
  internal::SendAwaiter send_data(std::string_view data, bool binary);
};

}  // namespace eddy::inline v0::web
