// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/when_all.h>

namespace eddy::inline v0::internal {

std::coroutine_handle<> JoinedTask::on_done() noexcept { return join_->on_done(*this); }

Join::~Join() {
  // In order of construction reversed, as locals would be.
  while (!tasks_.empty()) tasks_.pop_back();
}

// Starts what has not been started, as far as the budget goes. True: there is something to wait
// for.
bool Join::start() noexcept {
  while (started_ < tasks_.size()) {
    if (started_ > 0 && budget_spent(*environment_.core)) {
      schedule(*environment_.core, *this);
      return true;
    }
    tasks_[started_].start(environment_);
    ++started_;
    // A task that destroys the whole only marks it, so that `this` stays until the frame that runs
    // now has left the stack.
    if (environment_.root->abandoned()) return true;
  }
  if (ended_ < tasks_.size()) return true;
  if (!must_unwind(*environment_.core)) return false;
  schedule(*environment_.core, *this);
  return true;
}

void Join::run() {
  RootTask& root = *environment_.root;
  if (root.abandoned()) return;
  const RootTask::Entered entered(root);
  if (started_ == tasks_.size() || !start()) awaiting_->self_.resume();
}

std::coroutine_handle<> Join::on_done(const JoinedTask& task) noexcept {
  if (ended_++ == 0) {
    first_ = static_cast<std::size_t>(&task - tasks_.data());
    if (on_first_) on_first_();
  }
  // The last one may end while it is being started: start() goes on then.
  if (ended_ < tasks_.size() || started_ < tasks_.size()) return std::noop_coroutine();
  if (environment_.root->abandoned()) return std::noop_coroutine();
  if (!must_unwind(*environment_.core)) return awaiting_->self_;
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
