// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <eddy/web/live/event_stream_route.h>
#include <eddy/web/web.h>
#include <eddy/web/websocket/websocket_route.h>
#include <examples/kitchen_sink/number.h>

namespace kitchen_sink {

/// Says what it hears.
inline eddy::Task<void> echo(eddy::web::WebSocket& socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(*message);
}

inline eddy::Task<void> count_from(eddy::web::EventStream& events, long at, long count,
                                   std::chrono::milliseconds pause) {
  while (at < count) {
    const std::string number = std::to_string(++at);
    co_await events.send({"event " + number, "count", number});
    co_await eddy::sleep(pause);
  }
}

/// Events from 1 to ?n=N, one each ?ms=M, for who comes again from where it was; who has all of
/// them is told to come no more.
inline std::optional<eddy::Task<void>> count(eddy::web::EventStream& events,
                                             const eddy::web::Request& request) {
  const long count = number(request, "n", 10, 1'000'000);
  const std::chrono::milliseconds pause(number(request, "ms", 100, 60'000));
  const std::string_view last = events.last_event_id();
  long at = 0;
  std::from_chars(last.data(), last.data() + last.size(), at);
  if (at >= count) return std::nullopt;
  return count_from(events, at, count, pause);
}

}  // namespace kitchen_sink
