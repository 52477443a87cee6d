// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/event.h>

namespace eddy::inline v0 {

Event::Event() : state_(std::make_shared<internal::EventState>()) {}

Event::~Event() { internal::SyncWaiter::dismiss(state_->line); }

void Event::set() noexcept {
  state_->set = true;
  while (internal::SyncWaiter* waiter = internal::SyncWaiter::pop(state_->line)) waiter->grant();
}

}  // namespace eddy::inline v0
