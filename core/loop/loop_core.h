// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <eddy/core/loop/host.h>
#include <eddy/core/loop/poller.h>
#include <eddy/core/loop/post_queue.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/loop/stats.h>
#include <eddy/core/loop/timeouts.h>
#include <eddy/core/loop/timer_heap.h>
#include <eddy/core/task/executor_options.h>

namespace eddy::inline v0 {
class Executor;
}

namespace eddy::inline v0::internal {

using ExceptionHandler = UniqueFunction<void(std::exception_ptr, const char*)>;

/// The state of a Loop. Whoever may run while the Loop is destroyed holds a shared reference; after
/// close() what is left is an empty shell that refuses everything.
class LoopCore final : public std::enable_shared_from_this<LoopCore> {
 public:
  LoopCore(std::unique_ptr<Poller> poller, std::unique_ptr<Host> host, Budget budget, LogSink sink,
           const ExecutorOptions& executor);
  LoopCore(const LoopCore&) = delete;
  LoopCore& operator=(const LoopCore&) = delete;
  ~LoopCore();

  void attach();
  void close() noexcept;
  void host_gone() noexcept;

  /// One turn. `block`: first sleep until there is something to do (the built-in host).
  void dispatch(const Budget& budget, bool block) noexcept;
  void dispatch() noexcept { dispatch(budget_, false); }

  // What scheduler.h offers, without the indirection.
  void schedule(ReadyItem& item) noexcept;
  void schedule_next_turn(ReadyItem& item) noexcept;
  void add_timer(TimerNode& node, TimePoint deadline);
  IoWatch watch(int fd, Io interest, IoHandler& handler, std::error_code& error) noexcept;
  std::error_code set_interest(IoWatch watch, Io interest) noexcept;
  void unwatch(IoWatch& watch) noexcept;
  bool step_done(const char* label) noexcept;
  bool budget_spent() noexcept;
  bool must_unwind() noexcept;
  void add_work() noexcept;
  void remove_work() noexcept;
  void log(const LogRecord& record) noexcept;
  void report(const std::exception_ptr& error, const char* where) noexcept;

  void check(const char* call) const;
  /// False where check() would throw WrongThread, which is logged on the loop's thread instead.
  [[nodiscard]] bool is_on_thread(const char* call) noexcept;
  /// From any thread.
  void tell_later(const char* message) noexcept;

  /// Pumps the host until `done` says so, stop() is called, or the host refuses.
  std::error_code pump(UniqueFunction<bool()> done);
  void stop() noexcept;
  /// Nothing that could ever call back is left: the built-in run() may return.
  [[nodiscard]] bool idle() const noexcept;

  [[nodiscard]] bool open() const noexcept { return state_ == State::open; }
  [[nodiscard]] bool forked() const noexcept;
  [[nodiscard]] int fd() const noexcept { return poller_->fd(); }
  [[nodiscard]] TimePoint now() const noexcept { return poller_->now(); }
  [[nodiscard]] TimePoint next_deadline() const noexcept;

  [[nodiscard]] Access access_by_last_turn() const noexcept;
  void release_thread();

  void set_budget(const Budget& budget) noexcept { budget_ = budget; }
  [[nodiscard]] const Budget& budget() const noexcept { return budget_; }
  void set_keep_alive(bool allowed) noexcept;
  void set_probe(TurnProbe* probe) noexcept { probe_ = probe; }
  void set_exception_handler(ExceptionHandler handler);
  void set_log_sink(LogSink sink);
  void set_log_level(LogLevel level) noexcept { log_level_ = level; }
  /// Whether anybody is told of such messages.
  [[nodiscard]] bool logs(LogLevel level) const noexcept {
    return level >= log_level_.value_or(log_sink_ ? LogLevel::info : LogLevel::warning);
  }

  [[nodiscard]] const LoopStats& stats() const noexcept { return stats_; }
  /// When the current step began; between turns the present time.
  [[nodiscard]] TimePoint step_time() const noexcept {
    return turn_ != nullptr ? turn_->step_began : now();
  }
  /// See scheduler.h.
  [[nodiscard]] TimePoint final_time() noexcept {
    const TimePoint time = now();
    if (turn_ != nullptr) turn_->step_ended = time;
    return time;
  }
  /// Of the turn that runs; between turns, where it may be long past, the present time.
  [[nodiscard]] TimePoint turn_time() const noexcept {
    return turn_ != nullptr ? turn_time_ : now();
  }
  [[nodiscard]] const std::shared_ptr<PostQueue>& queue() const noexcept { return queue_; }
  /// The pool of run_in_executor, made when it is first wanted.
  Executor& executor();
  [[nodiscard]] Timeouts& timeouts() noexcept { return timeouts_; }
  [[nodiscard]] SocketOps& sockets() noexcept { return sockets_; }

 private:
  enum class State : std::uint8_t { open, orphaned, closed };
  enum Kind : std::uint8_t { timers, posts, io, ready, kind_count };

  /// The turn that is running; turns nest where a step runs the host's loop.
  struct Turn {
    Budget budget;
    TimePoint began;
    TimePoint step_began;
    /// Behind `step_began`, if the step that runs has read the clock at its end; see final_time().
    TimePoint step_ended{};
    std::size_t steps = 0;
    std::uint64_t timer_boundary = 0;
    bool spent = false;
    Turn* outer = nullptr;
  };

  /// A run() or run_until() that is pumping the host.
  struct Pump {
    bool stopped = false;
    Pump* outer = nullptr;
  };

  struct Slot {
    IoHandler* handler = nullptr;
    int fd = -1;
    std::uint32_t generation = 1;
    Io interest = Io::none;
    bool registered = false;
    bool keeps_running = false;
  };

  void run_kinds(Turn& turn) noexcept;
  void run_kind(Kind kind, Turn& turn) noexcept;
  void run_timers(Turn& turn) noexcept;
  void run_posts(Turn& turn) noexcept;
  void run_io(Turn& turn) noexcept;
  void prefetch_next() const noexcept;
  void run_ready(Turn& turn) noexcept;
  void end_turn(Turn& turn) noexcept;
  void end_step(Turn& turn, const char* label) noexcept;
  [[nodiscard]] bool may_go_on(const Turn& turn) const noexcept {
    return !turn.spent && state_ == State::open;
  }
  [[nodiscard]] bool work_left() const noexcept;
  [[nodiscard]] bool calls_for_a_turn() const noexcept;
  void fill_carry(bool block) noexcept;
  void arm_timer(bool allow_later) noexcept;
  Slot* find(IoWatch watch) noexcept;
  std::error_code apply_interest(Slot& slot, std::uint32_t index, Io interest) noexcept;
  void update_keep_alive() noexcept;
  void forget_threads() noexcept;
  bool renew_after_fork() noexcept;

  std::unique_ptr<Poller> poller_;
  SocketOps& sockets_{poller_->sockets()};
  std::unique_ptr<Host> host_;
  std::shared_ptr<PostQueue> queue_;
  State state_ = State::open;

  /// The thread of the last turn; none before the first one and after a pump has ended.
  std::atomic<std::thread::id> owner_{};

  Budget budget_;
  Turn* turn_ = nullptr;
  Pump* pump_ = nullptr;
  std::uint8_t next_kind_ = timers;
  std::uint32_t transfers_ = 0;
  TimePoint turn_time_;

  TimerHeap timers_;
  /// What the poller's descriptor has been armed for.
  TimePoint armed_ = kNever;

  /// Posts that were there when a turn began.
  PostList posts_;

  IntrusiveList<ReadyItem> ready_;
  IntrusiveList<ReadyItem> next_turn_;

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;

  /// Events that were collected and have not been handled yet.
  static constexpr std::size_t kBatch = 64;
  std::array<ReadyIo, kBatch> carry_;
  std::size_t carry_next_ = 0;
  std::size_t carry_end_ = 0;

  std::size_t work_ = 0;
  bool keep_alive_allowed_ = true;
  bool keeps_alive_ = false;
  std::uint32_t fork_generation_;
  std::uint32_t forks_made_before_;

  TurnProbe* probe_ = nullptr;
  LoopStats stats_;
  /// Of the watches, those for which the built-in run() goes on.
  std::size_t running_watches_ = 0;
  Timeouts timeouts_{*this};
  ExecutorOptions executor_options_;
  std::unique_ptr<Executor> executor_;
  std::shared_ptr<ExceptionHandler> exception_handler_;
  std::shared_ptr<LogSink> log_sink_;
  std::optional<LogLevel> log_level_;
};

}  // namespace eddy::inline v0::internal
