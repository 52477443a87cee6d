// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>

#include <eddy/core/base/error.h>
#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/task/stop.h>

/// What a coroutine of Eddy's carries down to what it awaits, and how it is resumed. For those who
/// write awaitables; applications need Task and what is awaited in it.
namespace eddy::inline v0::internal {

class RootTask;

/// A Task's surroundings: its Loop, who may stop it, and the task at the top that owns its frames.
struct Environment {
  LoopCore* core = nullptr;
  StopState* stop = nullptr;
  RootTask* root = nullptr;
};

/// Who is told when a coroutine has ended; gives the coroutine to go on with.
class EDDY_API Continuation {
 public:
  virtual std::coroutine_handle<> on_done() noexcept = 0;

 protected:
  ~Continuation() = default;
};

class PromiseBase;

/// Where a frame keeps a child that it awaits, so that a deep tree of frames can be destroyed from
/// its leaves, one after another, in the order of recursion but without its stack.
struct ChildLink {
  PromiseBase* child = nullptr;
  PromiseBase* parent = nullptr;
  /// Of several children that are awaited together, the one to be destroyed after this one.
  ChildLink* previous = nullptr;
};

/// What every promise of a Task has.
class EDDY_API PromiseBase {
 public:
  [[nodiscard]] const Environment& environment() const noexcept { return *environment_; }

  void set_up(const Environment& environment, Continuation& continuation) noexcept {
    environment_ = &environment;
    continuation_ = &continuation;
  }

 protected:
  PromiseBase() = default;
  ~PromiseBase() = default;
  PromiseBase(const PromiseBase&) = delete;
  PromiseBase& operator=(const PromiseBase&) = delete;

 private:
  template <class T>
  friend class TaskAwaiter;
  template <class T>
  friend class Promise;
  friend EDDY_API void destroy_frames(PromiseBase* top) noexcept;
  friend class RootTask;
  friend class JoinedTask;
  friend class Join;

  const Environment* environment_ = nullptr;
  Continuation* continuation_ = nullptr;
  std::coroutine_handle<> self_;
  /// The (last) link of the await that this frame is suspended in, and the one it is awaited by.
  ChildLink* awaiting_ = nullptr;
  ChildLink* awaited_by_ = nullptr;
};

/// Destroys `top` and all frames that it waits for, the innermost first.
EDDY_API void destroy_frames(PromiseBase* top) noexcept;

/// Resumes `handle`, which belongs to `environment`'s root, on the Loop's thread; the root's frames
/// stay while it runs, even if their owner is destroyed meanwhile.
EDDY_API void resume(const Environment& environment, std::coroutine_handle<> handle);

template <class Promise>
concept HasEnvironment = requires(const Promise& promise) {
  { promise.environment() } -> std::convertible_to<const Environment&>;
};

/// The error that a coroutine type of another library gets.
template <class Promise>
constexpr bool require_environment() {
  static_assert(
      HasEnvironment<Promise>,
      "eddy: this is awaited in a Task, which knows its Loop; of what has an overload that "
      "takes the Loop, such as sleep(loop, 1s), any coroutine may await that");
  return HasEnvironment<Promise>;
}

/// The common part of awaiters that wait for something outside the coroutine. A derived class calls
/// begin() when it suspends, and resume_now() or resume_later() once; stop_waiting() is told of a
/// stop. Destroying it while it waits takes it out of everything.
class EDDY_API Waiter : public ReadyItem, public StopNode {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  void throw_if_stopped() const {
    if (stopped_) throw Cancelled();
  }

 protected:
  ~Waiter() = default;

  /// Within a Task. False: the task has been stopped already and nothing is to be started;
  /// await_suspend returns go_on_stopped(), and the coroutine goes on to throw_if_stopped().
  template <class Promise>
  bool begin(std::coroutine_handle<Promise> handle) noexcept {
    if constexpr (require_environment<Promise>()) {
      return begin_in(handle.promise().environment(), handle);
    } else {
      return false;
    }
  }
  bool begin_in(const Environment& environment, std::coroutine_handle<> handle) noexcept;
  /// What await_suspend returns when begin() was false: a stopped task that awaits again and again
  /// all the same holds the host no more than others do.
  [[nodiscard]] bool go_on_stopped() noexcept;
  /// Within any other coroutine, on the thread of `core`: no stop, and plain resumption.
  void begin_foreign(LoopCore& core, std::coroutine_handle<> handle) noexcept;

  [[nodiscard]] LoopCore& core() const noexcept { return *core_; }

  /// Only from the loop itself (a timer, an event, a post), never from within user code.
  void resume_now();
  void resume_later() noexcept;

  /// A stop was requested: end the operation. The default resumes, to throw Cancelled; a derived
  /// class whose operation ends later resumes then. Must not resume or destroy anything itself.
  virtual void stop_waiting() noexcept { resume_later(); }

 private:
  void on_stop() noexcept final;
  void run() final { resume_now(); }

  const Environment* environment_ = nullptr;
  LoopCore* core_ = nullptr;
  std::coroutine_handle<> handle_;
  bool stopped_ = false;
};

/// Marks awaiters of Eddy's, which take the environment from the promise that awaits them. What a
/// Task awaits without this mark is resumed through Remote.
template <class Awaiter>
concept OwnAwaiter = requires {
  typename Awaiter::eddy_awaiter;
};

/// A task at the top: it owns the frames below it and is owned by a RunningTask. Or one within
/// another task that can be ended by itself: then while it is on the stack the outer one is too.
/// Counted without atomics; Loop's thread only.
class EDDY_API RootTask final : public Continuation, public ReadyItem {
 public:
  using Done = UniqueFunction<void(std::exception_ptr)>;

  RootTask(std::shared_ptr<LoopCore> core, PromiseBase* frame, Done done,
           RootTask* outer = nullptr);
  RootTask(const RootTask&) = delete;
  RootTask& operator=(const RootTask&) = delete;

  /// Holds the frames while something of this task is on the stack.
  class Entered {
   public:
    explicit Entered(RootTask& root) noexcept : root_(root) { root_.enter(); }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;
    ~Entered() { root_.leave(); }

   private:
    RootTask& root_;
  };

  void start() noexcept;
  void start_later() noexcept;
  void request_stop() noexcept { request_stop(stop_); }
  /// Stops a part of this task. The callables that end operations are a program's: they may destroy
  /// the owner, and the frames stay until this returns.
  void request_stop(StopState& part) noexcept;
  /// The owner lets go: the frames are destroyed, now or when the last of them leaves the stack.
  void abandon() noexcept;
  /// As abandon(), but the owner stays, and `done` is called when the frames are gone, with null;
  /// not within this call. True: they are gone already.
  [[nodiscard]] bool cut_short() noexcept;
  /// The owner has let go while a frame is on the stack; that frame ends at its next await.
  [[nodiscard]] bool abandoned() const noexcept {
    return abandoned_ || (outer_ != nullptr && outer_->abandoned());
  }
  [[nodiscard]] bool ended() const noexcept { return frame_ == nullptr; }

 private:
  ~RootTask() = default;
  void enter() noexcept;
  void leave() noexcept;
  void finish() noexcept;
  void tell(std::exception_ptr error) noexcept;
  void destroy() noexcept;
  std::coroutine_handle<> on_done() noexcept override;
  void run() override;

  std::shared_ptr<LoopCore> core_;
  StopState stop_;
  Environment environment_;
  PromiseBase* frame_;
  Done done_;
  RootTask* outer_;
  std::uint32_t references_ = 1;
  /// Frames of this task that are on the stack, in nested turns more than one.
  std::uint32_t running_ = 0;
  bool done_reached_ = false;
  bool abandoned_ = false;
};

}  // namespace eddy::inline v0::internal
