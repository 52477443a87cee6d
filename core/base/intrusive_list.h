// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace eddy::inline v0::internal {

/// A place in at most one IntrusiveList. Destroying it takes it out of its list.
class ListHook {
 public:
  ListHook() = default;
  ListHook(const ListHook&) = delete;
  ListHook& operator=(const ListHook&) = delete;

  [[nodiscard]] bool linked() const noexcept { return next_ != nullptr; }

  void unlink() noexcept {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

 protected:
  ~ListHook() { unlink(); }

 private:
  template <class T>
  friend class IntrusiveList;

  ListHook* previous_ = nullptr;
  ListHook* next_ = nullptr;
};

/// A list of objects that derive from ListHook and are owned by somebody else. Whoever destroys an
/// object, or the list, leaves the other sound.
template <class T>
class IntrusiveList {
 public:
  IntrusiveList() { head_.previous_ = head_.next_ = &head_; }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    while (pop_front() != nullptr) {
    }
    head_.previous_ = head_.next_ = nullptr;
  }

  [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }

  void push_back(T& item) noexcept {
    ListHook& hook = item;
    hook.previous_ = head_.previous_;
    hook.next_ = &head_;
    head_.previous_->next_ = &hook;
    head_.previous_ = &hook;
  }

  [[nodiscard]] T* front() const noexcept {
    return empty() ? nullptr : static_cast<T*>(head_.next_);
  }

  T* pop_front() noexcept {
    T* item = front();
    if (item != nullptr) static_cast<ListHook*>(item)->unlink();
    return item;
  }

  /// Moves everything of `other` behind what is here.
  void splice_back(IntrusiveList& other) noexcept {
    if (other.empty()) return;
    ListHook* first = other.head_.next_;
    ListHook* last = other.head_.previous_;
    other.head_.previous_ = other.head_.next_ = &other.head_;
    first->previous_ = head_.previous_;
    head_.previous_->next_ = first;
    last->next_ = &head_;
    head_.previous_ = last;
  }

 private:
  struct Head : ListHook {};
  Head head_;
};

}  // namespace eddy::inline v0::internal
