// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include <eddy/core/task/completion.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0::internal {

/// A coroutine that runs by itself and destroys itself: it stands for a Task towards an awaitable
/// of another library, which may resume it on any thread, inline, or never.
struct ForeignWait {
  struct promise_type {
    ForeignWait get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    // Everything that the awaitable throws is caught within.
    void unhandled_exception() noexcept {}
  };

  template <class T, class Awaitable>
  static ForeignWait run(Awaitable awaitable, Completion<T> done) {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await static_cast<Awaitable&&>(awaitable);
        done();
      } else {
        done(co_await static_cast<Awaitable&&>(awaitable));
      }
    } catch (...) {
      done.fail(std::current_exception());
    }
  }
};

template <class Awaitable>
auto await_foreign(Awaitable&& awaitable) {
  using Result = decltype(find_awaiter(std::forward<Awaitable>(awaitable)).await_resume());
  using T = std::remove_cvref_t<Result>;
  // An lvalue stays the awaiting coroutine's, a temporary is moved into the wait.
  return from_callback<T>([held = std::forward_as_tuple(std::forward<Awaitable>(awaitable))](
                              Completion<T> done) mutable {
    ForeignWait::run<T, Awaitable>(std::forward<Awaitable>(std::get<0>(held)), std::move(done));
  });
}

}  // namespace eddy::inline v0::internal
