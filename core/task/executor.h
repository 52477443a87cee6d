// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/task/completion.h>
#include <eddy/core/task/executor_options.h>

namespace eddy::inline v0 {

/// A bounded pool of threads for functions that block or compute: run_in_executor runs on it. Each
/// Loop has one of its own (LoopOptions::executor); a program may make more and share them.
///
/// Destroying it waits for nobody: functions that wait for a thread are dropped, those that run go
/// on to their end on their own, and their results are dropped.
///
/// Thread-safe. Source: concurrent.futures.ThreadPoolExecutor.
class EDDY_API Executor {
 public:
  explicit Executor(ExecutorOptions options = {});
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor();

  /// Queues `job` for a thread of the pool; false, with `job` untouched, when the queue is full or
  /// no thread could be started. A job must not throw.
  [[nodiscard]] bool try_submit(UniqueFunction<void()>& job);

 private:
  class State;
  std::shared_ptr<State> state_;
};

namespace internal {

EDDY_API Executor& default_executor(LoopCore& core);

template <class F, class... Args>
struct ExecutorCall {
  static constexpr bool kTakesStop = std::is_invocable_v<F, std::stop_token, Args...>;

  static auto invoke(F&& f, std::stop_token stop, std::tuple<Args...>&& args) {
    if constexpr (kTakesStop) {
      return std::apply(std::move(f),
                        std::tuple_cat(std::make_tuple(std::move(stop)), std::move(args)));
    } else {
      return std::apply(std::move(f), std::move(args));
    }
  }
  using Result = decltype(invoke(std::declval<F>(), {}, std::declval<std::tuple<Args...>>()));

  ExecutorCall(F function, std::tuple<Args...> arguments)
      : f(std::move(function)), args(std::move(arguments)) {}

  /// On a thread of the pool.
  void run() {
    if (claimed.exchange(true)) return;
    Completion<Result> completion = std::move(*done);
    try {
      if constexpr (std::is_void_v<Result>) {
        invoke(std::move(f), stop.get_token(), std::move(args));
        completion();
      } else {
        completion(invoke(std::move(f), stop.get_token(), std::move(args)));
      }
    } catch (...) {
      completion.fail(std::current_exception());
    }
  }

  /// On the Loop's thread: a function that has not begun never will.
  void cancel() noexcept {
    if constexpr (kTakesStop) stop.request_stop();
    drop();
  }

  /// Whoever claims the call may touch `done`; without a caller the wait ends with an error.
  void drop() noexcept {
    if (!claimed.exchange(true)) done.reset();
  }

  struct NoStop {
    std::stop_token get_token() const noexcept { return {}; }
  };

  F f;
  std::tuple<Args...> args;
  [[no_unique_address]] std::conditional_t<kTakesStop, std::stop_source, NoStop> stop;
  std::optional<Completion<Result>> done;
  std::atomic<bool> claimed{false};
};

/// What the pool is given: a call that the pool drops ends the wait.
template <class Call>
class ExecutorJob {
 public:
  explicit ExecutorJob(std::shared_ptr<Call> call) noexcept : call_(std::move(call)) {}
  ExecutorJob(ExecutorJob&&) noexcept = default;
  ExecutorJob& operator=(ExecutorJob&&) = delete;
  ~ExecutorJob() {
    if (call_) call_->drop();
  }
  void operator()() { call_->run(); }

 private:
  std::shared_ptr<Call> call_;
};

template <class F, class... Args>
auto run_in_executor_of(Executor* executor, F&& f, Args&&... args) {
  using Call = ExecutorCall<std::decay_t<F>, std::decay_t<Args>...>;
  using Result = typename Call::Result;
  auto call = std::make_shared<Call>(
      std::forward<F>(f), std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...));
  return from_callback<Result>(
      [executor, call](LoopCore& core, Completion<Result> done) {
        call->done.emplace(std::move(done));
        UniqueFunction<void()> job = ExecutorJob<Call>(call);
        Executor& pool = executor != nullptr ? *executor : default_executor(core);
        if (!pool.try_submit(job)) call->done->fail(make_error_code(Errc::queue_full));
      },
      [call]() noexcept { call->cancel(); });
}

}  // namespace internal

/// `co_await run_in_executor(f, args...)` calls f(args...) on a thread of the Loop's pool and gives
/// what it returns or throws. `f` and its arguments are taken by value, since the waiting task may
/// be destroyed first; an `f` whose first parameter is a std::stop_token is told of a stop by it.
/// A stop drops a function that has not begun, and waits for one that has. A full queue throws
/// std::system_error with Errc::queue_full. There is no form that borrows its arguments: a task
/// that is destroyed would have to wait for the function, which would block the Loop and its host.
/// Source: IOLoop.run_in_executor.
///
/// GCC 12 destroys what a temporary lambda or aggregate within a co_await expression holds twice.
/// Unless its captures are references and plain values, give it a name first:
///
///     auto work = [text] { return parse(text); };
///     co_await eddy::run_in_executor(std::move(work));
///
/// or hand the values over as arguments: `run_in_executor(parse, text)`.
template <class F, class... Args>
requires(!std::is_same_v<std::remove_cvref_t<F>, Executor> && !internal::AnyLoop<F>)
    [[nodiscard]] auto run_in_executor(F&& f, Args&&... args) {
  return internal::run_in_executor_of(nullptr, std::forward<F>(f), std::forward<Args>(args)...);
}
/// As above, on a pool of the program's own, which must outlive the beginning of the wait.
template <class F, class... Args>
[[nodiscard]] auto run_in_executor(Executor& executor, F&& f, Args&&... args) {
  return internal::run_in_executor_of(&executor, std::forward<F>(f), std::forward<Args>(args)...);
}
/// For coroutines of another library, on the thread of `loop`, on its pool or on the Executor that
/// is given behind it; in a Task it is the task's own Loop.
template <class F, class... Args>
[[nodiscard]] auto run_in_executor(Loop& loop, F&& f, Args&&... args) {
  return internal::WithLoop(
      loop, [&] { return run_in_executor(std::forward<F>(f), std::forward<Args>(args)...); });
}

}  // namespace eddy::inline v0
