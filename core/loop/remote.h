// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

template <class T>
class Completion;

namespace internal {

class PostQueue;

/// A posted callable with its place in the queue.
class PostNode {
 public:
  PostNode() = default;
  PostNode(const PostNode&) = delete;
  PostNode& operator=(const PostNode&) = delete;
  virtual ~PostNode() = default;
  virtual void run() = 0;

  PostNode* next = nullptr;
};

template <class F>
class PostNodeOf final : public PostNode {
 public:
  PostNodeOf() noexcept {}  // NOLINT(modernize-use-equals-default): leaves the storage alone
  ~PostNodeOf() override {
    if (filled_) function()->~F();
  }
  template <class G>
  void fill(G&& f) {
    ::new (static_cast<void*>(storage_)) F(std::forward<G>(f));
    filled_ = true;
  }
  void run() override { (*function())(); }

 private:
  F* function() noexcept { return std::launder(reinterpret_cast<F*>(storage_)); }

  alignas(F) unsigned char storage_[sizeof(F)];
  bool filled_ = false;
};

/// Locks the queue; false, and unlocked, when it is closed.
[[nodiscard]] EDDY_API bool begin_post(PostQueue& queue) noexcept;
/// Appends `node` (null: nothing, filling it failed), unlocks, and wakes the loop if need be.
EDDY_API void end_post(PostQueue& queue, PostNode* node) noexcept;

/// Posts `f` in `node`, which is taken only when `f` has been moved.
template <class F, class G>
bool post_in(PostQueue& queue, std::unique_ptr<PostNodeOf<F>>& node, G&& f) {
  if (!begin_post(queue)) return false;
  struct Unlock {
    PostQueue& queue;
    PostNode* node = nullptr;
    ~Unlock() { end_post(queue, node); }
  } unlock{queue};
  node->fill(std::forward<G>(f));
  unlock.node = node.release();
  return true;
}

}  // namespace internal

/// The way into a Loop from any thread, at any time: it shares only the Loop's queue, so it may be
/// kept, copied and used for ever, after the Loop has gone too.
///
/// Thread-safe: all members.
class EDDY_API Remote {
 public:
  explicit Remote(std::shared_ptr<internal::PostQueue> queue) noexcept : queue_(std::move(queue)) {}

  /// Queues `f` to be called once on the Loop's thread, in a later turn, never inside this call.
  /// Calls of one thread run in their order. True: `f` was moved from, and will be called, or, when
  /// the Loop is destroyed first, destroyed uncalled on the thread that destroys the Loop. False:
  /// the Loop is closed and `f` is untouched. What `f` throws reaches the Loop's exception handler.
  ///
  /// `f` is moved under the queue's lock: its move constructor must not post. A burst of posts
  /// costs one write to an eventfd.
  template <class F>
  bool post(F&& f) const {
    using Function = std::decay_t<F>;
    static_assert(std::is_invocable_v<Function&>, "post takes a callable without arguments");
    auto node = std::make_unique<internal::PostNodeOf<Function>>();
    return internal::post_in(*queue_, node, std::forward<F>(f));
  }

 private:
  template <class T>
  friend class Completion;

  std::shared_ptr<internal::PostQueue> queue_;
};

}  // namespace eddy::inline v0
