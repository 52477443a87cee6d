// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>

#include <eddy/core/base/export.h>
#include <eddy/core/base/intrusive_list.h>

namespace eddy::inline v0::web::internal {

class ChannelCore;
class SharedMessage;
class Subscriber;

/// A subscription's place in its channel, and its place with its subscriber.
class InChannel : public eddy::internal::ListHook {};
class OfSubscriber : public eddy::internal::ListHook {};

/// That a subscriber hears a channel. On the heap; ends, by delete, with whoever of both goes
/// first.
class EDDY_API Subscription final : public InChannel, public OfSubscriber {
 public:
  Subscription(ChannelCore& channel, Subscriber& subscriber, std::uint64_t next) noexcept;
  ~Subscription();

  [[nodiscard]] ChannelCore& channel() const noexcept { return channel_; }
  [[nodiscard]] Subscriber& subscriber() const noexcept { return subscriber_; }

  /// The first message that it is to be handed yet.
  std::uint64_t next;

 private:
  ChannelCore& channel_;
  Subscriber& subscriber_;
};

/// Who can subscribe to channels: one end of a connection.
class EDDY_API Subscriber {
 public:
  Subscriber() = default;
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  /// Sends messages, or keeps them to be sent; calls nothing of the program's, and ends no
  /// subscription. False: it takes no more, and this one ends. Throws std::bad_alloc, and has ended
  /// itself then, as it lacks something.
  [[nodiscard]] virtual bool deliver(std::span<SharedMessage* const> messages) = 0;

  /// Null for none.
  [[nodiscard]] Subscription* find(const ChannelCore& channel) noexcept;
  void end_subscriptions() noexcept;
  [[nodiscard]] bool subscribes() const noexcept { return !subscriptions_.empty(); }

 protected:
  ~Subscriber() { end_subscriptions(); }

 private:
  friend class Subscription;

  eddy::internal::IntrusiveList<OfSubscriber> subscriptions_;
};

}  // namespace eddy::inline v0::web::internal
