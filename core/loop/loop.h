// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/base/log.h>
#include <eddy/core/base/time.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/host.h>
#include <eddy/core/loop/poller.h>
#include <eddy/core/loop/remote.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/loop/stats.h>
#include <eddy/core/loop/timeouts.h>
#include <eddy/core/task/executor_options.h>

namespace eddy::inline v0 {

template <class T>
class Task;
class FdWatch;
class TaskGroup;
class WorkGuard;

struct LoopOptions {
  /// How much a turn may do; can be changed while the Loop runs.
  Budget budget = {};
  /// Where messages go; empty: the host's own logging, or standard error from warnings up.
  LogSink log = nullptr;
  /// Messages below this level are not made. Empty: info where a sink is given, else warning. See
  /// Loop::set_log_level.
  std::optional<LogLevel> log_level = {};
  /// The pool of run_in_executor; its threads start when it is first used.
  ExecutorOptions executor = {};
  /// Empty: the poller of this system. A test gives a manual one (<eddy/testing/manual_poller.h>).
  std::unique_ptr<Poller> poller = nullptr;
};

/// The event loop that everything in Eddy runs in. It does not own a thread: it lives inside a
/// host's loop (QtLoop, GlibLoop, AsioLoop, LibevLoop), runs by itself (NativeLoop), or inside a
/// loop that nobody wrote an adapter for (EmbeddedLoop). All of them behave the same.
///
/// Thread: everything belongs to the host's thread but remote(), post() and what they give. Called
/// from elsewhere, what may throw throws WrongThread; what may not logs that as an error and does
/// nothing, or ends what it ends later, on the host's thread; the Loop itself is leaked. Debug
/// builds check the calls of Loop, watches, guards, periodic callbacks and task groups, and
/// listening; release builds watch, watch_signal, run, run_until, stop, what listens, and the
/// Loop's destruction. Before the host runs, any one thread may set things up.
///
/// Order: posts run in their order, timers by deadline and then creation, and nothing ever runs
/// inside the call that scheduled it. A callback may destroy anything, this Loop included; what it
/// throws reaches the exception handler, never the host.
///
/// Destruction: refuses posts, destroys background tasks and accepted callables unrun, closes what
/// listens or is connected through it, and leaves the host as it was found. Both orders with the
/// host's own loop are safe; after the host has gone every call but destruction is an error.
///
/// Source: tornado.ioloop.IOLoop.
class EDDY_API Loop {
 public:
  /// For adapters; programs construct a host's loop class. Throws what Host::attach throws.
  explicit Loop(std::unique_ptr<Host> host, LoopOptions options = {});
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  virtual ~Loop();

  // ---- Calls from other threads ----

  /// Thread-safe while the Loop lives. See Remote::post.
  template <class F>
  bool post(F&& f) {
    return remote().post(std::forward<F>(f));
  }
  /// Thread-safe while the Loop lives; what it gives may be used for ever, on any thread.
  [[nodiscard]] Remote remote() const noexcept;

  // ---- Timers (monotonic clock; never early) ----

  /// Calls `callback` once, after `delay`. Zero or less means in a coming turn; any length is fine.
  /// Source: IOLoop.call_later.
  template <class Rep, class Period>
  TimeoutHandle call_later(std::chrono::duration<Rep, Period> delay,
                           UniqueFunction<void()> callback) {
    return add_timeout(internal::deadline_after(now(), delay), std::move(callback), "call_later");
  }
  /// Calls `callback` once, at `when` or, if that has passed, in a coming turn.
  TimeoutHandle call_at(TimePoint when, UniqueFunction<void()> callback);
  /// After it returns the callback does not run, and is destroyed. Fine for one that has run.
  void remove_timeout(TimeoutHandle handle) noexcept;
  /// The time that timers go by.
  [[nodiscard]] TimePoint now() const noexcept;

  // ---- Descriptors ----

  /// Calls `callback(events)` in each turn that finds `fd` ready for what `interest` names. `fd`
  /// stays the caller's: non-blocking, and closed only after the watch has ended. Readiness is a
  /// hint, handle EAGAIN. A callback that runs a nested loop is not called again within itself.
  /// Throws std::system_error for what can't be watched (regular files).
  /// Source: IOLoop.add_handler.
  [[nodiscard]] FdWatch watch(int fd, Io interest, UniqueFunction<void(Io)> callback);
  /// As above; what the operating system refuses is in `error`, and the watch is empty.
  [[nodiscard]] FdWatch watch(int fd, Io interest, UniqueFunction<void(Io)> callback,
                              std::error_code& error);

  // ---- Tasks (<eddy/core/task/task.h>) ----

  /// Starts `task` in a coming turn and owns it; what it throws reaches the exception handler.
  /// Source: IOLoop.spawn_callback.
  void spawn(Task<void> task);

  // ---- Running ----

  /// Runs the host's loop until stop() or until nothing is left that could ever call back. Returns
  /// an error at once where the host can't be run from here (somebody else runs it, or it refuses
  /// nesting). Programs whose host runs already (QApplication::exec) do not call it.
  std::error_code run();
  /// Runs the host's loop, nested or not, until `task` has ended, and gives its result or throws
  /// what it threw. Throws std::system_error when the host can't be run from here, or Errc::stopped
  /// after stop(), with `task` destroyed. Source: IOLoop.run_sync.
  template <class T>
  T run_until(Task<T> task);
  /// Ends the innermost run() or run_until() of this Loop; never the host's own loop.
  void stop() noexcept;

  // ---- For a loop that nobody wrote an adapter for ----

  /// Readable whenever dispatch() has something to do. Owned by the Loop.
  [[nodiscard]] int fd() const noexcept;
  /// When dispatch() next has something to do if fd() is not readable before; now or earlier if it
  /// has already, kNever if only descriptors are waited for.
  [[nodiscard]] TimePoint next_deadline() const noexcept;
  /// Runs one turn, of at most `budget` and one step, and returns without waiting.
  void dispatch(const Budget& budget) noexcept;
  void dispatch() noexcept;
  /// Of EmbeddedLoop and ThreadLoop, whose thread is that of the last turn: it runs no more of
  /// them, and any other thread that knows it (having joined this one) may go on with the Loop or
  /// destroy it. Other hosts tell by themselves. Between turns; within one it does nothing.
  void release_thread();

  // ---- Settings ----

  /// What a turn may do, from the next turn on.
  void set_budget(const Budget& budget) noexcept;
  [[nodiscard]] const Budget& budget() const noexcept;
  /// False: this Loop never keeps the host's run function from returning, whatever it serves.
  void keep_alive(bool on) noexcept;
  /// Counts as work of this Loop until it is destroyed.
  [[nodiscard]] WorkGuard hold();
  /// Replaces what is done with exceptions of callbacks and background tasks (`where` is a literal
  /// such as "timer"); empty: log them as errors. Source: IOLoop.handle_callback_exception.
  void set_exception_handler(UniqueFunction<void(std::exception_ptr, const char* where)> handler);
  /// Where messages go from now on; empty: standard error. See LogSink for how it is called.
  void set_log_sink(LogSink sink);
  /// Messages below `level` are not made: the servers' access log, at info, costs nothing unless
  /// somebody listens.
  void set_log_level(LogLevel level) noexcept;
  /// Gives the sink a message of the program's own, unless its level is below the Loop's.
  /// `category` is a part's name, such as "shop.orders"; both are copied by who keeps them.
  void log(LogLevel level, std::string_view category, std::string_view message) noexcept;

  /// Valid as long as the Loop, and always of now.
  [[nodiscard]] const LoopStats& stats() const noexcept;
  /// `probe` sees every turn and step from now on; null ends that. Not owned.
  void set_turn_probe(TurnProbe* probe) noexcept;

 private:
  friend std::shared_ptr<internal::LoopCore> internal::core_of(Loop& loop) noexcept;

  TimeoutHandle add_timeout(TimePoint when, UniqueFunction<void()> callback, const char* call);

  std::shared_ptr<internal::LoopCore> core_;
  std::unique_ptr<TaskGroup> background_;
};

/// One watched descriptor; ends the watch when it is destroyed or reset. When either returns, the
/// callback is not called any more, not even for what has been collected already.
///
/// Thread: the Loop's. May outlive the Loop.
class EDDY_API FdWatch {
 public:
  FdWatch() noexcept;
  FdWatch(FdWatch&& other) noexcept;
  FdWatch& operator=(FdWatch&& other) noexcept;
  ~FdWatch();

  /// Replaces what is watched for; Io::none pauses the watch.
  void set_interest(Io interest);
  void reset() noexcept;
  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend class Loop;
  class State;
  explicit FdWatch(std::shared_ptr<State> state) noexcept;

  std::shared_ptr<State> state_;
};

/// A reason for the host to go on running, while it exists: what Loop::hold() gives.
///
/// Thread: the Loop's. May outlive the Loop. Source: asio's executor_work_guard.
class EDDY_API WorkGuard {
 public:
  WorkGuard() noexcept = default;
  explicit WorkGuard(std::shared_ptr<internal::LoopCore> core) noexcept;
  WorkGuard(WorkGuard&& other) noexcept : core_(std::move(other.core_)) {}
  WorkGuard& operator=(WorkGuard&& other) noexcept;
  ~WorkGuard() { reset(); }
  void reset() noexcept;

 private:
  std::shared_ptr<internal::LoopCore> core_;
};

/// The built-in loop: an epoll loop of Eddy's own, for programs that have none.
///
/// Thread: the one that runs it; before that, any one thread.
class EDDY_API NativeLoop : public Loop {
 public:
  NativeLoop();
  explicit NativeLoop(LoopOptions options);
  ~NativeLoop() override;
};

/// Inside a loop that nobody wrote an adapter for: whoever owns it polls fd() and calls dispatch(),
/// as the guide shows. run() and run_until() are refused, unless `run_once` is given, which runs
/// one iteration of that loop and, given true, sleeps until something is ready.
///
/// Thread: that of the last dispatch(); before the first one, and after release_thread(), any one
/// thread.
class EDDY_API EmbeddedLoop : public Loop {
 public:
  explicit EmbeddedLoop(LoopOptions options = {},
                        UniqueFunction<std::error_code(bool wait)> run_once = nullptr);
};

}  // namespace eddy::inline v0
