// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/scheduler.h>

#include <eddy/core/loop/loop_core.h>
#include <eddy/core/loop/shared_core.h>

namespace eddy::inline v0::internal {

std::shared_ptr<LoopCore> shared_core(LoopCore& core) noexcept { return core.shared_from_this(); }

bool is_open(const LoopCore& core) noexcept { return core.open(); }
TimePoint now(const LoopCore& core) noexcept { return core.now(); }
TimePoint final_time(LoopCore& core) noexcept { return core.final_time(); }
TimePoint turn_time(const LoopCore& core) noexcept { return core.turn_time(); }
TimePoint step_time(const LoopCore& core) noexcept { return core.step_time(); }
bool logs(const LoopCore& core, LogLevel level) noexcept { return core.logs(level); }

void schedule(LoopCore& core, ReadyItem& item) noexcept { core.schedule(item); }
void schedule_next_turn(LoopCore& core, ReadyItem& item) noexcept { core.schedule_next_turn(item); }
void add_timer(LoopCore& core, TimerNode& node, TimePoint deadline) {
  core.add_timer(node, deadline);
}

IoWatch watch(LoopCore& core, int fd, Io interest, IoHandler& handler,
              std::error_code& error) noexcept {
  return core.watch(fd, interest, handler, error);
}
std::error_code set_interest(LoopCore& core, IoWatch watch, Io interest) noexcept {
  return core.set_interest(watch, interest);
}
void unwatch(LoopCore& core, IoWatch& watch) noexcept { core.unwatch(watch); }
SocketOps& sockets(LoopCore& core) noexcept { return core.sockets(); }

bool step_done(LoopCore& core, const char* label) noexcept { return core.step_done(label); }
bool budget_spent(LoopCore& core) noexcept { return core.budget_spent(); }
bool must_unwind(LoopCore& core) noexcept { return core.must_unwind(); }

void add_work(LoopCore& core) noexcept { core.add_work(); }
void remove_work(LoopCore& core) noexcept { core.remove_work(); }

Remote remote_of(LoopCore& core) { return Remote(core.queue()); }

void log(LoopCore& core, LogLevel level, std::string_view category, std::string_view message,
         std::span<const LogField> fields) noexcept {
  core.log({level, category, message, fields});
}

void report(LoopCore& core, std::exception_ptr error, const char* where) noexcept {
  core.report(error, where);
}

void check_usable([[maybe_unused]] const LoopCore& core, [[maybe_unused]] const char* call) {
#ifndef NDEBUG
  core.check(call);
#else
  if (!core.open()) core.check(call);
#endif
}

void check_usable_always(const LoopCore& core, const char* call) { core.check(call); }

void check_thread([[maybe_unused]] const LoopCore& core, [[maybe_unused]] const char* call) {
#ifndef NDEBUG
  if (core.open()) core.check(call);
#endif
}

bool is_on_thread([[maybe_unused]] LoopCore& core, [[maybe_unused]] const char* call) noexcept {
#ifndef NDEBUG
  return core.is_on_thread(call);
#else
  return true;
#endif
}

bool in_forked_child(const LoopCore& core) noexcept { return core.forked(); }

}  // namespace eddy::inline v0::internal
