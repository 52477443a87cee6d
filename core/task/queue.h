// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/event.h>
#include <eddy/core/task/sync_waiter.h>

namespace eddy::inline v0 {

/// The orders in which a Queue gives its items. An order of a program's own has these members;
/// put_back takes an item again that put() gave out and nobody received.
template <class T>
class FifoOrder {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  void put(T item) { items_.push_back(std::move(item)); }
  void put_back(T item) { items_.push_front(std::move(item)); }
  T get() {
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

 private:
  std::deque<T> items_;
};

/// The newest item first.
template <class T>
class LifoOrder {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  void put(T item) { items_.push_back(std::move(item)); }
  void put_back(T item) { put(std::move(item)); }
  T get() {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

 private:
  std::vector<T> items_;
};

namespace internal {

template <class T, class Order>
struct QueueState;

template <class T, class Order>
class QueueGetAwaiter final : public SyncWaiter {
 public:
  QueueGetAwaiter(std::shared_ptr<QueueState<T, Order>> state,
                  std::optional<Duration> limit) noexcept
      : SyncWaiter(limit), state_(std::move(state)) {}
  ~QueueGetAwaiter() {
    if (unclaimed()) state_->put_back(std::move(*item));
  }
  [[nodiscard]] T await_resume() {
    if (!finish()) throw_timeout("Queue::get");
    return std::move(*item);
  }

  std::optional<T> item;

 private:
  bool try_take() override {
    if (state_->items.size() == 0) return false;
    item.emplace(state_->take());
    return true;
  }
  void stand_in_line() noexcept override { state_->getters.push_back(*this); }

  std::shared_ptr<QueueState<T, Order>> state_;
};

template <class T, class Order>
class QueuePutAwaiter final : public SyncWaiter {
 public:
  QueuePutAwaiter(std::shared_ptr<QueueState<T, Order>> state, T value,
                  std::optional<Duration> limit)
      : SyncWaiter(limit), item(std::move(value)), state_(std::move(state)) {}
  ~QueuePutAwaiter() = default;
  void await_resume() {
    if (!finish()) throw_timeout("Queue::put");
  }

  T item;

 private:
  bool try_take() override {
    if (state_->full()) return false;
    state_->add(std::move(item));
    return true;
  }
  void stand_in_line() noexcept override { state_->putters.push_back(*this); }

  std::shared_ptr<QueueState<T, Order>> state_;
};

/// The items, and who waits for one or for room. While getters wait there is no item, while putters
/// wait there is no room.
template <class T, class Order>
struct QueueState {
  explicit QueueState(std::size_t max) noexcept : max_size(max) {}

  [[nodiscard]] bool full() const noexcept { return max_size != 0 && items.size() >= max_size; }

  void add(T item) {
    ++unfinished;
    finished.clear();
    hand_out(std::move(item));
  }
  T take() {
    T item = items.get();
    admit();
    return item;
  }
  void put_back(T item) noexcept try {
    if (SyncWaiter* getter = SyncWaiter::pop(getters)) {
      give(*getter, std::move(item));
    } else {
      items.put_back(std::move(item));
    }
  } catch (...) {
    // Called by destructors: without memory the item is gone.
  }
  void task_done() {
    if (unfinished == 0) throw std::invalid_argument("Queue::task_done called too many times");
    if (--unfinished == 0) finished.set();
  }

  const std::size_t max_size;
  Order items;
  SyncWaiter::Line getters;
  SyncWaiter::Line putters;
  std::size_t unfinished = 0;
  Event finished;

 private:
  void hand_out(T item) {
    if (SyncWaiter* getter = SyncWaiter::pop(getters)) {
      give(*getter, std::move(item));
    } else {
      items.put(std::move(item));
    }
  }
  static void give(SyncWaiter& getter, T item) {
    static_cast<QueueGetAwaiter<T, Order>&>(getter).item.emplace(std::move(item));
    getter.grant();
  }
  void admit() {
    while (!full()) {
      SyncWaiter* putter = SyncWaiter::pop(putters);
      if (putter == nullptr) return;
      add(std::move(static_cast<QueuePutAwaiter<T, Order>&>(*putter).item));
      putter->grant();
    }
  }
};

}  // namespace internal

/// A queue between tasks. put() waits while it is full and get() while it is empty; both are served
/// in the order in which they came, items going straight to those who wait. An item is never lost:
/// one that was handed to a getter that is destroyed before it goes on is handed on.
///
/// get() and put() give way when the budget of the turn is spent, so that a task that loops on a
/// queue that is never empty does not hold the host.
///
/// Thread: that of the Loop, or Loops of one thread, of those who wait. Destroying it ends waits
/// with std::errc::operation_canceled. Source: tornado.queues.Queue.
template <class T, class Order = FifoOrder<T>>
class Queue {
 public:
  /// `max_size` items at most; 0: no bound.
  explicit Queue(std::size_t max_size = 0)
      : state_(std::make_shared<internal::QueueState<T, Order>>(max_size)) {}
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() {
    internal::SyncWaiter::dismiss(state_->getters);
    internal::SyncWaiter::dismiss(state_->putters);
  }

  /// `co_await queue.put(item)`: waits for room. A wait that ends otherwise destroys the item.
  [[nodiscard]] internal::QueuePutAwaiter<T, Order> put(T item) {
    return {state_, std::move(item), std::nullopt};
  }
  /// As above; throws TimeoutError when `limit` has passed first.
  template <class Rep, class Period>
  [[nodiscard]] internal::QueuePutAwaiter<T, Order> put(T item,
                                                        std::chrono::duration<Rep, Period> limit) {
    return {state_, std::move(item), internal::to_limit(limit)};
  }
  /// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own
  /// Loop.
  [[nodiscard]] internal::WithLoop<internal::QueuePutAwaiter<T, Order>> put(Loop& loop, T item) {
    return {loop, [this, &item] { return put(std::move(item)); }};
  }
  template <class Rep, class Period>
  [[nodiscard]] internal::WithLoop<internal::QueuePutAwaiter<T, Order>> put(
      Loop& loop, T item, std::chrono::duration<Rep, Period> limit) {
    return {loop, [&] { return put(std::move(item), limit); }};
  }
  /// Without waiting: moves from `item` and returns true if there is room.
  [[nodiscard]] bool try_put(T&& item) {
    if (state_->full()) return false;
    state_->add(std::move(item));
    return true;
  }

  /// `T item = co_await queue.get();`
  [[nodiscard]] internal::QueueGetAwaiter<T, Order> get() noexcept {
    return {state_, std::nullopt};
  }
  /// As above; throws TimeoutError when `limit` has passed first.
  template <class Rep, class Period>
  [[nodiscard]] internal::QueueGetAwaiter<T, Order> get(std::chrono::duration<Rep, Period> limit) {
    return {state_, internal::to_limit(limit)};
  }
  /// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own
  /// Loop.
  [[nodiscard]] internal::WithLoop<internal::QueueGetAwaiter<T, Order>> get(Loop& loop) {
    return {loop, [this] { return get(); }};
  }
  template <class Rep, class Period>
  [[nodiscard]] internal::WithLoop<internal::QueueGetAwaiter<T, Order>> get(
      Loop& loop, std::chrono::duration<Rep, Period> limit) {
    return {loop, [&] { return get(limit); }};
  }
  /// Without waiting; empty when there is none.
  [[nodiscard]] std::optional<T> try_get() {
    if (empty()) return std::nullopt;
    return state_->take();
  }

  [[nodiscard]] std::size_t size() const noexcept { return state_->items.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] bool full() const noexcept { return state_->full(); }
  [[nodiscard]] std::size_t max_size() const noexcept { return state_->max_size; }

  /// To be called once for each item that was got, when the work on it is done, by programs that
  /// use join(). Throws std::invalid_argument when called more often.
  void task_done() { state_->task_done(); }
  /// `co_await queue.join()`: until every item that was put has been done.
  [[nodiscard]] internal::EventAwaiter join() {
    if (state_->unfinished == 0) state_->finished.set();
    return state_->finished.wait();
  }
  /// As above; throws TimeoutError when `limit` has passed first.
  template <class Rep, class Period>
  [[nodiscard]] internal::EventAwaiter join(std::chrono::duration<Rep, Period> limit) {
    if (state_->unfinished == 0) state_->finished.set();
    return state_->finished.wait(limit);
  }

 private:
  std::shared_ptr<internal::QueueState<T, Order>> state_;
};

/// The newest item first. Source: tornado.queues.LifoQueue.
template <class T>
using LifoQueue = Queue<T, LifoOrder<T>>;

}  // namespace eddy::inline v0
