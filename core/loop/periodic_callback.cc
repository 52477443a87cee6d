// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/periodic_callback.h>

#include <cstdint>
#include <random>
#include <stdexcept>

#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0 {

class PeriodicCallback::State final : public std::enable_shared_from_this<PeriodicCallback::State>,
                                      private internal::TimerNode {
 public:
  State(std::shared_ptr<internal::LoopCore> core, Call call, Duration period, double jitter)
      : core_(std::move(core)), call_(std::move(call)), period_(period), jitter_(jitter) {
    if (jitter_ != 0) random_.seed(std::random_device()());
  }

  void start() {
    internal::check_usable(*core_, "PeriodicCallback::start");
    if (running_) return;
    running_ = true;
    next_ = internal::now(*core_);
    schedule();
  }

  void stop() noexcept {
    running_ = false;
    cancel();
  }

  /// The owner is gone. A call that is on the stack keeps this, and finds itself stopped.
  void close() noexcept {
    stop();
    RunningTask task = std::move(task_);
    task.reset();
  }

  [[nodiscard]] bool is_running() const noexcept { return running_; }
  [[nodiscard]] internal::LoopCore& core() const noexcept { return *core_; }

 private:
  void on_timer() override {
    const auto pin = shared_from_this();
    calling_ = true;
    try {
      const bool waits = call_(task_, core_, [this](const std::exception_ptr& error) {
        const auto self = shared_from_this();
        end_call(error);
      });
      // Stopped from within the call, it still runs the task that the call has left.
      if (waits) return task_.start();
    } catch (...) {
      return end_call(std::current_exception());
    }
    end_call(nullptr);
  }

  void end_call(const std::exception_ptr& error) {
    tell(error);
    calling_ = false;
    schedule();
  }

  void tell(const std::exception_ptr& error) noexcept {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const Cancelled&) {
      // Stopped, which is no error.
    } catch (...) {
      internal::report(*core_, error, "periodic callback");
    }
  }

  /// The next multiple of the period, from the last due time, that has not passed. Within a call
  /// nothing: what it starts anew is scheduled at its end, once.
  void schedule() {
    if (!running_ || calling_) return;
    const Duration period = jittered();
    const TimePoint now = internal::now(*core_);
    if (period >= kNever - std::max(now, next_)) {
      next_ = kNever;
    } else {
      const auto missed = next_ <= now ? (now - next_) / period : 0;
      next_ += (missed + 1) * period;
    }
    internal::add_timer(*core_, *this, next_);
  }

  Duration jittered() {
    if (jitter_ == 0) return period_;
    const double between = std::uniform_real_distribution<double>(-0.5, 0.5)(random_);
    const auto wanted = std::chrono::duration<double, Duration::period>(
        static_cast<double>(period_.count()) * (1 + jitter_ * between));
    return std::max(Duration(1), internal::deadline_after({}, wanted).time_since_epoch());
  }

  std::shared_ptr<internal::LoopCore> core_;
  Call call_;
  RunningTask task_;
  const Duration period_;
  const double jitter_;
  std::minstd_rand random_;
  TimePoint next_;
  bool running_ = false;
  /// The function, or the task that it left, is running.
  bool calling_ = false;
};

PeriodicCallback::PeriodicCallback(Loop& loop, Call call, TimePoint period_from_zero,
                                   double jitter) {
  if (period_from_zero <= TimePoint()) {
    throw std::invalid_argument("PeriodicCallback: the period must be positive");
  }
  if (!(jitter >= 0 && jitter <= 1)) {
    throw std::invalid_argument("PeriodicCallback: the jitter must be between 0 and 1");
  }
  state_ = std::make_shared<State>(internal::core_of(loop), std::move(call),
                                   period_from_zero.time_since_epoch(), jitter);
}

PeriodicCallback::~PeriodicCallback() {
  internal::end_on_thread(state_->core(), "~PeriodicCallback",
                          [state = state_] { state->close(); });
}

void PeriodicCallback::start() { state_->start(); }
void PeriodicCallback::stop() noexcept {
  if (internal::is_on_thread(state_->core(), "PeriodicCallback::stop")) state_->stop();
}
bool PeriodicCallback::is_running() const noexcept { return state_->is_running(); }

}  // namespace eddy::inline v0
