// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <coroutine>
#include <memory>
#include <utility>

#include <eddy/core/base/time.h>
#include <eddy/core/loop/loop.h>
#include <eddy/core/task/environment.h>
#include <eddy/core/task/with_loop.h>

namespace eddy::inline v0 {

namespace internal {

class [[nodiscard]] SleepAwaiter final : public Waiter, public TimerNode {
 public:
  using eddy_awaiter = void;

  /// The longest delay is for ever.
  explicit SleepAwaiter(Duration delay) noexcept : delay_(delay) {}
  SleepAwaiter(SleepAwaiter&& other) noexcept : delay_(other.delay_) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    if (!begin(handle)) return go_on_stopped();
    start();
    return true;
  }
  bool await_in(LoopCore& core, std::coroutine_handle<> handle) {
    begin_foreign(core, handle);
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

  Duration delay_;
};

class [[nodiscard]] YieldAwaiter final : public Waiter {
 public:
  using eddy_awaiter = void;

  YieldAwaiter() = default;
  YieldAwaiter(YieldAwaiter&& /*other*/) noexcept {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    if (!begin(handle)) return go_on_stopped();
    schedule_next_turn(core(), *this);
    return true;
  }
  bool await_in(LoopCore& core, std::coroutine_handle<> handle) noexcept {
    begin_foreign(core, handle);
    schedule_next_turn(core, *this);
    return true;
  }

  void await_resume() const { throw_if_stopped(); }

 private:
  void stop_waiting() noexcept override {}  // it resumes anyhow
};

/// Gives what `Read` makes of the environment, without suspending.
template <class Read>
class [[nodiscard]] EnvironmentAwaiter {
 public:
  using eddy_awaiter = void;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    if constexpr (require_environment<Promise>()) environment_ = &handle.promise().environment();
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
  return internal::SleepAwaiter(internal::deadline_after(TimePoint(), delay).time_since_epoch());
}
/// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own Loop.
template <class Rep, class Period>
[[nodiscard]] internal::WithLoop<internal::SleepAwaiter> sleep(
    Loop& loop, std::chrono::duration<Rep, Period> delay) {
  return {loop, [delay] { return sleep(delay); }};
}

/// Goes on in the next turn, after everything that is ready now has had its chance.
/// Source: tornado.gen.moment.
[[nodiscard]] inline internal::YieldAwaiter yield() { return {}; }
[[nodiscard]] inline internal::WithLoop<internal::YieldAwaiter> yield(Loop& loop) {
  return {loop, [] { return yield(); }};
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
