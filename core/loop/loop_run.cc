// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a Loop runs its host, whose thread it is, and how it goes on in a forked child.
#include <eddy/core/base/error.h>
#include <eddy/core/loop/fork_generation.h>
#include <eddy/core/loop/loop_core.h>
#include <eddy/core/task/executor.h>

namespace eddy::inline v0::internal {

Access LoopCore::access_by_last_turn() const noexcept {
  const std::thread::id owner = owner_.load(std::memory_order_relaxed);
  if (owner == std::thread::id()) return Access::free;
  return owner == std::this_thread::get_id() ? Access::inside : Access::elsewhere;
}

void LoopCore::release_thread() {
  check("release_thread");
  if (turn_ == nullptr) owner_.store({}, std::memory_order_relaxed);
}

std::error_code LoopCore::pump(UniqueFunction<bool()> done) {
  const auto pin = shared_from_this();
  Pump frame;
  frame.outer = pump_;
  pump_ = &frame;
  struct Restore {
    LoopCore& core;
    Pump* outer;
    ~Restore() {
      core.pump_ = outer;
      // Nobody dispatches any more, so a host without an owner belongs to nobody again.
      if (outer == nullptr && core.turn_ == nullptr) core.owner_.store({});
    }
  } restore{*this, frame.outer};
  // Whoever ran the host's loop by other means before may be another thread.
  if (frame.outer == nullptr && turn_ == nullptr) owner_.store(std::this_thread::get_id());

  while (!done()) {
    if (state_ != State::open) {
      return state_ == State::closed ? Errc::loop_closed : Errc::host_gone;
    }
    if (frame.stopped) return Errc::stopped;
    if (const std::error_code error = host_->run_once(true)) return error;
  }
  return {};
}

void LoopCore::stop() noexcept {
  if (pump_ == nullptr) return;
  pump_->stopped = true;
  // The host may be asleep in the very iteration that the caller was reached through.
  queue_->ensure_wake();
}

bool LoopCore::idle() const noexcept {
  return open() && work_ == 0 && timers_.empty() && running_watches_ == 0 && !work_left() &&
         !queue_->wake_pending();
}

TimePoint LoopCore::next_deadline() const noexcept {
  if (work_left() || queue_->wake_pending()) return poller_->now();
  return timers_.nearest();
}

// ---- Fork
// -----------------------------------------------------------------------------------------

bool LoopCore::forked() const noexcept { return fork_generation_ != fork_generation(); }

/// The threads that may hold a lock are the parent's and do not exist here.
void LoopCore::forget_threads() noexcept {
  queue_->renew_lock();
  (void)executor_.release();
}

/// A forked child that runs the loop becomes its owner: it gets descriptors of its own and watches
/// the same sockets, while the parent's set is left alone.
bool LoopCore::renew_after_fork() noexcept try {
  forget_threads();
  host_->detach();
  poller_->renew_after_fork();
  queue_->renew_after_fork();
  fork_generation_ = fork_generation();
  carry_next_ = carry_end_ = 0;
  std::error_code refused;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    slot.registered = false;
    if (slot.handler == nullptr) continue;
    slot.fd = slot.handler->renew_after_fork(slot.fd);
    const Io interest = std::exchange(slot.interest, Io::none);
    if (const auto error = apply_interest(slot, i, interest)) refused = error;
  }
  armed_ = kNever;
  arm_timer(true);
  host_->attach(Dispatcher(shared_from_this()));
  if (keeps_alive_) host_->keep_alive(true);
  // The child may have closed some on purpose; it is told all the same, as they would be silent.
  if (refused) report(exception_of(refused), "a watch, the first turn after fork");
  return true;
} catch (...) {
  // Nothing is watched any more, so nobody would notice a loop that only seems to live.
  const std::exception_ptr error = std::current_exception();
  host_gone();
  report(error, "the first turn after fork");
  return false;
}

}  // namespace eddy::inline v0::internal
