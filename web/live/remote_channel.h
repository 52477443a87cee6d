// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/web/http/bytes.h>
#include <eddy/web/live/remote_send.h>

namespace eddy::inline v0::web {

/// Publishes to a Channel from any thread: `prices.remote()`. What one thread publishes stays in
/// order. Each message is copied, and made into what is sent by the Loop; a burst wakes it once.
/// One that the Channel then refuses, by ChannelOptions::pending_bytes, is lost, as its log says.
///
/// Thread-safe: all members. Lifetime: may be kept and copied for ever; behind the Channel's end it
/// answers RemoteSend::closed.
class EDDY_API RemoteChannel {
 public:
  explicit RemoteChannel(std::shared_ptr<internal::RemoteOutbox> outbox) noexcept
      : outbox_(std::move(outbox)) {}

  /// Throws std::bad_alloc.
  RemoteSend publish(std::string_view text) const { return internal::send(*outbox_, text, false); }
  template <Bytes T>
  RemoteSend publish(const T& bytes) const {
    return internal::send(*outbox_, internal::view_of(bytes), true);
  }

 private:
  std::shared_ptr<internal::RemoteOutbox> outbox_;
};

}  // namespace eddy::inline v0::web
