// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include <eddy/core/base/time.h>
#include <eddy/web/websocket/websocket_options.h>

namespace eddy::inline v0::web {

/// What an event stream is held to.
struct EventStreamOptions {
  /// A comment goes out so long after what was sent last, which keeps proxies from giving the
  /// connection up, and finds clients that have gone without a word. Zero: none, and no timer.
  /// Source: HTML, 9.2.7, which says some 15 seconds.
  Duration keep_alive = std::chrono::seconds(15);
  /// How long clients wait before they come again: told at the beginning, where it is set, and
  /// theirs to decide otherwise. Not below zero: the route, or the request, throws
  /// std::invalid_argument.
  std::optional<std::chrono::milliseconds> retry = {};
  /// Bytes that wait for a slow client, or one event, if that is longer.
  std::size_t send_bytes = std::size_t{1} << 20;
  /// What becomes of a client that is further behind. SlowConsumer::close cuts the connection at
  /// once: it comes again, and tells by Last-Event-ID what it has got. A client that takes nothing
  /// at all for ServerOptions::timeouts.write is cut in any case.
  SlowConsumer slow_consumer = SlowConsumer::close;
};

}  // namespace eddy::inline v0::web
