// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/timer_heap.h>

#include <algorithm>

namespace eddy::inline v0::internal {

namespace {
constexpr std::size_t kArity = 4;
}

void TimerNode::cancel() noexcept {
  if (heap_ != nullptr) heap_->remove(*this);
}

void TimerHeap::add(TimerNode& node, TimePoint deadline) {
  node.cancel();
  entries_.emplace_back();
  node.heap_ = this;
  sift_up(entries_.size() - 1, Entry{deadline, next_sequence_++, &node});
}

void TimerHeap::remove(TimerNode& node) noexcept {
  const std::size_t hole = node.index_;
  node.heap_ = nullptr;
  const Entry last = entries_.back();
  entries_.pop_back();
  if (hole == entries_.size()) return;
  const bool rises = hole > 0 && last.before(entries_[(hole - 1) / kArity]);
  rises ? sift_up(hole, last) : sift_down(hole, last);
}

TimerNode* TimerHeap::pop_due(TimePoint now, std::uint64_t boundary) noexcept {
  if (!has_due(now) || entries_.front().sequence >= boundary) return nullptr;
  TimerNode* node = entries_.front().node;
  remove(*node);
  return node;
}

void TimerHeap::clear() noexcept {
  for (const Entry& entry : entries_) entry.node->heap_ = nullptr;
  entries_.clear();
}

void TimerHeap::place(std::size_t index, Entry entry) noexcept {
  entry.node->index_ = index;
  entries_[index] = entry;
}

void TimerHeap::sift_up(std::size_t index, Entry entry) noexcept {
  while (index > 0) {
    const std::size_t parent = (index - 1) / kArity;
    if (!entry.before(entries_[parent])) break;
    place(index, entries_[parent]);
    index = parent;
  }
  place(index, entry);
}

void TimerHeap::sift_down(std::size_t index, Entry entry) noexcept {
  for (;;) {
    const std::size_t first = index * kArity + 1;
    if (first >= entries_.size()) break;
    const std::size_t end = std::min(first + kArity, entries_.size());
    std::size_t least = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (entries_[child].before(entries_[least])) least = child;
    }
    if (!entries_[least].before(entry)) break;
    place(index, entries_[least]);
    index = least;
  }
  place(index, entry);
}

}  // namespace eddy::inline v0::internal
