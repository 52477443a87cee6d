// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/lifetime.h>
#include <eddy/core/task/environment.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

namespace internal {

/// Runs a task as a root of its own within the one that awaits it, so that it can be destroyed
/// while that goes on; ends it with an owner.
class EDDY_API OwnedTask final : public Waiter, private LifetimeListener {
 public:
  using eddy_awaiter = void;

  OwnedTask(const Lifetime& owner, Task<void> task) noexcept
      : owner_(owner), task_(std::move(task)) {}
  OwnedTask(const OwnedTask&) = delete;
  OwnedTask& operator=(const OwnedTask&) = delete;
  ~OwnedTask();

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    outer_ = &handle.promise().environment();
    begin(handle);
    return start();
  }
  /// Throws what the task threw, or Cancelled if the owner has gone.
  void await_resume() const;

 private:
  bool start();
  void ended(std::exception_ptr error) noexcept;
  void stop_waiting() noexcept override;
  void on_lifetime_ended() noexcept override;

  const Lifetime& owner_;
  Task<void> task_;
  /// An owner that can't tell does not die meanwhile.
  std::shared_ptr<const void> hold_;
  const Environment* outer_ = nullptr;
  RootTask* root_ = nullptr;
  std::exception_ptr error_;
  bool starting_ = false;
  bool owner_gone_ = false;
};

template <class T>
Task<T> run_while_alive(Lifetime owner, Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    co_await OwnedTask(owner, std::move(task));
  } else {
    ResultOf<T> result;
    co_await OwnedTask(owner, ResultOf<T>::fill(result, std::move(task)));
    co_return result.take();
  }
}

}  // namespace internal

/// Awaits `task` for as long as `owner` lives: a Lifetime, or whatever LifetimeOf knows (a
/// LifetimeSource, a shared_ptr or weak_ptr, a host's object with its adapter).
///
///     loop.spawn(eddy::while_alive(window, window.refresh()));
///
/// When the owner dies the task is asked to stop, and destroyed: its frames are gone, the innermost
/// first, before those who told of the death have returned, as before the owner's destructor has.
/// It can't put that off. Who awaits gets Cancelled thrown, in a later step. A task that is itself
/// on the stack then (it has destroyed its owner, or runs a nested loop in which that dies) goes on
/// to its next await, or its end, and is destroyed there; what it would still have given is lost.
/// If the owner is dead already, the task is not begun.
///
/// The owner dies on the Loop's thread. One that can't tell of its death, of a plain weak_ptr, is
/// kept alive until the task has ended instead. A stop of the whole stops the task, as ever.
///
/// Allocates the task's root once, beside the coroutines' frames. Where one such task awaits
/// another, and that one a third, each takes a little of the stack.
template <LifetimeOwner Owner, class T>
[[nodiscard]] Task<T> while_alive(const Owner& owner, Task<T> task) {
  return internal::run_while_alive(lifetime_of(owner), std::move(task));
}

}  // namespace eddy::inline v0
