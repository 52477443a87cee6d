// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/live/channel.h>

namespace eddy::inline v0::web {

struct ChannelsOptions {
  /// Of each channel.
  ChannelOptions channel = {};
  /// Channels without subscribers that are kept for their history; of more the ones go in which
  /// nothing was published for the longest time.
  std::size_t idle_channels = 1000;
};

/// Channels by names, for topics that come and go: a room, a document, a user.
///
///     Channels rooms(loop);
///     app.websocket("/rooms/{name}", [&](WebSocket& socket, std::string name) -> Task<void> {
///       rooms.subscribe(name, socket);
///       while (auto message = co_await socket.receive()) rooms.publish(name, message->data);
///     });
///
/// A channel is there from its first subscriber on, or, where there is to be a history, from the
/// first message on. One that nobody has subscribed to any more, and that has no history to keep,
/// goes when room is made for others; so names that strangers choose do not add up.
///
/// Thread: the Loop's. Lifetime: as Channel.
class EDDY_API Channels {
 public:
  explicit Channels(Loop& loop, const ChannelsOptions& options = {});
  Channels(const Channels&) = delete;
  Channels& operator=(const Channels&) = delete;
  ~Channels();

  /// As Channel::publish(). An id that nothing is known of where there is neither a subscriber nor
  /// a history.
  std::uint64_t publish(std::string_view name, std::string_view text);
  std::uint64_t publish(std::string_view name, std::string_view text, std::string_view type);
  template <Bytes T>
  std::uint64_t publish(std::string_view name, const T& bytes) {
    Channel* const channel = to_publish(name);
    return channel == nullptr ? nobody_heard() : channel->publish(bytes);
  }

  /// As Channel::subscribe().
  void subscribe(std::string_view name, WebSocket& socket) { at(name).subscribe(socket); }
  bool subscribe(std::string_view name, WebSocket& socket, std::uint64_t since) {
    return at(name).subscribe(socket, since);
  }
  bool subscribe(std::string_view name, EventStream& stream) { return at(name).subscribe(stream); }
  void unsubscribe(std::string_view name, WebSocket& socket) noexcept;
  void unsubscribe(std::string_view name, EventStream& stream) noexcept;

  /// Null where there is none. Valid until the next publish() or subscribe() of this object.
  [[nodiscard]] Channel* find(std::string_view name) noexcept;
  /// Channels that there are.
  [[nodiscard]] std::size_t size() const noexcept { return channels_.size(); }

 private:
  [[nodiscard]] Channel& at(std::string_view name);
  /// Null: there is nobody to hear it.
  [[nodiscard]] Channel* to_publish(std::string_view name);
  [[nodiscard]] static std::uint64_t nobody_heard() noexcept;
  void make_room();

  Loop& loop_;
  ChannelsOptions options_;
  std::map<std::string, Channel, std::less<>> channels_;
  /// How many there are when it is looked for idle ones again.
  std::size_t look_at_;
};

}  // namespace eddy::inline v0::web
