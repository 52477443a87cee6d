// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

#include <eddy/core/loop/loop.h>
#include <eddy/core/task/environment.h>

namespace eddy::inline v0::internal {

/// An awaiter for coroutines of any library, on the thread of the Loop that it has been given. In a
/// Task it is awaited as always, in the task's own Loop. `Awaiter` has a member
/// `bool await_in(LoopCore&, std::coroutine_handle<>)` for where there is no environment.
template <class Awaiter>
class [[nodiscard]] WithLoop {
 public:
  using eddy_awaiter = void;

  template <class Make>
  WithLoop(Loop& loop, Make&& make) : core_(core_of(loop)), awaiter_(std::forward<Make>(make)()) {}

  [[nodiscard]] bool await_ready() const noexcept { return awaiter_.await_ready(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if constexpr (HasEnvironment<Promise>) {
      return awaiter_.await_suspend(handle);
    } else {
      return awaiter_.await_in(*core_, handle);
    }
  }
  decltype(auto) await_resume() { return awaiter_.await_resume(); }

 private:
  std::shared_ptr<LoopCore> core_;
  Awaiter awaiter_;
};
template <class Make>
WithLoop(Loop&, Make&&) -> WithLoop<std::invoke_result_t<Make&>>;

/// Loops of hosts are meant too, where a template would rather take them for something else.
template <class T>
concept AnyLoop = std::is_base_of_v<Loop, std::remove_cvref_t<T>>;

}  // namespace eddy::inline v0::internal
