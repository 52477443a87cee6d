// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/channel.h>

#include <charconv>
#include <system_error>

#include <eddy/core/loop/scheduler.h>
#include <eddy/web/live/internal/channel_core.h>
#include <eddy/web/live/internal/event_connection.h>
#include <eddy/web/websocket/internal/connection.h>

namespace eddy::inline v0::web {

namespace {

internal::WebSocketConnection& connection_of(WebSocket& socket) noexcept {
  return static_cast<internal::WebSocketConnection&>(socket);
}

internal::EventConnection& connection_of(EventStream& stream) noexcept {
  return static_cast<internal::EventConnection&>(stream);
}

}  // namespace

Channel::Channel(Loop& loop, const ChannelOptions& options)
    : core_(std::make_unique<internal::ChannelCore>(eddy::internal::core_of(loop), options)) {}
Channel::~Channel() = default;

std::uint64_t Channel::publish_data(std::string_view data, bool binary, std::string_view type) {
  return core_->publish(data, binary, type);
}

void Channel::subscribe(WebSocket& socket) {
  internal::WebSocketConnection& connection = connection_of(socket);
  if (connection.open()) core_->subscribe(connection);
}

bool Channel::subscribe(WebSocket& socket, std::uint64_t since) {
  internal::WebSocketConnection& connection = connection_of(socket);
  return !connection.open() || core_->subscribe(connection, since);
}

void Channel::unsubscribe(WebSocket& socket) noexcept { delete connection_of(socket).find(*core_); }

eddy::internal::EventAwaiter Channel::delivered() noexcept { return core_->all_handed().wait(); }

bool Channel::subscribe(EventStream& stream) {
  internal::EventConnection& connection = connection_of(stream);
  if (!connection.open()) return true;
  const std::string_view last = connection.last_event_id();
  if (last.empty()) {
    core_->subscribe(connection);
    return true;
  }
  std::uint64_t id = 0;
  const char* const end = last.data() + last.size();
  const auto [at, error] = std::from_chars(last.data(), end, id);
  // Of what is no number all is missing.
  return core_->subscribe(connection, error == std::errc() && at == end ? id : 0);
}

void Channel::unsubscribe(EventStream& stream) noexcept {
  delete connection_of(stream).find(*core_);
}

std::size_t Channel::size() const noexcept { return core_->size(); }
std::uint64_t Channel::last_id() const noexcept { return core_->last_id(); }
RemoteChannel Channel::remote() { return RemoteChannel(core_->outbox()); }

}  // namespace eddy::inline v0::web
