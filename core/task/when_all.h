// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <eddy/core/task/sleep.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

namespace internal {

class Join;

/// One of several tasks that are awaited together.
class EDDY_API JoinedTask final : public Continuation, private ChildLink {
 public:
  JoinedTask(Join& join, PromiseBase* frame) noexcept : join_(&join) { child = frame; }
  /// Before any is linked.
  JoinedTask(JoinedTask&& other) noexcept : join_(other.join_) {
    child = std::exchange(other.child, nullptr);
  }
  JoinedTask& operator=(JoinedTask&&) = delete;
  ~JoinedTask() {
    if (child != nullptr) destroy_frames(child);
  }

  /// `awaiting` waits for this one and for those up to `before`, which is null for the first.
  void link(PromiseBase& awaiting, JoinedTask* before) noexcept {
    parent = &awaiting;
    previous = before;
    child->awaited_by_ = this;
    awaiting.awaiting_ = this;
  }
  void start(const Environment& environment) noexcept {
    child->set_up(environment, *this);
    child->self_.resume();
  }
  [[nodiscard]] PromiseBase* frame() const noexcept { return child; }

 private:
  std::coroutine_handle<> on_done() noexcept override;

  Join* join_;
};

/// Runs several tasks in one environment and resumes who awaits it when all have ended. With
/// `stop_others`, the first that ends stops that scope.
class EDDY_API Join final : public ReadyItem {
 public:
  using eddy_awaiter = void;

  Join(const Environment& environment, std::size_t count) : environment_(environment) {
    tasks_.reserve(count);
  }
  Join(const Join&) = delete;
  Join& operator=(const Join&) = delete;
  ~Join();

  void add(PromiseBase* frame) { tasks_.emplace_back(*this, frame); }
  void on_first(UniqueFunction<void()> callback) { on_first_ = std::move(callback); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    awaiting_ = &handle.promise();
    JoinedTask* before = nullptr;
    for (JoinedTask& task : tasks_) {
      task.link(*awaiting_, before);
      before = &task;
    }
    return start();
  }
  void await_resume() const noexcept { awaiting_->awaiting_ = nullptr; }

  [[nodiscard]] std::size_t first() const noexcept { return first_; }
  template <class T>
  [[nodiscard]] Promise<T>& promise(std::size_t index) const noexcept {
    return static_cast<Promise<T>&>(*tasks_[index].frame());
  }
  /// Logs what the tasks but `index` threw, since only one exception can be thrown on.
  void report_others(std::size_t index, const std::exception_ptr& error) noexcept;

 private:
  friend class JoinedTask;

  bool start() noexcept;
  std::coroutine_handle<> on_done(const JoinedTask& task) noexcept;
  void run() override;

  const Environment& environment_;
  std::vector<JoinedTask> tasks_;
  PromiseBase* awaiting_ = nullptr;
  UniqueFunction<void()> on_first_;
  std::size_t started_ = 0;
  std::size_t ended_ = 0;
  std::size_t first_ = static_cast<std::size_t>(-1);
};

/// The first exception in the order of the arguments, the others being reported.
class FirstError {
 public:
  explicit FirstError(Join& join) noexcept : join_(join) {}
  void see(std::size_t index, const std::exception_ptr& error) noexcept {
    if (!error) return;
    if (!first_) {
      first_ = error;
    } else {
      join_.report_others(index, error);
    }
  }
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  Join& join_;
  std::exception_ptr first_;
};

template <class T>
using JoinedValue = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
JoinedValue<T> take_joined(Promise<T>& promise) {
  if constexpr (std::is_void_v<T>) {
    promise.take();
    return {};
  } else {
    return promise.take();
  }
}

template <class... T, std::size_t... I>
Task<std::tuple<JoinedValue<T>...>> when_all_of(std::index_sequence<I...> /*indices*/,
                                                Task<T>... tasks) {
  const auto* environment = co_await EnvironmentAwaiter<ReadEnvironment>();
  Join join(*environment, sizeof...(T));
  (join.add(tasks.release()), ...);
  co_await join;
  FirstError error(join);
  (error.see(I, join.promise<T>(I).error()), ...);
  error.rethrow();
  co_return std::tuple<JoinedValue<T>...>(take_joined<T>(join.promise<T>(I))...);
}

}  // namespace internal

/// Runs the tasks together and waits for all of them, also when one throws: the first exception in
/// the order of the arguments is thrown then, the others are logged. Gives their results as a tuple
/// (std::monostate for void). Source: tornado.gen.multi.
template <class... T>
requires(sizeof...(T) >
         0) Task<std::tuple<internal::JoinedValue<T>...>> when_all(Task<T>... tasks) {
  return internal::when_all_of<T...>(std::index_sequence_for<T...>(), std::move(tasks)...);
}

/// As above for any number of tasks of one type; gives a vector of results in their order.
template <class T>
Task<std::vector<internal::JoinedValue<T>>> when_all(std::vector<Task<T>> tasks) {
  const auto* environment = co_await internal::EnvironmentAwaiter<internal::ReadEnvironment>();
  internal::Join join(*environment, tasks.size());
  for (Task<T>& task : tasks) join.add(task.release());
  if (!tasks.empty()) co_await join;
  internal::FirstError error(join);
  for (std::size_t i = 0; i < tasks.size(); ++i) error.see(i, join.promise<T>(i).error());
  error.rethrow();
  std::vector<internal::JoinedValue<T>> results;
  results.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    results.push_back(internal::take_joined<T>(join.promise<T>(i)));
  }
  co_return results;
}

}  // namespace eddy::inline v0
