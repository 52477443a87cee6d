// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/when_all.h>

namespace eddy::inline v0::internal {

std::coroutine_handle<> JoinedTask::on_done() noexcept { return join_->on_done(*this); }

Join::~Join() {
  // In order of construction reversed, as locals would be.
  while (!tasks_.empty()) tasks_.pop_back();
}

bool Join::start() noexcept {
  starting_ = true;
  // By index: the vector does not grow any more, and a task that destroys this whole task only
  // marks it, so that `this` stays until the frame that runs now has left the stack.
  for (std::size_t i = 0; i < tasks_.size(); ++i) tasks_[i].start(environment_);
  starting_ = false;
  if (ended_ < tasks_.size()) return true;
  if (!must_unwind(*environment_.core)) return false;
  schedule(*environment_.core, *this);
  return true;
}

std::coroutine_handle<> Join::on_done(const JoinedTask& task) noexcept {
  if (ended_++ == 0) {
    first_ = static_cast<std::size_t>(&task - tasks_.data());
    if (on_first_) on_first_();
  }
  if (ended_ < tasks_.size() || starting_) return std::noop_coroutine();
  if (!must_unwind(*environment_.core)) return handle_;
  schedule(*environment_.core, *this);
  return std::noop_coroutine();
}

void Join::report_others(std::size_t /*index*/, const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const Cancelled&) {
    // Stopped, as it was asked to be.
  } catch (...) {
    report(*environment_.core, error, "when_all");
  }
}

}  // namespace eddy::inline v0::internal
