// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <eddy/core/base/time.h>
#include <eddy/web/websocket/deflate_options.h>

namespace eddy::inline v0::web {

/// What becomes of a peer that does not take what is sent to it, when WebSocketOptions::send_bytes
/// wait, or EventStreamOptions::send_bytes. Who awaits each of its messages does not come to that.
enum class SlowConsumer : std::uint8_t {
  close,        ///< it is closed, a WebSocket by CloseCode::try_again_later
  drop_oldest,  ///< messages are dropped, those that have waited for the longest first
  coalesce,     ///< of those that wait only the last one is kept: for states of something
};

/// What a WebSocket is held to. Bytes; durations of zero mean never.
struct WebSocketOptions {
  /// Of a message, before and after it has been decompressed: a longer one closes it, by
  /// CloseCode::message_too_big.
  std::uint64_t message_bytes = std::uint64_t{10} << 20;
  /// Of a message, beyond which each 64 of its bytes allow one more.
  std::size_t message_frames = 1024;
  /// Messages that receive() has not taken yet: beyond them nothing is read.
  std::size_t receive_bytes = 64 * 1024;
  /// What waits for a slow peer, or one message, if that is longer.
  std::size_t send_bytes = std::size_t{1} << 20;
  SlowConsumer slow_consumer = SlowConsumer::close;
  /// Pings so often. Source: tornado.web.Application's websocket_ping_interval.
  Duration ping_interval{};
  /// A peer from which nothing has come for so long after a ping has gone, by CloseCode::abnormal;
  /// where it is not set, for an interval.
  Duration ping_timeout{};
  /// How long a peer is waited for that has been sent a close.
  Duration close_timeout = std::chrono::seconds(5);
  /// Offered or accepted where it is set.
  std::optional<DeflateOptions> deflate = {};
};

}  // namespace eddy::inline v0::web
