// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include <eddy/core/task/queue.h>

// Apart from queue.h, and not in core.h, because <algorithm> and <functional> cost every program
// that includes them a fifth of a second.
namespace eddy::inline v0 {

/// The smallest item first, by `Less`; equal ones in any order.
template <class T, class Less = std::less<T>>
class PriorityOrder {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  void put(T item) {
    items_.push_back(std::move(item));
    std::push_heap(items_.begin(), items_.end(), After());
  }
  void put_back(T item) { put(std::move(item)); }
  T get() {
    std::pop_heap(items_.begin(), items_.end(), After());
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

 private:
  struct After {
    bool operator()(const T& a, const T& b) const { return Less()(b, a); }
  };
  std::vector<T> items_;
};

/// The smallest item first. Source: tornado.queues.PriorityQueue.
template <class T, class Less = std::less<T>>
using PriorityQueue = Queue<T, PriorityOrder<T, Less>>;

}  // namespace eddy::inline v0
