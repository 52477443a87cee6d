// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/internal/channel_core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include <eddy/web/live/internal/message_ids.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::schedule;
using eddy::internal::step_done;

namespace {

// What a subscriber that lacks several messages is handed in a step: what is sent at once.
constexpr std::size_t kMostAtOnce = 16;
constexpr std::size_t kMostBytesAtOnce = SendQueue::kStep;

}  // namespace

ChannelCore::ChannelCore(std::shared_ptr<eddy::internal::LoopCore> loop,
                         const ChannelOptions& options)
    : loop_(std::move(loop)), options_(options), next_(first_message_id()) {
  eddy::internal::check_usable(*loop_, "Channel");
  all_handed_.set();
}

ChannelCore::~ChannelCore() {
  if (outbox_ != nullptr) outbox_->close();
  up_to_date_.splice_back(behind_);
  while (InChannel* const each = up_to_date_.front()) delete static_cast<Subscription*>(each);
}

const std::shared_ptr<RemoteOutbox>& ChannelCore::outbox() {
  if (outbox_ == nullptr) {
    RemoteOutbox::Sink& sink = *this;
    outbox_ = std::make_shared<RemoteOutbox>(loop_, sink, options_.remote_bytes);
  }
  return outbox_;
}

std::uint64_t ChannelCore::publish(std::string_view data, bool binary, std::string_view type) {
  eddy::internal::check_thread(*loop_, "Channel::publish()");
  if (type.find_first_of("\r\n") != std::string_view::npos) {
    throw std::invalid_argument("Channel::publish(): an event's type has no line ends");
  }
  if (size_ == 0 && options_.history == 0) return next_++;  // for nobody
  if (bytes_ > most_bytes()) {
    if (!std::exchange(refuses_, true)) {
      eddy::internal::log(*loop_, LogLevel::warning, "eddy.web",
                          "a Channel refuses messages: its subscribers have not been handed " +
                              std::to_string(bytes_) + " bytes (ChannelOptions::pending_bytes)");
    }
    return 0;
  }
  SharedMessage& message = messages_.emplace_back(next_, data, binary, type);
  ++next_;
  bytes_ += message.bytes_held();
  message.waiting = size_;
  if (size_ > 0) {
    behind_.splice_back(up_to_date_);
    all_handed_.clear();
    schedule(*loop_, *this);
  }
  trim();
  return last_id();
}

void ChannelCore::subscribe(Subscriber& subscriber) {
  eddy::internal::check_thread(*loop_, "Channel::subscribe()");
  if (subscriber.find(*this) != nullptr) return;
  up_to_date_.push_back(*new Subscription(*this, subscriber, next_));
  ++size_;
}

bool ChannelCore::subscribe(Subscriber& subscriber, std::uint64_t since) {
  if (subscriber.find(*this) != nullptr) return true;
  subscribe(subscriber);
  const std::uint64_t first = next_ - messages_.size();
  const bool complete = since >= first - 1 && since < next_;
  Subscription& subscription = *subscriber.find(*this);
  subscription.next = complete ? since + 1 : first;
  if (subscription.next == next_) return complete;
  for (std::uint64_t id = subscription.next; id < next_; ++id) ++message(id).waiting;
  InChannel& place = subscription;
  place.unlink();
  behind_.push_back(place);
  all_handed_.clear();
  schedule(*loop_, *this);
  return complete;
}

void ChannelCore::forget(Subscription& subscription) noexcept {
  InChannel& place = subscription;
  place.unlink();
  --size_;
  handed(subscription, next_);
  trim();
  if (behind_.empty()) all_handed_.set();
}

void ChannelCore::handed(Subscription& subscription, std::uint64_t next) noexcept {
  for (; subscription.next < next; ++subscription.next) --message(subscription.next).waiting;
}

void ChannelCore::run() {
  while (InChannel* const place = behind_.front()) {
    if (const auto error = hand_to(static_cast<Subscription&>(*place))) {
      schedule(*loop_, *this);
      // Last, as the program may end this channel now.
      const std::shared_ptr<eddy::internal::LoopCore> loop = loop_;
      return eddy::internal::report(*loop, error, "a Channel's subscriber");
    }
    if (step_done(*loop_, "channel") && !behind_.empty()) return schedule(*loop_, *this);
  }
  trim();
  all_handed_.set();
}

// What it lacks, or some of it; then it is the last one of those who lack something.
std::exception_ptr ChannelCore::hand_to(Subscription& subscription) noexcept {
  std::array<SharedMessage*, kMostAtOnce> lacking;
  std::uint64_t end = subscription.next;
  std::size_t count = 0;
  std::size_t size = 0;
  std::size_t before = 0;
  for (; end < next_ && count < kMostAtOnce; ++end) {
    SharedMessage& next = message(end);
    size += next.data().size();
    if (count > 0 && size > kMostBytesAtOnce) break;
    before += next.bytes_held();
    lacking[count++] = &next;
  }
  bool takes = false;
  std::exception_ptr error;
  try {
    takes = subscription.subscriber().deliver(std::span(lacking).first(count));
  } catch (...) {
    error = std::current_exception();
  }
  for (SharedMessage* const each : std::span(lacking).first(count)) bytes_ += each->bytes_held();
  bytes_ -= before;  // a form may have been made
  if (!takes) {
    delete &subscription;
    return error;
  }
  handed(subscription, end);
  InChannel& place = subscription;
  place.unlink();
  (end == next_ ? up_to_date_ : behind_).push_back(place);
  return nullptr;
}

std::size_t ChannelCore::most_bytes() const noexcept {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  const std::size_t kept = options_.history == 0 ? 0 : options_.history_bytes;
  return options_.pending_bytes < kMost - kept ? options_.pending_bytes + kept : kMost;
}

// What nobody lacks any more, and is not kept for those who come back.
void ChannelCore::trim() noexcept {
  while (!messages_.empty() && messages_.front().waiting == 0 &&
         (messages_.size() > options_.history || bytes_ > options_.history_bytes)) {
    bytes_ -= messages_.front().bytes_held();
    messages_.pop_front();
  }
  refuses_ = refuses_ && bytes_ > most_bytes();
}

}  // namespace eddy::inline v0::web::internal
