// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/sync_waiter.h>

#include <string>

#include <eddy/core/base/error.h>

namespace eddy::inline v0::internal {

void SyncWaiter::grant() noexcept {
  granted_ = true;
  disappoint();
}

void SyncWaiter::disappoint() noexcept {
  WaitLink::unlink();
  TimerNode::cancel();
  resume_later();
}

SyncWaiter* SyncWaiter::pop(Line& line) noexcept {
  while (WaitLink* first = line.pop_front()) {
    auto* waiter = static_cast<SyncWaiter*>(first);
    // A frame may outlive its Loop, unable ever to go on.
    if (is_open(waiter->core())) return waiter;
  }
  return nullptr;
}

void SyncWaiter::dismiss(Line& line) noexcept {
  while (SyncWaiter* waiter = pop(line)) waiter->disappoint();
}

bool SyncWaiter::start() {
  if (try_take()) {
    granted_ = true;
    if (!budget_spent(core())) {
      StopNode::unlink();
      return false;
    }
    resume_later();
    return true;
  }
  stand_in_line();
  if (limit_) add_timer(core(), *this, deadline_after(now(core()), *limit_));
  return true;
}

void SyncWaiter::on_timer() {
  WaitLink::unlink();
  timed_out_ = true;
  resume_now();
}

void SyncWaiter::stop_waiting() noexcept { disappoint(); }

bool SyncWaiter::finish() {
  finished_ = true;
  if (granted_) return true;
  throw_if_stopped();
  if (timed_out_) return false;
  throw std::system_error(std::make_error_code(std::errc::operation_canceled),
                          "what was waited for has been destroyed");
}

void throw_timeout(const char* what) {
  throw TimeoutError(std::string(what) + ": the time was up");
}

}  // namespace eddy::inline v0::internal
