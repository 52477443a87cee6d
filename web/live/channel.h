// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/task/event.h>
#include <eddy/web/http/bytes.h>
#include <eddy/web/live/remote_channel.h>

namespace eddy::inline v0 {
class Loop;
}  // namespace eddy::inline v0

namespace eddy::inline v0::web {

class EventStream;
class WebSocket;

namespace internal {
class ChannelCore;
}  // namespace internal

struct ChannelOptions {
  /// The newest messages are kept, so many at most, for those who come back; with all their forms
  /// they have at most history_bytes.
  std::size_t history = 0;
  std::size_t history_bytes = std::size_t{1} << 20;
  /// What may wait to be handed to the subscribers. A subscriber that has been handed a message and
  /// is slow is its own concern: see WebSocketOptions::slow_consumer.
  std::size_t pending_bytes = std::size_t{4} << 20;
  /// What other threads may have published that the Loop has not taken yet.
  std::size_t remote_bytes = std::size_t{1} << 20;
};

/// Sends what is published to everybody who has subscribed, by WebSockets and event streams.
///
///     Channel prices(loop, {.history = 100});
///     app.websocket("/prices", [&](WebSocket& socket) -> Task<void> {
///       prices.subscribe(socket);
///       while (co_await socket.receive()) {
///       }
///     });
///     prices.publish("1.25");
///
/// A message is made into a frame and an event once, and compressed once for each set of parameters
/// that subscribers have, however many they are. They are handed it in later steps, as many in a
/// turn as the Loop's budget has room for: five thousand hold nobody up. Everybody gets the
/// messages in the order in which they were published; what is sent to somebody directly may
/// overtake them.
///
/// Messages have ids that grow, also from one run of the program to the next, unless it publishes
/// more than a million a second: the first one is the time in microseconds.
///
/// Thread: the Loop's; remote() gives what publishes from others. Lifetime: the Channel and its
/// subscribers may go in any order, and subscriptions end with either. With it goes what not all
/// have been handed.
class EDDY_API Channel {
 public:
  explicit Channel(Loop& loop, const ChannelOptions& options = {});
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  /// The message's id. 0 where too much is waiting, by ChannelOptions::pending_bytes: then nobody
  /// gets it, and the log says so; delivered() waits for room. Text must be UTF-8. Throws
  /// std::bad_alloc.
  std::uint64_t publish(std::string_view text) { return publish_data(text, false, {}); }
  /// The same as an event of a type of its own: what a page gets by addEventListener(). Of
  /// WebSockets the type means nothing. Throws std::invalid_argument for one with CR or LF.
  std::uint64_t publish(std::string_view text, std::string_view type) {
    return publish_data(text, false, type);
  }
  /// A binary message; event streams have it in base64.
  template <Bytes T>
  std::uint64_t publish(const T& bytes) {
    return publish_data(internal::view_of(bytes), true, {});
  }
  /// `co_await delivered()`: waits until all that has been published has been handed to everybody.
  [[nodiscard]] eddy::internal::EventAwaiter delivered() noexcept;

  /// What is published from now on goes to the WebSocket, until it closes. Nothing happens where it
  /// is closed, or has subscribed.
  void subscribe(WebSocket& socket);
  /// The same, and first what is kept of the messages behind the one with the id `since`. False:
  /// there were some that are not kept any more, or the id is none of this channel's, and all that
  /// is kept is sent.
  bool subscribe(WebSocket& socket, std::uint64_t since);
  void unsubscribe(WebSocket& socket) noexcept;
  /// What is published from now on goes to the event stream, with its id; and first, where the
  /// client comes back, what it has missed by EventStream::last_event_id(). False as above, also
  /// for an id that is no number.
  bool subscribe(EventStream& stream);
  void unsubscribe(EventStream& stream) noexcept;

  /// Subscribers.
  [[nodiscard]] std::size_t size() const noexcept;
  /// The id of the newest message; before there is one, an id below the first one's.
  [[nodiscard]] std::uint64_t last_id() const noexcept;

  /// What publishes here from any thread.
  [[nodiscard]] RemoteChannel remote();

 private:
  std::uint64_t publish_data(std::string_view data, bool binary, std::string_view type);

  std::unique_ptr<internal::ChannelCore> core_;
};

}  // namespace eddy::inline v0::web
