// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/web/http/bytes.h>
#include <eddy/web/live/remote_send.h>

namespace eddy::inline v0::web {

/// Sends by a WebSocket from any thread: `socket.remote()`. What one thread sends stays in order. A
/// burst wakes the Loop once, and at most WebSocketOptions::send_bytes may wait for it; for a slow
/// peer the Loop then does what WebSocketOptions::slow_consumer says.
///
/// Thread-safe: all members. Lifetime: may be kept and copied for ever; behind the WebSocket's end
/// it answers RemoteSend::closed.
class EDDY_API RemoteWebSocket {
 public:
  explicit RemoteWebSocket(std::shared_ptr<internal::RemoteOutbox> outbox) noexcept
      : outbox_(std::move(outbox)) {}

  /// Throws std::bad_alloc.
  RemoteSend send(std::string_view text) const { return internal::send(*outbox_, text, false); }
  template <Bytes T>
  RemoteSend send(const T& bytes) const {
    return internal::send(*outbox_, internal::view_of(bytes), true);
  }

 private:
  std::shared_ptr<internal::RemoteOutbox> outbox_;
};

}  // namespace eddy::inline v0::web
