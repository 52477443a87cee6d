// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <string_view>

#include <eddy/core/base/intrusive_list.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/task/event.h>
#include <eddy/web/live/channel.h>
#include <eddy/web/live/internal/remote_outbox.h>
#include <eddy/web/live/internal/shared_message.h>
#include <eddy/web/live/internal/subscription.h>

namespace eddy::inline v0::web::internal {

/// A Channel's messages and subscriptions. Those that have been handed everything wait in one list,
/// the others in another, from whose front they are handed what they lack, one in a step; so
/// publishing costs the same however many there are, and one may go at any moment.
class ChannelCore final : private eddy::internal::ReadyItem, private RemoteOutbox::Sink {
 public:
  ChannelCore(std::shared_ptr<eddy::internal::LoopCore> loop, const ChannelOptions& options);
  ~ChannelCore();

  std::uint64_t publish(std::string_view data, bool binary, std::string_view type = {});
  void subscribe(Subscriber& subscriber);
  bool subscribe(Subscriber& subscriber, std::uint64_t since);
  /// A subscription ends.
  void forget(Subscription& subscription) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint64_t last_id() const noexcept { return next_ - 1; }
  /// Is set while everybody has been handed everything.
  [[nodiscard]] Event& all_handed() noexcept { return all_handed_; }
  [[nodiscard]] const std::shared_ptr<RemoteOutbox>& outbox();

 private:
  // From the loop.
  void run() override;
  [[nodiscard]] const char* label() const noexcept override { return "channel"; }
  void take_remote(std::string_view data, bool binary) override { publish(data, binary); }

  /// What its subscriber has thrown.
  [[nodiscard]] std::exception_ptr hand_to(Subscription& subscription) noexcept;
  void handed(Subscription& subscription, std::uint64_t next) noexcept;
  void trim() noexcept;
  [[nodiscard]] std::size_t most_bytes() const noexcept;
  [[nodiscard]] SharedMessage& message(std::uint64_t id) noexcept {
    return messages_[id - (next_ - messages_.size())];
  }

  const std::shared_ptr<eddy::internal::LoopCore> loop_;
  const ChannelOptions options_;
  /// The newest ones, whose ids follow one another.
  std::deque<SharedMessage> messages_;
  std::size_t bytes_ = 0;  // of them
  std::uint64_t next_;     // the next message's id
  eddy::internal::IntrusiveList<InChannel> up_to_date_;
  eddy::internal::IntrusiveList<InChannel> behind_;
  std::size_t size_ = 0;
  Event all_handed_;
  std::shared_ptr<RemoteOutbox> outbox_;
  bool refuses_ = false;  // and has said so
};

}  // namespace eddy::inline v0::web::internal
