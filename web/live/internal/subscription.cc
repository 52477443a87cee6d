// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/internal/subscription.h>

#include <eddy/web/live/internal/channel_core.h>

namespace eddy::inline v0::web::internal {

Subscription::Subscription(ChannelCore& channel, Subscriber& subscriber,
                           std::uint64_t first) noexcept
    : next(first), channel_(channel), subscriber_(subscriber) {
  subscriber.subscriptions_.push_back(*this);
}

Subscription::~Subscription() { channel_.forget(*this); }

// Few have more than one: the list is turned until it is found.
Subscription* Subscriber::find(const ChannelCore& channel) noexcept {
  const OfSubscriber* const first = subscriptions_.front();
  while (OfSubscriber* const each = subscriptions_.pop_front()) {
    subscriptions_.push_back(*each);
    auto& subscription = static_cast<Subscription&>(*each);
    if (&subscription.channel() == &channel) return &subscription;
    if (subscriptions_.front() == first) break;
  }
  return nullptr;
}

void Subscriber::end_subscriptions() noexcept {
  while (OfSubscriber* const each = subscriptions_.front()) {
    delete static_cast<Subscription*>(each);
  }
}

}  // namespace eddy::inline v0::web::internal
