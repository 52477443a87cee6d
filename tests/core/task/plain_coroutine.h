// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace eddy::core_test {

/// A coroutine of "another library": it knows nothing of Eddy, begins at once, and is destroyed
/// with its owner, wherever it is.
class PlainCoroutine {
 public:
  struct promise_type {
    PlainCoroutine get_return_object() noexcept {
      return PlainCoroutine(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }
    std::exception_ptr error;
  };

  explicit PlainCoroutine(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
  PlainCoroutine(PlainCoroutine&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)) {}
  PlainCoroutine& operator=(PlainCoroutine&&) = delete;
  ~PlainCoroutine() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] bool done() const noexcept { return handle_.done(); }
  void rethrow() const {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace eddy::core_test
