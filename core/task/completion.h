// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/environment.h>
#include <eddy/core/task/with_loop.h>

namespace eddy::inline v0 {

template <class T>
class Completion;

namespace internal {

/// `void` as a value.
/// What comes of an operation that gives nothing. (std::monostate brings all of <variant>.)
struct Nothing {};
template <class T>
using Stored = std::conditional_t<std::is_void_v<T>, Nothing, T>;

/// What came of a foreign operation.
template <class T>
struct Outcome {
  std::optional<Stored<T>> value;
  std::exception_ptr error;
};

template <class T>
class Operation;

/// What a completion posts.
template <class T>
struct Delivery {
  std::shared_ptr<Operation<T>> operation;
  Outcome<T> outcome;
  void operator()() { operation->deliver(std::move(outcome)); }
};

/// What a waiting coroutine and the completion of a foreign operation share. It is on the heap, so
/// that the coroutine's frame may be destroyed while the operation goes on.
template <class T>
class Operation {
 public:
  explicit Operation(Remote loop) : remote(std::move(loop)) {}

  /// The Loop's queue, for the completion; any thread.
  const Remote remote;
  /// For the one post, made beforehand, so that no lack of memory can leave the coroutine waiting.
  std::unique_ptr<PostNodeOf<Delivery<T>>> post = std::make_unique<PostNodeOf<Delivery<T>>>();

  // The rest is the Loop's thread only.
  Waiter* waiter = nullptr;
  void (*arrived)(Waiter*) = nullptr;
  /// The operation is being started, which may take a nested loop's time: nobody waits yet.
  bool starting = true;
  Outcome<T> outcome;

  /// A result that nobody wants is left to the caller, on the Loop's thread: the completion's
  /// thread may hold the last reference to this.
  void deliver(Outcome<T>&& result) {
    if (waiter == nullptr && !starting) return;
    try {
      outcome = std::move(result);
    } catch (...) {
      outcome = {std::nullopt, std::current_exception()};
    }
    // Taken first: the waiter's coroutine may drop the last reference to this.
    if (Waiter* resumed = std::exchange(waiter, nullptr)) arrived(resumed);
  }
};

}  // namespace internal

/// A function pointer and its argument, for callback APIs of C. Call it exactly once.
template <class T>
struct CCompletion {
  void (*function)(void* data, T value);
  void* data;
};
template <>
struct CCompletion<void> {
  void (*function)(void* data);
  void* data;
};

/// Ends the wait of one from_callback(): a function object to be handed to an API that calls back.
/// Any thread may call it, once; later calls do nothing. Dropped uncalled it ends the wait with
/// Errc::broken_completion. Called after the waiter or its Loop has gone it does nothing: the value
/// is destroyed on the Loop's thread or, the Loop gone, here.
///
/// Thread-safe against the Loop; one Completion is used by one thread at a time. Move-only.
template <class T>
class Completion {
 public:
  explicit Completion(std::shared_ptr<internal::Operation<T>> operation) noexcept
      : operation_(std::move(operation)) {}
  Completion(Completion&&) noexcept = default;
  Completion& operator=(Completion&& other) noexcept {
    std::swap(operation_, other.operation_);
    return *this;
  }
  ~Completion() {
    if (operation_) fail(make_error_code(Errc::broken_completion));
  }

  /// The operation has succeeded, with `value` (nothing for void).
  template <class... Value>
  requires(sizeof...(Value) == (std::is_void_v<T> ? 0 : 1)) void operator()(Value&&... value) {
    internal::Outcome<T> outcome;
    outcome.value.emplace(std::forward<Value>(value)...);
    deliver(std::move(outcome));
  }
  /// The operation has failed: the await throws `error`.
  void fail(std::exception_ptr error) { deliver({std::nullopt, std::move(error)}); }
  /// As above, with a std::system_error.
  void fail(std::error_code error) { fail(internal::exception_of(error)); }

  /// The same completion as a function pointer and a void*, for C. Who never calls it leaks it.
  CCompletion<T> release() && {
    auto* self = new Completion(std::move(*this));
    if constexpr (std::is_void_v<T>) {
      return {[](void* data) { (*take(data))(); }, self};
    } else {
      return {[](void* data, T value) { (*take(data))(std::move(value)); }, self};
    }
  }
  /// The completion behind a CCompletion's `data`, for C callbacks with arguments of their own.
  static std::unique_ptr<Completion> take(void* data) noexcept {
    return std::unique_ptr<Completion>(static_cast<Completion*>(data));
  }

 private:
  void deliver(internal::Outcome<T> outcome) {
    if (!operation_) return;
    internal::post_in(*operation_->remote.queue_, operation_->post,
                      internal::Delivery<T>{operation_, std::move(outcome)});
    // Only now: if the value can't be moved, the destructor still ends the wait.
    operation_.reset();
  }

  std::shared_ptr<internal::Operation<T>> operation_;
};

namespace internal {

/// Waits for one Completion. `Start` is called with it when the wait begins; `Cancel`, if it is not
/// empty, asks the operation to end early, and the wait then lasts until it has.
template <class T, class Start, class Cancel>
class [[nodiscard]] CallbackAwaiter final : public Waiter {
 public:
  using eddy_awaiter = void;

  CallbackAwaiter(Start start, Cancel cancel)
      : start_(std::move(start)), cancel_(std::move(cancel)) {}
  CallbackAwaiter(CallbackAwaiter&& other) noexcept
      : start_(std::move(other.start_)), cancel_(std::move(other.cancel_)) {}
  ~CallbackAwaiter() {
    if (!operation_) return;
    operation_->starting = false;
    if (operation_->waiter == nullptr) return;
    operation_->waiter = nullptr;
    // A stop has asked already.
    if (!stopped()) ask_to_end();
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if (!begin(handle)) return go_on_stopped();
    return start_operation();
  }
  bool await_in(LoopCore& core, std::coroutine_handle<> handle) {
    begin_foreign(core, handle);
    return start_operation();
  }

  T await_resume() {
    if (!operation_) throw Cancelled();
    Outcome<T>& outcome = operation_->outcome;
    if (outcome.value) {
      if constexpr (std::is_void_v<T>) {
        return;
      } else {
        return std::move(*outcome.value);
      }
    }
    throw_if_stopped();
    std::rethrow_exception(outcome.error);
  }

 private:
  static constexpr bool kCanCancel = !std::is_same_v<Cancel, std::nullptr_t>;

  bool start_operation() {
    operation_ = std::make_shared<Operation<T>>(remote_of(core()));
    operation_->arrived = [](Waiter* waiter) {
      static_cast<CallbackAwaiter*>(waiter)->resume_now();
    };
    if constexpr (std::is_invocable_v<Start&, LoopCore&, Completion<T>>) {
      start_(core(), Completion<T>(operation_));
    } else {
      start_(Completion<T>(operation_));
    }
    return waits();
  }

  /// After the start. False: it is over, or a stop came, in a nested loop that `start` has run.
  bool waits() noexcept {
    operation_->starting = false;
    const bool arrived = operation_->outcome.value || operation_->outcome.error;
    if (arrived || (stopped() && !kCanCancel)) {
      StopNode::unlink();
      return false;
    }
    operation_->waiter = this;
    if (stopped()) ask_to_end();
    return true;
  }

  void ask_to_end() noexcept {
    if constexpr (kCanCancel) cancel_();
  }

  void stop_waiting() noexcept override {
    if (operation_->starting) return;
    if constexpr (kCanCancel) {
      ask_to_end();
    } else {
      // Nobody can end the operation, but nothing of it is in the frame: it is left to itself.
      operation_->waiter = nullptr;
      resume_later();
    }
  }

  [[no_unique_address]] Start start_;
  [[no_unique_address]] Cancel cancel_;
  std::shared_ptr<Operation<T>> operation_;
};

}  // namespace internal

/// Makes a callback API awaitable: `start` is called with a Completion<T> and begins the operation;
/// the await gives what the completion is called with. Whatever the operation touches after `start`
/// has returned must be owned by it, never by the coroutine's frame: move buffers in.
///
///     int n = co_await eddy::from_callback<int>([&](eddy::Completion<int> done) {
///       library.read_async(std::move(done));
///     });
///
/// A stop leaves the operation to itself and throws Cancelled. With `cancel`, a noexcept callable
/// that asks the operation to end, a stop calls it and waits for the completion; destroying the
/// waiting task calls it and does not wait. Both callables run on the Loop's thread. Of captures by
/// value within a co_await see run_in_executor.
template <class T, class Start, class Cancel = std::nullptr_t>
requires(!internal::AnyLoop<Start>)  //
    [[nodiscard]] auto from_callback(Start start, Cancel cancel = nullptr) {
  return internal::CallbackAwaiter<T, Start, Cancel>(std::move(start), std::move(cancel));
}
/// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own Loop.
template <class T, class Start, class Cancel = std::nullptr_t>
[[nodiscard]] auto from_callback(Loop& loop, Start start, Cancel cancel = nullptr) {
  return internal::WithLoop(loop,
                            [&] { return from_callback<T>(std::move(start), std::move(cancel)); });
}

}  // namespace eddy::inline v0
