// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <vector>

#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0::internal {

/// Timers by deadline, those of equal deadline by creation. Adding and cancelling take O(log n),
/// in a four-ary heap whose entries carry their keys, so that sifting touches few cache lines.
class TimerHeap {
 public:
  TimerHeap() = default;
  TimerHeap(const TimerHeap&) = delete;
  TimerHeap& operator=(const TimerHeap&) = delete;
  ~TimerHeap() { clear(); }

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] TimePoint nearest() const noexcept {
    return entries_.empty() ? kNever : entries_.front().deadline;
  }
  /// The number that the next timer gets: those of this turn have a smaller one.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_sequence_; }

  void add(TimerNode& node, TimePoint deadline);
  void remove(TimerNode& node) noexcept;
  /// Takes out the nearest timer if it is due and older than `boundary`; null otherwise.
  TimerNode* pop_due(TimePoint now, std::uint64_t boundary) noexcept;
  [[nodiscard]] bool has_due(TimePoint now) const noexcept {
    return !entries_.empty() && entries_.front().deadline <= now;
  }
  void clear() noexcept;

 private:
  struct Entry {
    TimePoint deadline;
    std::uint64_t sequence;
    TimerNode* node;
    [[nodiscard]] bool before(const Entry& other) const noexcept {
      return deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence;
    }
  };

  void place(std::size_t index, Entry entry) noexcept;
  void sift_up(std::size_t index, Entry entry) noexcept;
  void sift_down(std::size_t index, Entry entry) noexcept;

  std::vector<Entry> entries_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace eddy::inline v0::internal
