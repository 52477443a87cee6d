// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/while_alive.h>

#include <eddy/core/loop/loop_core.h>

namespace eddy::inline v0::internal {

OwnedTask::~OwnedTask() {
  if (root_ != nullptr) root_->abandon();
}

// True: there is something to wait for.
bool OwnedTask::start() {
  hold_ = owner_.hold();
  owner_gone_ = !owner_.listen(*this);
  if (owner_gone_) {
    const Task<void> never_begun = std::move(task_);
  } else {
    root_ = new RootTask(
        core().shared_from_this(), task_.release(),
        [this](std::exception_ptr error) { ended(std::move(error)); }, outer_->root);
    if (stopped()) root_->request_stop();
    starting_ = true;
    root_->start();
    starting_ = false;
    // Its owner, too, may have gone. This stays until the frame that runs now has left the stack.
    if (outer_->root->abandoned() || !root_->ended()) return true;
  }
  StopNode::unlink();
  return go_on_stopped();
}

// Within the step in which it has ended; in a chain of such tasks each has its own.
void OwnedTask::ended(std::exception_ptr error) noexcept {
  error_ = std::move(error);
  if (!starting_) resume_later();
}

void OwnedTask::await_resume() const {
  if (owner_gone_) throw Cancelled();
  if (error_) std::rethrow_exception(error_);
}

void OwnedTask::stop_waiting() noexcept {
  if (root_ != nullptr) root_->request_stop();
}

void OwnedTask::on_lifetime_ended() noexcept {
  if (!is_on_thread(core(), "the destruction of an owner of a task")) return;
  // What the task's destructors do may end the outer task as well.
  const RootTask::Entered entered(*outer_->root);
  owner_gone_ = true;
  root_->request_stop();
  if (root_->cut_short() && !starting_) resume_later();
}

}  // namespace eddy::inline v0::internal
