// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/semaphore.h>

namespace eddy::inline v0 {

void internal::SemaphoreState::release() noexcept {
  if (SyncWaiter* next = SyncWaiter::pop(line)) {
    next->grant();
  } else {
    ++permits;
  }
}

Semaphore::Semaphore(std::size_t permits)
    : state_(std::make_shared<internal::SemaphoreState>(permits)) {}

Semaphore::~Semaphore() { internal::SyncWaiter::dismiss(state_->line); }

Permit Semaphore::try_acquire() noexcept {
  if (state_->permits == 0) return {};
  --state_->permits;
  return Permit(state_);
}

}  // namespace eddy::inline v0
