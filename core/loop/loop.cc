// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/loop.h>

#include <algorithm>
#include <new>

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop_core.h>
#include <eddy/core/task/task_group.h>

namespace eddy::inline v0 {

namespace internal {

std::shared_ptr<LoopCore> core_of(Loop& loop) noexcept { return loop.core_; }

}  // namespace internal

Loop::Loop(std::unique_ptr<Host> host, LoopOptions options)
    : core_(std::make_shared<internal::LoopCore>(
          options.poller ? std::move(options.poller) : make_system_poller(), std::move(host),
          options.budget, std::move(options.log), options.executor)),
      background_(std::make_unique<TaskGroup>(*this)) {
  if (options.log_level) core_->set_log_level(*options.log_level);
  core_->attach();
}

Loop::~Loop() {
  if (core_->open() && !core_->forked()) {
    try {
      core_->check("~Loop");
    } catch (const WrongThread& error) {
      // Racing with the thread that runs this loop would be worse than what is leaked here. Its
      // sink may go with the caller, and there may be no turn any more.
      log_to_stderr({LogLevel::error, "eddy.core", error.what(), {}});
      (void)background_.release();
      new (std::nothrow) std::shared_ptr<internal::LoopCore>(core_);
      return;
    } catch (...) {  // NOLINT(bugprone-empty-catch): another error of a loop that is of no use
    }
  }
  background_.reset();
  core_->close();
}

Remote Loop::remote() const noexcept { return Remote(core_->queue()); }

TimeoutHandle Loop::call_at(TimePoint when, UniqueFunction<void()> callback) {
  return add_timeout(std::max(when, now()), std::move(callback), "call_at");
}

TimeoutHandle Loop::add_timeout(TimePoint when, UniqueFunction<void()> callback, const char* call) {
  internal::check_usable(*core_, call);
  return core_->timeouts().add(when, std::move(callback));
}

void Loop::remove_timeout(TimeoutHandle handle) noexcept {
  if (internal::is_on_thread(*core_, "remove_timeout")) core_->timeouts().remove(handle);
}

TimePoint Loop::now() const noexcept { return core_->now(); }

std::error_code Loop::run() {
  core_->check("run");
  auto* core = core_.get();
  const std::error_code error = core_->pump([core] { return core->idle(); });
  return error == Errc::stopped ? std::error_code() : error;
}

void Loop::stop() noexcept {
  if (core_->is_on_thread("stop")) core_->stop();
}

int Loop::fd() const noexcept { return core_->fd(); }
TimePoint Loop::next_deadline() const noexcept { return core_->next_deadline(); }
void Loop::dispatch(const Budget& budget) noexcept { core_->dispatch(budget, false); }
void Loop::dispatch() noexcept { core_->dispatch(); }

void Loop::release_thread() { core_->release_thread(); }

void Loop::set_budget(const Budget& budget) noexcept {
  if (internal::is_on_thread(*core_, "set_budget")) core_->set_budget(budget);
}
const Budget& Loop::budget() const noexcept { return core_->budget(); }
void Loop::keep_alive(bool on) noexcept {
  if (internal::is_on_thread(*core_, "keep_alive")) core_->set_keep_alive(on);
}
WorkGuard Loop::hold() {
  internal::check_thread(*core_, "hold");
  return WorkGuard(core_);
}

void Loop::set_exception_handler(UniqueFunction<void(std::exception_ptr, const char*)> handler) {
  internal::check_thread(*core_, "set_exception_handler");
  core_->set_exception_handler(std::move(handler));
}
void Loop::set_log_sink(LogSink sink) {
  internal::check_thread(*core_, "set_log_sink");
  core_->set_log_sink(std::move(sink));
}
void Loop::set_log_level(LogLevel level) noexcept {
  if (internal::is_on_thread(*core_, "set_log_level")) core_->set_log_level(level);
}
void Loop::log(LogLevel level, std::string_view category, std::string_view message) noexcept {
  if (internal::is_on_thread(*core_, "log")) core_->log({level, category, message, {}});
}

const LoopStats& Loop::stats() const noexcept { return core_->stats(); }
void Loop::set_turn_probe(TurnProbe* probe) noexcept {
  if (internal::is_on_thread(*core_, "set_turn_probe")) core_->set_probe(probe);
}

WorkGuard::WorkGuard(std::shared_ptr<internal::LoopCore> core) noexcept : core_(std::move(core)) {
  core_->add_work();
}

WorkGuard& WorkGuard::operator=(WorkGuard&& other) noexcept {
  std::swap(core_, other.core_);
  return *this;
}

void WorkGuard::reset() noexcept {
  auto core = std::move(core_);
  if (!core) return;
  internal::LoopCore& of = *core;
  internal::end_on_thread(of, "WorkGuard::reset",
                          [core = std::move(core)] { core->remove_work(); });
}

}  // namespace eddy::inline v0
