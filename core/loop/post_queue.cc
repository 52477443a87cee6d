// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/post_queue.h>

#include <new>
#include <utility>

namespace eddy::inline v0::internal {

PostList::~PostList() {
  while (pop_front()) {
  }
}

void PostList::push_back(PostNode* node) noexcept {
  node->next = nullptr;
  (head_ == nullptr ? head_ : tail_->next) = node;
  tail_ = node;
}

std::unique_ptr<PostNode> PostList::pop_front() noexcept {
  PostNode* node = head_;
  if (node != nullptr) {
    head_ = node->next;
    node->next = nullptr;
  }
  return std::unique_ptr<PostNode>(node);
}

void PostList::splice_back(PostList& other) noexcept {
  if (other.empty()) return;
  (head_ == nullptr ? head_ : tail_->next) = other.head_;
  tail_ = other.tail_;
  other.head_ = other.tail_ = nullptr;
}

bool PostQueue::begin_post() noexcept {
  mutex_.lock();
  if (open_) return true;
  mutex_.unlock();
  return false;
}

void PostQueue::end_post(PostNode* node) noexcept {
  if (node != nullptr) {
    incoming_.push_back(node);
    wake_locked();
  }
  mutex_.unlock();
}

void PostQueue::wake_locked() noexcept {
  if (wake_pending_.load(std::memory_order_relaxed)) return;
  wake_pending_.store(true, std::memory_order_release);
  if (fork_generation_ != fork_generation()) return;
  poller_->wake();
  host_->wake();
}

void PostQueue::ensure_wake() noexcept {
  if (wake_pending()) return;
  const std::lock_guard lock(mutex_);
  if (open_) wake_locked();
}

void PostQueue::clear_wake_if_empty() noexcept {
  if (!wake_pending()) return;
  const std::lock_guard lock(mutex_);
  if (!open_ || !incoming_.empty()) return;
  poller_->clear_wake();
  wake_pending_.store(false, std::memory_order_release);
}

void PostQueue::take(PostList& list) noexcept {
  // A post sets the flag under the lock, so without the flag there is nothing to take.
  if (!wake_pending()) return;
  const std::lock_guard lock(mutex_);
  list.splice_back(incoming_);
}

void PostQueue::close() noexcept {
  const std::lock_guard lock(mutex_);
  open_ = false;
  poller_ = nullptr;
  host_ = nullptr;
}

void PostQueue::renew_lock() noexcept { ::new (static_cast<void*>(&mutex_)) std::mutex; }

void PostQueue::renew_after_fork() noexcept {
  const std::lock_guard lock(mutex_);
  fork_generation_ = fork_generation();
  wake_pending_.store(false, std::memory_order_release);
  if (!incoming_.empty()) wake_locked();
}

bool begin_post(PostQueue& queue) noexcept { return queue.begin_post(); }
void end_post(PostQueue& queue, PostNode* node) noexcept { queue.end_post(node); }

}  // namespace eddy::inline v0::internal
