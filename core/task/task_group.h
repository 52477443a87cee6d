// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <exception>
#include <memory>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>

namespace eddy::inline v0 {

class Loop;
template <class T>
class Task;

namespace internal {
class TaskGroupState;
}

/// Owns background tasks: those who start one without awaiting it give it to a group, so that it
/// ends with its owner. Destroying the group destroys its tasks, at any moment, from within one of
/// them too.
///
/// Thread: the Loop's. The Loop may go first; its tasks then never go on.
class EDDY_API TaskGroup {
 public:
  /// What a task throws, but Cancelled, goes to `on_error`; empty: to the Loop's exception handler.
  explicit TaskGroup(Loop& loop, UniqueFunction<void(std::exception_ptr)> on_error = nullptr);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  /// Starts `task` in a coming step.
  void spawn(Task<void> task);
  /// Asks all tasks to stop; they go on until they have unwound.
  void request_stop() noexcept;
  /// Tasks that have not ended.
  [[nodiscard]] std::size_t size() const noexcept;
  /// `co_await group.join()`: waits until no task is left. A stop of the waiting task ends the
  /// wait, not the group; the group's destruction ends it with Errc::broken_completion.
  [[nodiscard]] Task<void> join();

 private:
  std::shared_ptr<internal::TaskGroupState> state_;
};

}  // namespace eddy::inline v0
