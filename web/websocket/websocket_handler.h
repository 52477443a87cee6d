// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/http/json.h>
#include <eddy/web/websocket/close_code.h>
#include <eddy/web/websocket/deflate_options.h>
#include <eddy/web/websocket/internal/handler_speaker.h>
#include <eddy/web/websocket/internal/speaker.h>
#include <eddy/web/websocket/websocket.h>
#include <eddy/web/websocket/websocket_options.h>

namespace eddy::inline v0::web {

namespace internal {
[[noreturn]] EDDY_API void throw_not_open();
}  // namespace internal

/// A WebSocketHandler over a base class of the program's own: BasicWebSocketHandler<Site>.
template <class Base>
class BasicWebSocketHandler : public Base {
 public:
  using UpgradeMethods = internal::WebSocketMethods;

  /// Whether a page of `origin` may open it, where the request has one: by default one of the same
  /// site, or of Settings::origins; see eddy::web::check_origin(). False: 403.
  /// Source: tornado.websocket.WebSocketHandler.check_origin.
  [[nodiscard]] virtual bool check_origin([[maybe_unused]] std::string_view origin) {
    return internal::websocket_origin_allowed(internal::HandlerAccess::exchange(*this));
  }
  /// One of the protocols that the client offers, in its order, or none. Called with none, too.
  [[nodiscard]] virtual std::optional<std::string> select_subprotocol(
      const std::vector<std::string_view>& /*offered*/) {
    return std::nullopt;
  }
  /// How messages are compressed, if they are and the client can do it.
  [[nodiscard]] virtual std::optional<DeflateOptions> get_compression_options() {
    return std::nullopt;
  }
  [[nodiscard]] virtual WebSocketOptions websocket_options() { return {}; }

  /// Sends a message: text, Bytes, or what becomes JSON, as text. See WebSocket::send().
  internal::SendAwaiter write_message(std::string_view text) { return socket().send(text); }
  internal::SendAwaiter write_message(const char* text) { return socket().send(text); }
  internal::SendAwaiter write_message(const std::string& text) { return socket().send(text); }
  template <Bytes T>
  internal::SendAwaiter write_message(const T& bytes) {
    return socket().send(bytes);
  }
  template <JsonWritable T>
  requires(!Bytes<T> && !std::is_convertible_v<const T&, std::string_view>) internal::SendAwaiter
      write_message(const T& value) {
    std::string text;
    JsonValue<T>::append(text, value);
    return socket().send(text);
  }
  internal::SendAwaiter ping(std::string_view data = {}) { return socket().ping(data); }
  void close(CloseCode code = CloseCode::normal, std::string_view reason = {}) {
    socket().close(code, reason);
  }
  /// Throws std::logic_error before open().
  [[nodiscard]] WebSocket& socket() const {
    if (socket_ == nullptr) internal::throw_not_open();
    return *socket_;
  }
  [[nodiscard]] std::optional<CloseCode> close_code() const { return socket().close_code(); }
  [[nodiscard]] std::string_view close_reason() const { return socket().close_reason(); }
  [[nodiscard]] std::string_view selected_subprotocol() const { return socket().subprotocol(); }

 private:
  template <class H, class Values>
  friend class internal::HandlerSpeaker;
  friend struct internal::WebSocketMethods;

  void begin(WebSocket& socket) noexcept { socket_ = &socket; }
  [[nodiscard]] internal::WebSocketTerms terms(internal::Exchange& exchange) {
    internal::WebSocketTerms terms{websocket_options()};
    if (auto deflate = get_compression_options()) terms.options.deflate = deflate;
    const auto offered = internal::offered_subprotocols(exchange);
    terms.subprotocol = select_subprotocol(offered).value_or("");
    return terms;
  }

  WebSocket* socket_ = nullptr;
};

/// A WebSocket. The class that derives from it has some of these, each of which may return a
/// Task<void>, behind which the next one is called:
///
///     struct Chat : WebSocketHandler {
///       void open(std::string_view room);               // what the path's groups become, as get()
///       void on_message(std::string_view text);         // } one of them at least; valid until the
///       void on_binary(std::span<const std::byte> b);   // } hook or its task has ended
///       void on_ping(std::string_view data);
///       void on_pong(std::string_view data);
///       void on_close(CloseCode code, std::string_view reason);  // or without parameters
///     };
///     Application app({route_path<Chat>("/chat/{room}")});
///
/// prepare(), cookies and users are as in any handler. The request is there until open() has ended,
/// its task included, and a function that needs it throws std::logic_error afterwards; with
/// `static constexpr bool keep_request = true` it stays, for some 2 KiB a connection. A message of
/// a kind that the class has no hook for closes the WebSocket, by CloseCode::unsupported_data; what
/// a hook throws is logged and closes it by CloseCode::internal_error. on_close() is called once,
/// when the peer has closed or gone, or the close that was sent has been answered; never where
/// open() was not called, or the route's owner has died. When the server goes, a task of it runs
/// until it first waits. A task of any other hook goes on when the peer goes, unless the class has
/// `static constexpr bool cancel_on_disconnect = true`.
///
/// Thread: the Loop's. Lifetime: from the request until the connection has gone and on_close() has
/// ended. Source: tornado.websocket.WebSocketHandler.
using WebSocketHandler = BasicWebSocketHandler<RequestHandler>;

}  // namespace eddy::inline v0::web
