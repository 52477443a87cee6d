// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0::internal {

/// Calls back when nothing has happened for a while. What happens often is cheap: touch(), stop()
/// and a start() with no shorter a limit store a time and leave the timer where it is; when that
/// fires, it looks at the time and goes back to sleep if it is not yet due.
///
/// The limit counts from the beginning of the turn in which touch() or start() was called, so it is
/// at most one turn short.
///
/// Thread: the Loop's. Destroying it, within its callback too, ends it. May outlive the Loop.
class EDDY_API IdleTimeout final : private TimerNode {
 public:
  IdleTimeout(std::shared_ptr<LoopCore> core, UniqueFunction<void()> on_idle) noexcept
      : core_(std::move(core)), on_idle_(std::move(on_idle)) {}
  ~IdleTimeout() {
    if (gone_ != nullptr) *gone_ = true;
  }

  /// Begins, or begins anew: the callback comes once, `limit` after the last touch().
  void start(Duration limit) {
    limit_ = limit;
    running_ = true;
    touch();
    const TimePoint due = deadline_after(last_, limit);
    if (!queued() || due < armed_) arm(due);
  }
  /// Something has happened.
  void touch() noexcept { last_ = turn_time(*core_); }
  /// No callback until the next start().
  void stop() noexcept { running_ = false; }
  [[nodiscard]] bool running() const noexcept { return running_; }

 private:
  void arm(TimePoint due) {
    armed_ = due;
    add_timer(*core_, *this, due);
  }

  void on_timer() override {
    if (!running_) return;
    const TimePoint due = deadline_after(last_, limit_);
    if (now(*core_) < due) return arm(due);
    running_ = false;
    // On the stack while it runs, since it may destroy this.
    struct Call {
      IdleTimeout* self;
      UniqueFunction<void()> function = std::move(self->on_idle_);
      bool gone = false;
      ~Call() {
        if (gone) return;
        self->gone_ = nullptr;
        self->on_idle_ = std::move(function);
      }
    } call{this};
    gone_ = &call.gone;
    call.function();
  }

  std::shared_ptr<LoopCore> core_;
  UniqueFunction<void()> on_idle_;
  Duration limit_{};
  TimePoint last_;
  TimePoint armed_;
  bool* gone_ = nullptr;
  bool running_ = false;
};

}  // namespace eddy::inline v0::internal
