// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/intrusive_list.h>
#include <eddy/core/base/log.h>
#include <eddy/core/base/time.h>
#include <eddy/core/loop/poller.h>
#include <eddy/core/loop/remote.h>

/// What the rest of Eddy (tasks, streams, servers) stands on: items that a Loop runs, embedded in
/// the objects they belong to, so that waiting allocates nothing. Not for applications.
namespace eddy::inline v0 {

class Loop;

namespace internal {

class LoopCore;
class TimerHeap;

/// Work that no descriptor shows: a resumed task, a yield, a parked connection.
class EDDY_API ReadyItem : public ListHook {
 public:
  /// Runs on the Loop's thread, already taken out of the list; may destroy anything.
  virtual void run() = 0;
  /// For stats; a literal.
  [[nodiscard]] virtual const char* label() const noexcept { return "task"; }

 protected:
  ~ReadyItem() = default;
};

/// A place in a Loop's timer heap. Destroying it cancels it.
class EDDY_API TimerNode {
 public:
  TimerNode() = default;
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;

  /// Runs on the Loop's thread, at or after the deadline, already taken out of the heap.
  virtual void on_timer() = 0;
  [[nodiscard]] bool queued() const noexcept { return heap_ != nullptr; }
  void cancel() noexcept;

 protected:
  ~TimerNode() { cancel(); }

 private:
  friend class TimerHeap;
  TimerHeap* heap_ = nullptr;
  std::size_t index_ = 0;
};

/// Something that is told when a descriptor is ready.
class EDDY_API IoHandler {
 public:
  /// `events` is a hint; it may be spurious. May destroy anything, this object included.
  virtual void on_ready(Io events) = 0;
  /// The Loop is being destroyed: the watch is gone already. Release what is left.
  virtual void on_loop_closed() noexcept = 0;
  /// The Loop goes on in a forked child. Gives the descriptor to watch from now on, for those whose
  /// `fd` the child must not share.
  virtual int renew_after_fork(int fd) noexcept { return fd; }
  /// Whether the built-in run() goes on for it: false for what only accompanies the program.
  [[nodiscard]] virtual bool keeps_running() const noexcept { return true; }
  [[nodiscard]] virtual const char* label() const noexcept { return "io"; }

 protected:
  ~IoHandler() = default;
};

/// One watched descriptor of a Loop; empty by default. Slot and generation, never a pointer, are
/// what epoll is given, so an event that was collected before the watch ended finds nobody.
struct IoWatch {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  explicit operator bool() const noexcept { return generation != 0; }
};

EDDY_API std::shared_ptr<LoopCore> core_of(Loop& loop) noexcept;
[[nodiscard]] EDDY_API bool is_open(const LoopCore& core) noexcept;
EDDY_API TimePoint now(const LoopCore& core) noexcept;
/// The time at which the current turn began: good enough for idle times, and free. Outside turns it
/// is the present time.
EDDY_API TimePoint turn_time(const LoopCore& core) noexcept;

/// The time at which the current step began, free too. Outside turns it is the present time.
EDDY_API TimePoint step_time(const LoopCore& core) noexcept;

/// The present time, for the last thing that a step does: the loop takes it as the step's end, and
/// does not read the clock once more.
EDDY_API TimePoint final_time(LoopCore& core) noexcept;

/// Appends `item` to the ready list; it runs in this turn if the budget lasts, never inside this
/// call. Nothing happens if it is linked already or the Loop is closed.
EDDY_API void schedule(LoopCore& core, ReadyItem& item) noexcept;
/// As schedule, but behind everything else: not before the next turn.
EDDY_API void schedule_next_turn(LoopCore& core, ReadyItem& item) noexcept;

/// Queues `node`, replacing its earlier deadline. Throws std::bad_alloc; nothing on a closed Loop.
EDDY_API void add_timer(LoopCore& core, TimerNode& node, TimePoint deadline);

[[nodiscard]] EDDY_API IoWatch watch(LoopCore& core, int fd, Io interest, IoHandler& handler,
                                     std::error_code& error) noexcept;
EDDY_API std::error_code set_interest(LoopCore& core, IoWatch watch, Io interest) noexcept;
EDDY_API void unwatch(LoopCore& core, IoWatch& watch) noexcept;
EDDY_API SocketOps& sockets(LoopCore& core) noexcept;

/// To be called after each step within a larger piece of work; true when the budget is spent, and
/// then the caller parks itself by schedule() and returns.
[[nodiscard]] EDDY_API bool step_done(LoopCore& core, const char* label) noexcept;
/// Whether the current turn's budget is spent, for awaitables that could complete at once. Outside
/// a turn it never is.
[[nodiscard]] EDDY_API bool budget_spent(LoopCore& core) noexcept;
/// Counts a transfer from coroutine to coroutine; true when it must pass through the ready list,
/// because the stack would grow without bound or the budget is spent.
[[nodiscard]] EDDY_API bool must_unwind(LoopCore& core) noexcept;

/// A reason for the host to go on running.
EDDY_API void add_work(LoopCore& core) noexcept;
EDDY_API void remove_work(LoopCore& core) noexcept;

[[nodiscard]] EDDY_API Remote remote_of(LoopCore& core);
/// Whether messages of that level go anywhere; for those that are costly to make.
[[nodiscard]] EDDY_API bool logs(const LoopCore& core, LogLevel level) noexcept;
EDDY_API void log(LoopCore& core, LogLevel level, std::string_view category,
                  std::string_view message, std::span<const LogField> fields = {}) noexcept;
/// Hands `error` to the Loop's exception handler; `where` says what threw it.
EDDY_API void report(LoopCore& core, std::exception_ptr error, const char* where) noexcept;
/// Throws WrongThread when this thread is not the host's (debug builds), std::system_error when the
/// Loop is closed or its host has gone.
EDDY_API void check_usable(const LoopCore& core, const char* call);
/// As check_usable, in release builds too.
EDDY_API void check_usable_always(const LoopCore& core, const char* call);
/// For what also a closed Loop and one whose host has gone may be told: throws nothing but
/// WrongThread (debug builds).
EDDY_API void check_thread(const LoopCore& core, const char* call);
/// For what may not throw: false when this thread is not the host's (debug builds). Then `call`
/// does nothing, and the Loop logs the error on its own thread.
[[nodiscard]] EDDY_API bool is_on_thread(LoopCore& core, const char* call) noexcept;
/// For what ends something: calls `end` at once, or where is_on_thread is false, has the Loop do so
/// on its own thread. `end` keeps alive what it ends.
template <class End>
void end_on_thread(LoopCore& core, const char* call, End end) noexcept {
  if (is_on_thread(core, call)) return end();
  try {
    remote_of(core).post(std::move(end));
  } catch (...) {  // NOLINT(bugprone-empty-catch): without memory it goes on
  }
}
/// True in a child process that was forked from the one that made the Loop and has not run it.
[[nodiscard]] EDDY_API bool in_forked_child(const LoopCore& core) noexcept;

}  // namespace internal
}  // namespace eddy::inline v0
