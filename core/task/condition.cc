// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/condition.h>

namespace eddy::inline v0 {

void internal::ConditionState::notify(std::size_t count) noexcept {
  for (; count > 0; --count) {
    SyncWaiter* next = SyncWaiter::pop(line);
    if (next == nullptr) return;
    next->grant();
  }
}

Condition::Condition() : state_(std::make_shared<internal::ConditionState>()) {}

Condition::~Condition() { internal::SyncWaiter::dismiss(state_->line); }

}  // namespace eddy::inline v0
