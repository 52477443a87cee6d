// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/websocket.h>

#include <stdexcept>
#include <string>
#include <utility>

#include <eddy/web/http/url.h>
#include <eddy/web/websocket/internal/connection.h>

namespace eddy::inline v0::web {

namespace {

constexpr std::size_t kLongestReason = internal::kLongestControl - 2;

internal::WebSocketConnection& connection_of(WebSocket& socket) noexcept {
  return static_cast<internal::WebSocketConnection&>(socket);
}
const internal::WebSocketConnection& connection_of(const WebSocket& socket) noexcept {
  return static_cast<const internal::WebSocketConnection&>(socket);
}

}  // namespace

WebSocketClosedError::WebSocketClosedError() : std::runtime_error("the WebSocket is closed") {}
WebSocketClosedError::~WebSocketClosedError() = default;

internal::ReceiveAwaiter WebSocket::receive() noexcept {
  return internal::ReceiveAwaiter(connection_of(*this));
}

internal::SendAwaiter WebSocket::send_data(std::string_view data, bool binary) {
  internal::WebSocketConnection& connection = connection_of(*this);
  return {connection, connection.send_data(data, binary)};
}

internal::SendAwaiter WebSocket::ping(std::string_view data) {
  if (data.size() > internal::kLongestControl) {
    throw std::invalid_argument("ping(): more than 125 bytes");
  }
  internal::WebSocketConnection& connection = connection_of(*this);
  // One that would wait behind too much is not sent: the peer has enough to answer.
  const bool open = connection.open();
  (void)connection.send_control(internal::Opcode::ping, data);
  return {connection, open};
}

RemoteWebSocket WebSocket::remote() { return RemoteWebSocket(connection_of(*this).outbox()); }

void WebSocket::close(CloseCode code, std::string_view reason) {
  if (!may_be_sent(code)) {
    throw std::invalid_argument("close(): the code " +
                                std::to_string(static_cast<std::uint16_t>(code)) +
                                " may not be sent");
  }
  if (reason.size() > kLongestReason || !is_utf8(reason)) {
    throw std::invalid_argument("close(): the reason is not UTF-8 of at most 123 bytes");
  }
  connection_of(*this).begin_close(code, reason);
}

bool WebSocket::closed() const noexcept { return !connection_of(*this).open(); }
std::optional<CloseCode> WebSocket::close_code() const noexcept {
  return connection_of(*this).close_code();
}
std::string_view WebSocket::close_reason() const noexcept {
  return connection_of(*this).close_reason();
}
std::string_view WebSocket::subprotocol() const noexcept {
  return connection_of(*this).subprotocol();
}
std::size_t WebSocket::buffered_bytes() const noexcept {
  return connection_of(*this).buffered_bytes();
}

namespace internal {

// ---- Awaits -------------------------------------------------------------------------------------

bool SendAwaiter::wait() {
  if (sent_ && connection_.must_wait_to_send()) {
    connection_.add_sender(*this);
    return true;
  }
  if (!eddy::internal::budget_spent(core())) {
    StopNode::unlink();
    return false;
  }
  resume_later();
  return true;
}

void SendAwaiter::wake(bool sent) noexcept {
  sent_ = sent;
  resume_later();
}

void SendAwaiter::stop_waiting() noexcept {
  WaitLink::unlink();
  resume_later();
}

void SendAwaiter::await_resume() {
  throw_if_stopped();
  if (!sent_) throw WebSocketClosedError();
}

bool ReceiveAwaiter::wait() {
  if (connection_->receiver() != nullptr) {
    throw std::logic_error("receive() is awaited by somebody already");
  }
  if (connection_->may_receive()) {
    if (!eddy::internal::budget_spent(core())) {
      StopNode::unlink();
      return false;
    }
    resume_later();
    return true;
  }
  connection_->set_receiver(this);
  return true;
}

void ReceiveAwaiter::leave() noexcept {
  if (connection_ != nullptr && connection_->receiver() == this) {
    connection_->set_receiver(nullptr);
  }
}

void ReceiveAwaiter::stop_waiting() noexcept {
  leave();
  resume_later();
}

std::optional<WebSocketMessage> ReceiveAwaiter::await_resume() {
  leave();
  throw_if_stopped();
  return connection_ != nullptr ? connection_->take_message() : std::nullopt;
}

}  // namespace internal
}  // namespace eddy::inline v0::web
