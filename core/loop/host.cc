// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/host.h>

#include <eddy/core/loop/loop_core.h>

namespace eddy::inline v0 {

int Dispatcher::fd() const noexcept { return core_->fd(); }
void Dispatcher::dispatch() const noexcept { core_->dispatch(); }
void Dispatcher::host_gone() const noexcept { core_->host_gone(); }
Access Dispatcher::access_by_last_turn() const noexcept {
  return core_ != nullptr ? core_->access_by_last_turn() : Access::free;
}
bool Dispatcher::in_forked_child() const noexcept { return core_->forked(); }

}  // namespace eddy::inline v0
