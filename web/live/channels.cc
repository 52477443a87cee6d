// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/channels.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include <eddy/web/live/internal/message_ids.h>

namespace eddy::inline v0::web {

namespace {

// So few are not worth a look.
constexpr std::size_t kFew = 64;

}  // namespace

Channels::Channels(Loop& loop, const ChannelsOptions& options)
    : loop_(loop), options_(options), look_at_(kFew) {}
Channels::~Channels() = default;

std::uint64_t Channels::publish(std::string_view name, std::string_view text) {
  return publish(name, text, {});
}

std::uint64_t Channels::publish(std::string_view name, std::string_view text,
                                std::string_view type) {
  Channel* const channel = to_publish(name);
  return channel == nullptr ? nobody_heard() : channel->publish(text, type);
}

void Channels::unsubscribe(std::string_view name, WebSocket& socket) noexcept {
  if (Channel* const channel = find(name)) channel->unsubscribe(socket);
}

void Channels::unsubscribe(std::string_view name, EventStream& stream) noexcept {
  if (Channel* const channel = find(name)) channel->unsubscribe(stream);
}

Channel* Channels::find(std::string_view name) noexcept {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : &found->second;
}

Channel* Channels::to_publish(std::string_view name) {
  return options_.channel.history == 0 ? find(name) : &at(name);
}

std::uint64_t Channels::nobody_heard() noexcept { return internal::first_message_id(); }

Channel& Channels::at(std::string_view name) {
  if (Channel* const channel = find(name)) return *channel;
  make_room();
  return channels_
      .emplace(std::piecewise_construct, std::forward_as_tuple(name),
               std::forward_as_tuple(loop_, options_.channel))
      .first->second;
}

// Looks at all whenever they have doubled, so that each costs the same in the long run.
void Channels::make_room() {
  if (channels_.size() < look_at_) return;
  std::vector<std::map<std::string, Channel, std::less<>>::iterator> idle;
  for (auto at = channels_.begin(); at != channels_.end(); ++at) {
    if (at->second.size() == 0) idle.push_back(at);
  }
  const std::size_t kept = options_.channel.history == 0 ? 0 : options_.idle_channels;
  if (idle.size() > kept) {
    const auto end = idle.begin() + static_cast<std::ptrdiff_t>(idle.size() - kept);
    std::nth_element(idle.begin(), end, idle.end(), [](const auto& a, const auto& b) {
      return a->second.last_id() < b->second.last_id();
    });
    for (auto each = idle.begin(); each != end; ++each) channels_.erase(*each);
  }
  look_at_ = std::max(kFew, 2 * channels_.size());
}

}  // namespace eddy::inline v0::web
