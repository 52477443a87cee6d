// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include <eddy/core/loop/fork_generation.h>
#include <eddy/core/loop/host.h>
#include <eddy/core/loop/poller.h>
#include <eddy/core/loop/remote.h>

namespace eddy::inline v0::internal {

/// Posts in their order. Not thread-safe; owns its nodes.
class PostList {
 public:
  PostList() = default;
  PostList(const PostList&) = delete;
  PostList& operator=(const PostList&) = delete;
  ~PostList();

  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
  void push_back(PostNode* node) noexcept;
  std::unique_ptr<PostNode> pop_front() noexcept;
  void splice_back(PostList& other) noexcept;

 private:
  PostNode* head_ = nullptr;
  PostNode* tail_ = nullptr;
};

/// The one part of a Loop that several threads touch: incoming posts and the wake-up.
class PostQueue {
 public:
  PostQueue(Poller& poller, Host& host) : poller_(&poller), host_(&host) {}

  bool begin_post() noexcept;
  void end_post(PostNode* node) noexcept;

  /// Makes the poller's descriptor readable, unless it has been made so already. Loop's thread.
  void ensure_wake() noexcept;
  /// Takes the wake-up back unless something was posted meanwhile. Loop's thread.
  void clear_wake_if_empty() noexcept;
  [[nodiscard]] bool wake_pending() const noexcept {
    return wake_pending_.load(std::memory_order_acquire);
  }

  /// Moves what has been posted so far behind `list`.
  void take(PostList& list) noexcept;

  /// Refuses posts from now on and forgets poller and host.
  void close() noexcept;
  /// In a forked child: the lock may be held by a thread that exists only in the parent.
  void renew_lock() noexcept;
  /// As above, and the poller's wake-up is a new one.
  void renew_after_fork() noexcept;

 private:
  void wake_locked() noexcept;

  std::mutex mutex_;
  PostList incoming_;
  bool open_ = true;
  Poller* poller_;
  Host* host_;
  /// In a child that was forked since, the wake-up is shared with the parent, which would never
  /// read what is written here.
  std::uint32_t fork_generation_ = fork_generation();
  /// Whether the wake-up has been written and not read. Written under the lock.
  std::atomic<bool> wake_pending_{false};
};

}  // namespace eddy::inline v0::internal
