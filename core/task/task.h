// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/environment.h>

namespace eddy::inline v0 {

template <class T>
class Task;

namespace internal {

/// What a coroutine ended with.
template <class T>
class PromiseResult : public PromiseBase {
 public:
  template <class U>
  requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) { value_.emplace(std::forward<U>(value)); }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }
  T take() {
    if (error_) std::rethrow_exception(error_);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
  std::exception_ptr error_;
};

template <class T>
class PromiseResult<T&> : public PromiseBase {
 public:
  void return_value(T& value) noexcept { value_ = &value; }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }
  T& take() {
    if (error_) std::rethrow_exception(error_);
    return *value_;
  }

 private:
  T* value_ = nullptr;
  std::exception_ptr error_;
};

template <>
class PromiseResult<void> : public PromiseBase {
 public:
  void return_void() noexcept {}
  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }
  void take() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
};

/// Wraps what is awaited in a Task but is not Eddy's; see foreign.h.
template <class Awaitable>
auto await_foreign(Awaitable&& awaitable);

template <class Awaitable>
decltype(auto) find_awaiter(Awaitable&& awaitable) {
  if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); }) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (requires { operator co_await(std::forward<Awaitable>(awaitable)); }) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return std::forward<Awaitable>(awaitable);
  }
}

/// Awaits an awaiter where it is: waiting ones are linked into lists and can't be moved. The
/// operand of co_await lives until the end of the expression. A task whose owner has gone is only
/// suspended, for good, and nothing is begun.
template <class Awaiter>
class AwaitInPlace {
 public:
  AwaitInPlace(Awaiter& awaiter, const Environment& environment) noexcept
      : awaiter_(awaiter), environment_(environment) {}
  bool await_ready() { return !environment_.root->abandoned() && awaiter_.await_ready(); }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> handle) {
    using Suspended = decltype(awaiter_.await_suspend(handle));
    if (!environment_.root->abandoned()) return awaiter_.await_suspend(handle);
    if constexpr (std::is_same_v<Suspended, bool>) {
      return true;
    } else {
      return Suspended(std::noop_coroutine());
    }
  }
  decltype(auto) await_resume() { return awaiter_.await_resume(); }

 private:
  Awaiter& awaiter_;
  const Environment& environment_;
};

template <class T>
class Promise final : public PromiseResult<T> {
 public:
  Promise() { this->self_ = std::coroutine_handle<Promise>::from_promise(*this); }

  Task<T> get_return_object() noexcept;
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      return handle.promise().continuation_->on_done();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  template <class Awaitable>
  auto await_transform(Awaitable&& awaitable) {
    using Awaiter = std::remove_cvref_t<decltype(find_awaiter(std::forward<Awaitable>(awaitable)))>;
    if constexpr (!OwnAwaiter<Awaiter>) {
      return await_foreign(std::forward<Awaitable>(awaitable));
    } else if constexpr (std::is_same_v<Awaiter, std::remove_cvref_t<Awaitable>>) {
      return AwaitInPlace<Awaiter>(awaitable, this->environment());
    } else {
      return find_awaiter(std::forward<Awaitable>(awaitable));
    }
  }
};

/// `co_await task`: starts it in the environment of the one that awaits, or in another.
template <class T>
class [[nodiscard]] TaskAwaiter final : public Continuation, public ReadyItem, private ChildLink {
 public:
  using eddy_awaiter = void;

  explicit TaskAwaiter(Promise<T>* child, const Environment* environment = nullptr) noexcept
      : environment_(environment) {
    this->child = child;
  }
  TaskAwaiter(const TaskAwaiter&) = delete;
  TaskAwaiter& operator=(const TaskAwaiter&) = delete;
  ~TaskAwaiter() {
    if (child != nullptr) destroy_frames(child);
    if (parent != nullptr) parent->awaiting_ = nullptr;
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class ParentPromise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<ParentPromise> handle) noexcept {
    static_assert(HasEnvironment<ParentPromise>,
                  "eddy: a Task is awaited in a Task; from anywhere else give it to spawn() or "
                  "run_until() of a Loop");
    if constexpr (HasEnvironment<ParentPromise>) {
      parent = &handle.promise();
      parent->awaiting_ = this;
      if (environment_ == nullptr) environment_ = &parent->environment();
      child->awaited_by_ = this;
      child->set_up(*environment_, *this);
      next_ = child->self_;
    }
    return go_on();
  }

  T await_resume() { return static_cast<Promise<T>*>(child)->take(); }

 private:
  std::coroutine_handle<> on_done() noexcept override {
    next_ = parent->self_;
    return go_on();
  }
  void run() override { resume(*environment_, next_); }

  /// Straight on to the next coroutine, or by way of the loop; nowhere when the owner has gone.
  std::coroutine_handle<> go_on() noexcept {
    if (environment_->root->abandoned()) return std::noop_coroutine();
    if (!must_unwind(*environment_->core)) return next_;
    schedule(*environment_->core, *this);
    return std::noop_coroutine();
  }

  const Environment* environment_;
  std::coroutine_handle<> next_;
};

}  // namespace internal

/// A lazy coroutine that gives a T, void or a reference: it begins when it is awaited or given to
/// an owner (Loop::spawn, TaskGroup, Loop::run_until), and runs on that Loop's thread only. What it
/// throws comes out of the await.
///
/// It ends in one of two ways before its time. A STOP (client gone, with_timeout, request_stop) is
/// a request: what it waits for ends, then it resumes with Cancelled thrown and unwinds. To DESTROY
/// it, or its owner, runs the destructors of its frames now, the innermost first; nothing of it
/// runs later. A task that is on the stack then goes on to its next await, and is destroyed there.
///
/// Anything can be awaited in it: Eddy's awaitables resume directly, those of other libraries pass
/// through the Loop, whatever thread they complete on. A million awaits that complete at once, and
/// chains of any depth, take constant stack.
///
/// Ownership: the Task owns its frame; move-only, awaited once. Thread: created anywhere, then the
/// Loop's. Source: tornado.gen.coroutine, but lazy.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::Promise<T>;
  using value_type = T;

  Task(Task&& other) noexcept : promise_(std::exchange(other.promise_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(promise_, other.promise_);
    return *this;
  }
  ~Task() {
    if (promise_ != nullptr) internal::destroy_frames(promise_);
  }

  internal::TaskAwaiter<T> operator co_await() && noexcept {
    return internal::TaskAwaiter<T>(release());
  }

  /// For owners of tasks: gives up the frame.
  [[nodiscard]] promise_type* release() noexcept { return std::exchange(promise_, nullptr); }

 private:
  friend promise_type;
  explicit Task(promise_type* promise) noexcept : promise_(promise) {}

  promise_type* promise_;
};

template <class T>
Task<T> internal::Promise<T>::get_return_object() noexcept {
  return Task<T>(this);
}

/// Owns one running task from outside a coroutine. Destroying it destroys the task.
///
/// Thread: the Loop's.
class EDDY_API RunningTask {
 public:
  RunningTask() noexcept = default;
  /// Not started yet. `done` is called once, when the task has ended and its frame is gone, with
  /// what it threw; not after this object has been destroyed.
  RunningTask(std::shared_ptr<internal::LoopCore> core, Task<void> task,
              UniqueFunction<void(std::exception_ptr)> done);
  RunningTask(RunningTask&& other) noexcept : root_(std::exchange(other.root_, nullptr)) {}
  RunningTask& operator=(RunningTask&& other) noexcept {
    std::swap(root_, other.root_);
    return *this;
  }
  ~RunningTask() { reset(); }

  /// Runs it until it first waits, inside this call: only from the loop itself.
  void start() noexcept;
  /// Starts it in a coming step.
  void start_later() noexcept;
  void request_stop() noexcept;
  void reset() noexcept;
  [[nodiscard]] bool ended() const noexcept { return root_ == nullptr || root_->ended(); }

 private:
  internal::RootTask* root_ = nullptr;
};

namespace internal {

/// Where run_until leaves what its task gave.
template <class T>
struct ResultOf {
  std::optional<T> value;
  static Task<void> fill(ResultOf& result, Task<T> task) {
    result.value.emplace(co_await std::move(task));
  }
  T take() { return std::move(*value); }
};
template <class T>
struct ResultOf<T&> {
  T* value = nullptr;
  static Task<void> fill(ResultOf& result, Task<T&> task) {
    result.value = &co_await std::move(task);
  }
  T& take() { return *value; }
};
template <>
struct ResultOf<void> {
  static Task<void> fill(ResultOf& /*result*/, Task<void> task) { co_await std::move(task); }
  void take() {}
};

/// Pumps until `task` has ended; throws what it threw, or why it could not be pumped.
EDDY_API void run_until_done(Loop& loop, Task<void> task);

}  // namespace internal

template <class T>
T Loop::run_until(Task<T> task) {
  internal::ResultOf<T> result;
  internal::run_until_done(*this, internal::ResultOf<T>::fill(result, std::move(task)));
  return result.take();
}

}  // namespace eddy::inline v0

#include <eddy/core/task/foreign.h>  // IWYU pragma: export
