// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/task_group.h>

#include <list>
#include <vector>

#include <eddy/core/loop/loop.h>
#include <eddy/core/task/completion.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0 {

namespace internal {

class TaskGroupState : public std::enable_shared_from_this<TaskGroupState> {
 public:
  TaskGroupState(std::shared_ptr<LoopCore> core, UniqueFunction<void(std::exception_ptr)> on_error)
      : core_(std::move(core)), on_error_(std::move(on_error)) {}

  void spawn(Task<void> task) {
    if (closed_) return;
    const auto place = tasks_.emplace(tasks_.end());
    *place = RunningTask(core_, std::move(task),
                         [this, place](const std::exception_ptr& error) { ended(place, error); });
    place->start_later();
  }

  void request_stop() noexcept {
    // A callable that ends an operation is the program's, and may destroy the group.
    const auto pin = shared_from_this();
    for (auto place = tasks_.begin(); place != tasks_.end();) {
      (place++)->request_stop();
      if (closed_) return;
    }
  }

  void close() noexcept {
    closed_ = true;
    // One at a time: a task's destructors may come back here.
    while (!tasks_.empty()) {
      const RunningTask last = std::move(tasks_.back());
      tasks_.pop_back();
    }
    // Their completions are dropped, which ends the waits with an error.
    waiters_.clear();
  }

  [[nodiscard]] std::size_t size() const noexcept { return tasks_.size(); }
  [[nodiscard]] LoopCore& core() const noexcept { return *core_; }
  void wait(Completion<void> waiter) { waiters_.push_back(std::move(waiter)); }

 private:
  void ended(std::list<RunningTask>::iterator place, const std::exception_ptr& error) {
    const auto pin = shared_from_this();
    tasks_.erase(place);
    if (error) tell(error);
    if (!tasks_.empty()) return;
    for (Completion<void>& waiter : std::exchange(waiters_, {})) waiter();
  }

  void tell(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const Cancelled&) {
      // It has been stopped, which is no error.
    } catch (...) {
      if (on_error_) {
        on_error_(error);
      } else {
        report(*core_, error, "background task");
      }
    }
  }

  std::shared_ptr<LoopCore> core_;
  UniqueFunction<void(std::exception_ptr)> on_error_;
  std::list<RunningTask> tasks_;
  std::vector<Completion<void>> waiters_;
  bool closed_ = false;
};

}  // namespace internal

TaskGroup::TaskGroup(Loop& loop, UniqueFunction<void(std::exception_ptr)> on_error)
    : state_(std::make_shared<internal::TaskGroupState>(internal::core_of(loop),
                                                        std::move(on_error))) {}

TaskGroup::~TaskGroup() {
  internal::end_on_thread(state_->core(), "~TaskGroup", [state = state_] { state->close(); });
}

void TaskGroup::spawn(Task<void> task) {
  internal::check_thread(state_->core(), "TaskGroup::spawn");
  state_->spawn(std::move(task));
}

void TaskGroup::request_stop() noexcept {
  if (internal::is_on_thread(state_->core(), "TaskGroup::request_stop")) state_->request_stop();
}
std::size_t TaskGroup::size() const noexcept { return state_->size(); }

namespace {

Task<void> join_state(std::shared_ptr<internal::TaskGroupState> state) {
  while (state->size() > 0) {
    co_await from_callback<void>([&](Completion<void> done) { state->wait(std::move(done)); });
  }
}

}  // namespace

// Not itself the coroutine: that one begins later, when the group may be gone.
Task<void> TaskGroup::join() { return join_state(state_); }

void Loop::spawn(Task<void> task) {
  internal::check_usable(*core_, "spawn");
  // Null while ~Loop destroys background tasks: what their destructors spawn comes too late.
  if (background_ != nullptr) background_->spawn(std::move(task));
}

}  // namespace eddy::inline v0
