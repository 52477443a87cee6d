// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/loop_core.h>

#include <cassert>
#include <string>

#include <eddy/core/base/error.h>
#include <eddy/core/base/thrown_at.h>
#include <eddy/core/loop/fork_generation.h>
#include <eddy/core/task/executor.h>

namespace eddy::inline v0::internal {

namespace {

/// Lateness from which a timer counts as late in the stats.
constexpr Duration kLate = std::chrono::milliseconds(10);

/// Resumptions from coroutine to coroutine between two returns to the loop. Tail calls are not made
/// at -O0 and under sanitizers, so the stack would otherwise grow with them.
constexpr std::uint32_t kTransfers = 128;

constexpr std::uint64_t key_of(std::uint32_t slot, std::uint32_t generation) noexcept {
  return (std::uint64_t{generation} << 32U) | slot;
}

}  // namespace

LoopCore::LoopCore(std::unique_ptr<Poller> poller, std::unique_ptr<Host> host, Budget budget,
                   LogSink sink, const ExecutorOptions& executor)
    : poller_(std::move(poller)),
      host_(std::move(host)),
      queue_(std::make_shared<PostQueue>(*poller_, *host_)),
      budget_(budget),
      turn_time_(poller_->now()),
      fork_generation_(fork_generation()),
      forks_made_before_(forks_made()),
      executor_options_(executor) {
  set_log_sink(std::move(sink));
}

LoopCore::~LoopCore() = default;

void LoopCore::attach() try { host_->attach(Dispatcher(shared_from_this())); } catch (...) {
  // What the Host was given keeps this and its descriptors: it is destroyed now.
  host_gone();
  close();
  throw;
}

// ---- The end ------------------------------------------------------------------------------------

void LoopCore::close() noexcept {
  if (state_ == State::closed) return;
  const bool host_lives = state_ == State::open;
  state_ = State::closed;
  if (forked()) forget_threads();
  queue_->close();

  // Destructors of what is dropped here may call back in; they find a closed loop.
  PostList dropped;
  queue_->take(dropped);
  dropped.splice_back(posts_);
  while (dropped.pop_front()) {
  }
  timers_.clear();
  timeouts_.clear();
  while (ready_.pop_front() != nullptr) {
  }
  while (next_turn_.pop_front() != nullptr) {
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (IoHandler* handler = std::exchange(slots_[i].handler, nullptr)) handler->on_loop_closed();
  }
  slots_.clear();
  stats_.watches = 0;
  running_watches_ = 0;
  executor_.reset();
  for (Pump* pump = pump_; pump != nullptr; pump = pump->outer) pump->stopped = true;

  if (forked()) {
    // Ending the watch could reach into what the host shares with the parent process, so the
    // host's side is leaked; the descriptors are closed with the poller.
    (void)host_.release();
  } else {
    // A child may be about to go on with this loop: it is called to its first turn, which gives it
    // a set of its own, since its connections have just been taken out of the one it shares.
    if (forks_made() != forks_made_before_) poller_->wake();
    if (host_lives) {
      if (keeps_alive_) host_->keep_alive(false);
      host_->detach();
    }
    host_.reset();
  }
  poller_->close();
  // They may refer to what is destroyed next, or hold what keeps this core.
  exception_handler_.reset();
  log_sink_.reset();
}

void LoopCore::host_gone() noexcept {
  if (state_ != State::open) return;
  state_ = State::orphaned;
  queue_->close();
  for (Pump* pump = pump_; pump != nullptr; pump = pump->outer) pump->stopped = true;
}

// ---- The turn -----------------------------------------------------------------------------------

void LoopCore::dispatch(const Budget& budget, bool block) noexcept {
  if (state_ != State::open) return;
  const auto pin = shared_from_this();
  owner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  if (forked() && !renew_after_fork()) return;

  const bool slept = block && !work_left() && !queue_->wake_pending();
  if (slept) fill_carry(true);

  Turn turn;
  turn.budget = budget;
  turn.began = turn.step_began = poller_->now();
  turn.timer_boundary = timers_.next_sequence();
  turn.outer = turn_;
  turn_ = &turn;
  turn_time_ = turn.began;
  ++stats_.turns;
  if (probe_ != nullptr) probe_->turn_begins();

  queue_->take(posts_);
  ready_.splice_back(next_turn_);
  // One look at the descriptors a turn, and none while events of an earlier look are left.
  if (carry_next_ == carry_end_ && !slept) fill_carry(false);
  run_kinds(turn);

  turn_ = turn.outer;
  // Whatever the step around this turn read before it is not its end.
  if (turn_ != nullptr) turn_->step_ended = TimePoint{};
  // A step may have forked: what the child's turn leaves to the next is not told to the parent.
  if (state_ != State::open || (forked() && !renew_after_fork())) return;
  end_turn(turn);
  if (probe_ != nullptr) probe_->turn_ended();
}

void LoopCore::run_kinds(Turn& turn) noexcept {
  const std::uint8_t first = next_kind_;
  for (std::uint8_t i = 0; i < kind_count; ++i) {
    const auto kind = static_cast<Kind>((first + i) % kind_count);
    run_kind(kind, turn);
    if (!may_go_on(turn)) {
      // The next turn begins behind the kind that used up this one, so that none starves.
      next_kind_ = static_cast<std::uint8_t>((kind + 1) % kind_count);
      return;
    }
  }
  // Tasks that the later kinds resumed need not wait for another round through the host.
  run_ready(turn);
}

void LoopCore::run_kind(Kind kind, Turn& turn) noexcept {
  switch (kind) {
    case timers:
      return run_timers(turn);
    case posts:
      return run_posts(turn);
    case io:
      return run_io(turn);
    case ready:
    case kind_count:
      return run_ready(turn);
  }
}

void LoopCore::run_timers(Turn& turn) noexcept {
  while (may_go_on(turn)) {
    // Known before the pop: a timer that is late by the clock of this turn.
    const bool late = timers_.has_due(turn.began - kLate);
    TimerNode* node = timers_.pop_due(turn.began, turn.timer_boundary);
    if (node == nullptr) return;
    ++stats_.timers;
    if (late) ++stats_.late_timers;
    transfers_ = 0;
    try {
      node->on_timer();
    } catch (...) {
      report(std::current_exception(), "timer");
    }
    end_step(turn, "timer");
  }
}

void LoopCore::run_posts(Turn& turn) noexcept {
  while (may_go_on(turn)) {
    std::unique_ptr<PostNode> node = posts_.pop_front();
    if (!node) return;
    ++stats_.posts;
    transfers_ = 0;
    try {
      node->run();
    } catch (...) {
      report(std::current_exception(), "post");
    }
    node.reset();
    end_step(turn, "post");
  }
}

void LoopCore::run_io(Turn& turn) noexcept {
  // A nested turn goes on with the same events, so nothing of them is kept in a local.
  while (may_go_on(turn) && carry_next_ < carry_end_) {
    const ReadyIo event = carry_[carry_next_++];
    prefetch_next();
    const auto index = static_cast<std::uint32_t>(event.key);
    const auto generation = static_cast<std::uint32_t>(event.key >> 32U);
    if (index >= slots_.size() || slots_[index].generation != generation) continue;
    const Slot& slot = slots_[index];
    const Io events = event.events & slot.interest;
    if (slot.handler == nullptr || !any(events)) continue;
    const char* label = slot.handler->label();
    transfers_ = 0;
    try {
      slot.handler->on_ready(events);
    } catch (...) {
      report(std::current_exception(), label);
    }
    // Also where the handler has counted steps of its own: what came behind the last one, such as
    // the send of all responses, is one too.
    end_step(turn, label);
  }
}

/// Of some hundred connections the next one's memory is not in the nearer caches: it is fetched
/// while this one is served, with what was allocated right behind it, which most often is what it
/// tells of the event. A guess that is wrong costs nothing.
void LoopCore::prefetch_next() const noexcept {
  constexpr std::uintptr_t kLine = 64;
  constexpr std::uintptr_t kBytes = 448;
  const auto slot_of = [this](std::size_t event) -> const Slot* {
    if (event >= carry_end_) return nullptr;
    const auto index = static_cast<std::uint32_t>(carry_[event].key);
    return index < slots_.size() ? &slots_[index] : nullptr;
  };
  if (const Slot* after = slot_of(carry_next_ + 1)) __builtin_prefetch(after);
  if (const Slot* next = slot_of(carry_next_)) {
    // No pointer arithmetic: it leaves the object, if there is one.
    const auto memory = reinterpret_cast<std::uintptr_t>(next->handler);
    for (std::uintptr_t at = 0; at < kBytes; at += kLine) {
      __builtin_prefetch(reinterpret_cast<const void*>(memory + at));
    }
  }
}

void LoopCore::run_ready(Turn& turn) noexcept {
  while (may_go_on(turn)) {
    ReadyItem* item = ready_.pop_front();
    if (item == nullptr) return;
    const char* label = item->label();
    transfers_ = 0;
    try {
      item->run();
    } catch (...) {
      report(std::current_exception(), label);
    }
    end_step(turn, label);
  }
}

void LoopCore::end_step(Turn& turn, const char* label) noexcept {
  ++turn.steps;
  ++stats_.steps;
  if (state_ != State::open) return;
  const TimePoint now = turn.step_ended > turn.step_began ? turn.step_ended : poller_->now();
  const Duration took = now - turn.step_began;
  turn.step_began = now;
  if (took > stats_.longest_step) {
    stats_.longest_step = took;
    stats_.longest_step_label = label;
  }
  if (now - turn.began >= turn.budget.slice ||
      (turn.budget.max_steps != 0 && turn.steps >= turn.budget.max_steps)) {
    turn.spent = true;
  }
  if (probe_ != nullptr) probe_->step_ended(label);
}

bool LoopCore::work_left() const noexcept {
  return !posts_.empty() || !ready_.empty() || !next_turn_.empty() || carry_next_ < carry_end_;
}

void LoopCore::end_turn(Turn& turn) noexcept {
  stats_.carried += carry_end_ - carry_next_;
  // Due timers are left over only when the budget cut them; those that became due meanwhile make
  // the timer's descriptor readable by themselves.
  const bool due = turn.spent && timers_.has_due(turn.began);
  if (work_left() || due) {
    queue_->ensure_wake();
  } else {
    queue_->clear_wake_if_empty();
  }
  // While timers that are due wait for the next turn, the wake-up calls for it.
  if (!due) arm_timer(true);
  assert(calls_for_a_turn());
}

/// What is left has made the poller's descriptor readable, or will at the nearest deadline.
bool LoopCore::calls_for_a_turn() const noexcept {
  return queue_->wake_pending() || (!work_left() && armed_ <= timers_.nearest());
}

void LoopCore::fill_carry(bool block) noexcept {
  carry_next_ = 0;
  carry_end_ = 0;
  // A signal or, nested, an inner turn may have changed what there is; the caller looks again.
  carry_end_ = poller_->wait(carry_, block);
}

/// Arms the poller for the nearest timer. A later or no deadline is left to the spurious wake-up of
/// the earlier one, which is rarer than timers that are cancelled in time, unless nothing is left.
void LoopCore::arm_timer(bool allow_later) noexcept {
  const TimePoint nearest = timers_.nearest();
  // In a forked child the timer is the parent's too, until this loop is run there.
  if (nearest == armed_ || forked()) return;
  const bool expired = allow_later && armed_ != kNever && armed_ <= poller_->now();
  if (nearest < armed_ || expired || (allow_later && nearest == kNever)) {
    armed_ = nearest;
    poller_->arm(nearest);
  }
}

// ---- What scheduler.h offers
// ----------------------------------------------------------------------

void LoopCore::schedule(ReadyItem& item) noexcept {
  if (state_ != State::open || item.linked()) return;
  ready_.push_back(item);
  // At once, not at the end of the turn: the step that runs now may open a nested host loop.
  queue_->ensure_wake();
}

void LoopCore::schedule_next_turn(ReadyItem& item) noexcept {
  if (state_ != State::open || item.linked()) return;
  next_turn_.push_back(item);
  queue_->ensure_wake();
}

void LoopCore::add_timer(TimerNode& node, TimePoint deadline) {
  if (state_ != State::open) return;
  timers_.add(node, deadline);
  arm_timer(false);
}

IoWatch LoopCore::watch(int fd, Io interest, IoHandler& handler, std::error_code& error) noexcept {
  error.clear();
  if (state_ != State::open) {
    error = state_ == State::closed ? Errc::loop_closed : Errc::host_gone;
    return {};
  }
  try {
    if (free_slots_.empty()) {
      free_slots_.reserve(slots_.size() + 1);
      slots_.emplace_back();
      free_slots_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
    }
  } catch (const std::bad_alloc&) {
    error = std::make_error_code(std::errc::not_enough_memory);
    return {};
  }
  const std::uint32_t index = free_slots_.back();
  Slot& slot = slots_[index];
  slot.fd = fd;
  slot.registered = false;
  slot.interest = Io::none;
  error = apply_interest(slot, index, interest);
  if (error) return {};
  free_slots_.pop_back();
  slot.handler = &handler;
  slot.keeps_running = handler.keeps_running();
  ++stats_.watches;
  if (slot.keeps_running) ++running_watches_;
  return {index, slot.generation};
}

/// Wanting nothing is not being watched: epoll reports hang-ups whatever is asked for, and a
/// connection that waits for its handler would spin on one.
std::error_code LoopCore::apply_interest(Slot& slot, std::uint32_t index, Io interest) noexcept {
  if (forked()) {
    slot.interest = interest;
    return {};
  }
  std::error_code error;
  if (!any(interest)) {
    if (slot.registered) poller_->remove(slot.fd);
  } else if (slot.registered) {
    error = poller_->modify(slot.fd, interest, key_of(index, slot.generation));
  } else {
    error = poller_->add(slot.fd, interest, key_of(index, slot.generation));
  }
  if (error) return error;
  slot.registered = any(interest);
  slot.interest = interest;
  return {};
}

LoopCore::Slot* LoopCore::find(IoWatch watch) noexcept {
  if (!watch || watch.slot >= slots_.size()) return nullptr;
  Slot& slot = slots_[watch.slot];
  return slot.generation == watch.generation && slot.handler != nullptr ? &slot : nullptr;
}

std::error_code LoopCore::set_interest(IoWatch watch, Io interest) noexcept {
  Slot* slot = find(watch);
  if (slot == nullptr) return std::make_error_code(std::errc::bad_file_descriptor);
  if (slot->interest == interest) return {};
  return apply_interest(*slot, watch.slot, interest);
}

void LoopCore::unwatch(IoWatch& watch) noexcept {
  const IoWatch ended = std::exchange(watch, IoWatch{});
  Slot* slot = find(ended);
  if (slot == nullptr) return;
  if (slot->registered && !forked()) poller_->remove(slot->fd);
  slot->handler = nullptr;
  slot->fd = -1;
  slot->registered = false;
  // Events of the old generation that were collected already find nobody. Zero means "no watch".
  if (++slot->generation == 0) slot->generation = 1;
  --stats_.watches;
  if (slot->keeps_running) --running_watches_;
  free_slots_.push_back(ended.slot);
}

bool LoopCore::step_done(const char* label) noexcept {
  if (turn_ == nullptr) return false;
  end_step(*turn_, label);
  return !may_go_on(*turn_);
}

bool LoopCore::budget_spent() noexcept {
  if (turn_ == nullptr) return false;
  if (!turn_->spent && state_ == State::open &&
      poller_->now() - turn_->began >= turn_->budget.slice) {
    turn_->spent = true;
  }
  return turn_->spent;
}

bool LoopCore::must_unwind() noexcept {
  if (++transfers_ >= kTransfers) {
    transfers_ = 0;
    return true;
  }
  return budget_spent();
}

void LoopCore::add_work() noexcept {
  if (work_++ == 0) update_keep_alive();
}

void LoopCore::remove_work() noexcept {
  if (--work_ == 0) update_keep_alive();
}

void LoopCore::set_keep_alive(bool allowed) noexcept {
  keep_alive_allowed_ = allowed;
  update_keep_alive();
}

void LoopCore::update_keep_alive() noexcept {
  const bool keeps = keep_alive_allowed_ && work_ > 0;
  if (keeps == keeps_alive_ || state_ != State::open) return;
  keeps_alive_ = keeps;
  // In a forked child what this changes may be the parent's too, until the loop is run there.
  if (!forked()) host_->keep_alive(keeps);
}

Executor& LoopCore::executor() {
  if (!executor_) executor_ = std::make_unique<Executor>(executor_options_);
  return *executor_;
}

Executor& default_executor(LoopCore& core) { return core.executor(); }

// ---- Telling ------------------------------------------------------------------------------------

void LoopCore::set_exception_handler(ExceptionHandler handler) {
  exception_handler_ = handler ? std::make_shared<ExceptionHandler>(std::move(handler)) : nullptr;
}

void LoopCore::set_log_sink(LogSink sink) {
  log_sink_ = sink ? std::make_shared<LogSink>(std::move(sink)) : nullptr;
}

void LoopCore::log(const LogRecord& record) noexcept {
  if (!logs(record.level)) return;
  // The sink may replace itself, so it is pinned.
  const auto sink = log_sink_;
  if (!sink) return log_to_stderr(record);
  try {
    (*sink)(record);
  } catch (...) {
    log_to_stderr(record);
  }
}

void LoopCore::report(const std::exception_ptr& error, const char* where) noexcept {
  const auto handler = exception_handler_;
  if (handler) {
    try {
      return (*handler)(error, where);
    } catch (...) {
      log({LogLevel::error, "eddy.core", "the exception handler has thrown", {}});
    }
  }
  try {
    const std::string message =
        "exception in " + std::string(where) + ": " + describe_with_stack(error);
    log({LogLevel::error, "eddy.core", message, {}});
  } catch (const std::bad_alloc&) {
    log({LogLevel::error, "eddy.core", "exception in a callback; no memory to say which", {}});
  }
}

void LoopCore::check(const char* call) const {
  if (state_ == State::closed) throw std::system_error(Errc::loop_closed, call);
  if (state_ == State::orphaned) throw std::system_error(Errc::host_gone, call);
  if (host_->access() == Access::elsewhere) {
    throw WrongThread(std::string(call) +
                      ": called from a thread that does not run the loop's host; only a Remote may "
                      "be used from other threads");
  }
}

bool LoopCore::is_on_thread(const char* call) noexcept {
  // In a forked child no other thread has run this loop yet, and a lock of the parent's would never
  // be given back.
  if (!open() || forked() || host_->access() != Access::elsewhere) return true;
  try {
    check(call);
  } catch (const WrongThread& error) {
    tell_later(error.what());
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory to say so
  }
  return false;
}

// The sink belongs to the loop's thread as all else does.
void LoopCore::tell_later(const char* message) noexcept try {
  Remote(queue_).post([this, text = std::string(message)] {
    log({LogLevel::error, "eddy.core", text, {}});
  });
} catch (...) {  // NOLINT(bugprone-empty-catch): no memory to say so
}

}  // namespace eddy::inline v0::internal
