// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/internal/remote_outbox.h>

#include <exception>
#include <utility>

namespace eddy::inline v0::web::internal {

using eddy::internal::LoopCore;
using eddy::internal::step_done;

/// What is posted. Where the Loop goes before it was called, nothing will be taken any more.
class RemoteOutbox::Delivery {
 public:
  explicit Delivery(std::shared_ptr<RemoteOutbox> outbox) noexcept : outbox_(std::move(outbox)) {}
  Delivery(Delivery&&) noexcept = default;
  Delivery& operator=(Delivery&&) = delete;
  ~Delivery() {
    if (outbox_ != nullptr) outbox_->close();
  }
  void operator()() { std::exchange(outbox_, nullptr)->deliver(); }
  /// Not taken by the Loop.
  void dismiss() noexcept { outbox_ = nullptr; }

 private:
  std::shared_ptr<RemoteOutbox> outbox_;
};

RemoteOutbox::RemoteOutbox(std::shared_ptr<LoopCore> loop, Sink& sink, std::size_t most_bytes)
    : loop_(std::move(loop)),
      remote_(eddy::internal::remote_of(*loop_)),
      most_bytes_(most_bytes),
      sink_(&sink) {}

RemoteSend RemoteOutbox::send(std::string_view data, bool binary) {
  Item item{std::string(data), binary};
  const std::lock_guard lock(mutex_);
  if (closed_) return RemoteSend::closed;
  // One that is larger than all that may wait goes alone.
  if (!items_.empty() && bytes_ + item.bytes() > most_bytes_) return RemoteSend::full;
  const std::size_t bytes = item.bytes();
  items_.push_back(std::move(item));
  bytes_ += bytes;
  if (posted_) return RemoteSend::taken;
  try {
    posted_ = post();
  } catch (...) {  // no memory
    items_.pop_back();
    bytes_ -= bytes;
    throw;
  }
  if (posted_) return RemoteSend::taken;
  closed_ = true;
  items_.clear();
  bytes_ = 0;
  return RemoteSend::closed;
}

// False: the Loop has gone.
bool RemoteOutbox::post() {
  Delivery delivery(shared_from_this());
  bool posted = false;
  try {
    posted = remote_.post(std::move(delivery));
  } catch (...) {        // it was not moved from
    delivery.dismiss();  // NOLINT(bugprone-use-after-move)
    throw;
  }
  if (!posted) delivery.dismiss();  // NOLINT(bugprone-use-after-move)
  return posted;
}

bool RemoteOutbox::take(Item& item) {
  const std::lock_guard lock(mutex_);
  posted_ = !items_.empty();
  if (!posted_) return false;
  // First: a short text moved into a string that has room keeps that room.
  bytes_ -= items_.front().bytes();
  item = std::move(items_.front());
  items_.pop_front();
  return true;
}

// What comes meanwhile goes along, until the budget is spent.
void RemoteOutbox::deliver() {
  const std::shared_ptr<RemoteOutbox> self = shared_from_this();  // the sink may drop it
  Item item;
  while (take(item)) {
    try {
      if (sink_ != nullptr) sink_->take_remote(item.data, item.binary);
    } catch (...) {  // no memory
      eddy::internal::report(*loop_, std::current_exception(), "a message of another thread");
    }
    if (!step_done(*loop_, "remote")) continue;
    if (post_rest()) return;
  }
}

// False: there is no memory to come back for the rest, which goes on beyond the budget.
bool RemoteOutbox::post_rest() noexcept {
  const std::lock_guard lock(mutex_);
  try {
    posted_ = !items_.empty() && post();
    return true;
  } catch (...) {
    return false;
  }
}

void RemoteOutbox::close() noexcept {
  sink_ = nullptr;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  items_.clear();
  bytes_ = 0;
}

RemoteSend send(RemoteOutbox& outbox, std::string_view data, bool binary) {
  return outbox.send(data, binary);
}

}  // namespace eddy::inline v0::web::internal
