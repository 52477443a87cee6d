// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/task.h>

#include <eddy/core/loop/loop_core.h>

namespace eddy::inline v0 {

RunningTask::RunningTask(std::shared_ptr<internal::LoopCore> core, Task<void> task,
                         UniqueFunction<void(std::exception_ptr)> done)
    : root_(new internal::RootTask(std::move(core), task.release(), std::move(done))) {}

void RunningTask::start() noexcept {
  if (root_ != nullptr) root_->start();
}

void RunningTask::start_later() noexcept {
  if (root_ != nullptr) root_->start_later();
}

void RunningTask::request_stop() noexcept {
  if (root_ != nullptr) root_->request_stop();
}

void RunningTask::reset() noexcept {
  if (internal::RootTask* root = std::exchange(root_, nullptr)) root->abandon();
}

void internal::run_until_done(Loop& loop, Task<void> task) {
  const std::shared_ptr<LoopCore> core = core_of(loop);
  core->check("run_until");
  bool done = false;
  std::exception_ptr thrown;
  RunningTask running(core, std::move(task), [&](std::exception_ptr error) {
    done = true;
    thrown = std::move(error);
  });
  running.start_later();
  if (const auto error = core->pump([&done] { return done; })) {
    throw std::system_error(error, "run_until");
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace eddy::inline v0
