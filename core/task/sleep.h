// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <coroutine>
#include <memory>
#include <utility>

#include <eddy/core/base/time.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/environment.h>

namespace eddy::inline v0 {

namespace internal {

class [[nodiscard]] SleepAwaiter final : public Waiter, public TimerNode {
 public:
  using eddy_awaiter = void;

  /// The longest delay is for ever.
  SleepAwaiter(std::shared_ptr<LoopCore> core, Duration delay)
      : given_core_(std::move(core)), delay_(delay) {}
  SleepAwaiter(SleepAwaiter&& other) noexcept
      : given_core_(std::move(other.given_core_)), delay_(other.delay_) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if constexpr (HasEnvironment<Promise>) {
      if (!begin(handle)) return go_on_stopped();
    } else {
      if (!given_core_) require_environment<Promise>();
      begin_foreign(*given_core_, handle);
    }
    start();
    return true;
  }

  void await_resume() const { throw_if_stopped(); }

 private:
  void start() { add_timer(core(), *this, deadline_after(now(core()), delay_)); }
  void on_timer() override { resume_now(); }
  void stop_waiting() noexcept override {
    TimerNode::cancel();
    resume_later();
  }

  std::shared_ptr<LoopCore> given_core_;
  Duration delay_;
};

template <class Rep, class Period>
SleepAwaiter make_sleep(std::shared_ptr<LoopCore> core, std::chrono::duration<Rep, Period> delay) {
  return {std::move(core), deadline_after(TimePoint(), delay).time_since_epoch()};
}

class [[nodiscard]] YieldAwaiter final : public Waiter {
 public:
  using eddy_awaiter = void;

  explicit YieldAwaiter(std::shared_ptr<LoopCore> core) noexcept : given_core_(std::move(core)) {}
  YieldAwaiter(YieldAwaiter&& other) noexcept : given_core_(std::move(other.given_core_)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    if constexpr (HasEnvironment<Promise>) {
      if (!begin(handle)) return go_on_stopped();
    } else {
      if (!given_core_) require_environment<Promise>();
      begin_foreign(*given_core_, handle);
    }
    schedule_next_turn(core(), *this);
    return true;
  }

  void await_resume() const { throw_if_stopped(); }

 private:
  void stop_waiting() noexcept override {}  // it resumes anyhow

  std::shared_ptr<LoopCore> given_core_;
};

/// Gives what `Read` makes of the environment, without suspending.
template <class Read>
class [[nodiscard]] EnvironmentAwaiter {
 public:
  using eddy_awaiter = void;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    require_environment<Promise>();
    environment_ = &handle.promise().environment();
    return false;
  }
  auto await_resume() const noexcept { return Read()(*environment_); }

 private:
  const Environment* environment_ = nullptr;
};

struct ReadStopToken {
  StopToken operator()(const Environment& environment) const noexcept {
    return StopToken(*environment.stop);
  }
};
struct ReadRemote {
  Remote operator()(const Environment& environment) const noexcept {
    return remote_of(*environment.core);
  }
};
struct ReadEnvironment {
  const Environment* operator()(const Environment& environment) const noexcept {
    return &environment;
  }
};

}  // namespace internal

/// Waits for `delay`, never less; zero or less gives way for a turn. A stop ends it at once.
/// Source: tornado.gen.sleep.
template <class Rep, class Period>
[[nodiscard]] internal::SleepAwaiter sleep(std::chrono::duration<Rep, Period> delay) {
  return internal::make_sleep(nullptr, delay);
}
/// For coroutines of another library, on the thread of `loop`.
template <class Rep, class Period>
[[nodiscard]] internal::SleepAwaiter sleep(Loop& loop, std::chrono::duration<Rep, Period> delay) {
  return internal::make_sleep(internal::core_of(loop), delay);
}

/// Goes on in the next turn, after everything that is ready now has had its chance.
/// Source: tornado.gen.moment.
[[nodiscard]] inline internal::YieldAwaiter yield() { return internal::YieldAwaiter(nullptr); }
[[nodiscard]] inline internal::YieldAwaiter yield(Loop& loop) {
  return internal::YieldAwaiter(internal::core_of(loop));
}

/// `co_await stop_token()`: tells whether the task that awaits it has been asked to stop.
[[nodiscard]] inline internal::EnvironmentAwaiter<internal::ReadStopToken> stop_token() noexcept {
  return {};
}
/// `co_await current_remote()`: the way back into the Loop that the task runs in.
[[nodiscard]] inline internal::EnvironmentAwaiter<internal::ReadRemote> current_remote() noexcept {
  return {};
}

}  // namespace eddy::inline v0
