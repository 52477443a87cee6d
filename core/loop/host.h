// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <system_error>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

namespace internal {
class LoopCore;
}

/// Where the calling thread stands towards a host loop.
enum class Access {
  /// On the host's thread: it owns the host's loop, or runs inside its strand.
  inside,
  /// Nobody runs the host's loop and it belongs to no thread, as in main() before it is run.
  free,
  /// Another thread runs or owns the host's loop: using the Loop from here is a mistake.
  elsewhere,
};

/// What an adapter calls. It stands for one attached Loop and keeps nothing of it alive but memory:
/// copy it to the stack before calling it, because a turn may destroy the Loop and with it the
/// Host.
///
/// Thread: the host's. Copying and destroying are legal anywhere.
class EDDY_API Dispatcher {
 public:
  Dispatcher() = default;
  explicit Dispatcher(std::shared_ptr<internal::LoopCore> core) : core_(std::move(core)) {}

  /// The one descriptor to watch, level-triggered, for input. It stays open until Host::detach has
  /// returned, is owned by the Loop and is never closed by the adapter.
  [[nodiscard]] int fd() const noexcept;

  /// Runs one turn: what is ready, within the Loop's budget. Call it whenever fd() is readable, on
  /// the host's thread; spurious calls and calls from a nested host loop are fine. Throws nothing.
  void dispatch() const noexcept;

  /// The host's loop is going away before the Loop did. Afterwards the Loop accepts its destruction
  /// and refuses all else; the adapter must not touch the host's loop again, detach() included.
  void host_gone() const noexcept;

  /// True in a child process that was forked from the one that attached: what the host's loop
  /// shares with the parent (an epoll set) must not be changed from here. Thread: any.
  [[nodiscard]] bool in_forked_child() const noexcept;

  /// For hosts whose loop has no owner to ask: `inside` on the thread of the last turn, `elsewhere`
  /// on others, `free` before the first one. Thread: any.
  [[nodiscard]] Access access_by_last_turn() const noexcept;

  explicit operator bool() const noexcept { return core_ != nullptr; }

 private:
  friend class NativeHost;
  std::shared_ptr<internal::LoopCore> core_;
};

/// What an adapter answers for: one host loop that can tell when one descriptor is readable. Queue,
/// timers, budget and order live in Loop, once; an adapter only translates.
///
/// All members are required. All but wake() are called on the host's thread, or while access() is
/// `free`. A Host is owned by its Loop, and may be destroyed while its own callback is on the
/// stack, because a turn may destroy the Loop: after Dispatcher::dispatch touch only locals.
class EDDY_API Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  /// Begins to watch `dispatcher.fd()`. Called once, or again after detach() in a process that has
  /// forked. Errors are exceptions whose text says what to build first or what is missing; then
  /// nothing of the host refers to the Dispatcher any more, and detach() is not called.
  virtual void attach(Dispatcher dispatcher) = 0;

  /// Ends the watch: when it returns, no dispatch follows and the host is as it was before attach.
  /// Not called after Dispatcher::host_gone.
  virtual void detach() noexcept = 0;

  /// Asks the host, not a stored thread id, whether this thread may use the Loop.
  [[nodiscard]] virtual Access access() const noexcept = 0;

  /// Runs one iteration of the host's loop, nested or not; with `wait` it sleeps until something
  /// is ready (the Loop wakes it for its own deadlines). A host that can't be pumped from here
  /// returns an error at once: std::errc::operation_not_permitted, or one of its own.
  virtual std::error_code run_once(bool wait) = 0;

  /// Whether the Loop counts as work that keeps the host's own run function from returning. Called
  /// only when the answer changes; a Host starts with false. A host that does not count ignores it.
  virtual void keep_alive(bool on) noexcept = 0;

  /// Thread-safe. Called, under the lock of the post queue, for the first post after the queue was
  /// empty. Empty for a host whose watch stays armed; a host that disarms itself while keep_alive
  /// is off re-arms here, through its own thread-safe call.
  virtual void wake() noexcept = 0;
};

}  // namespace eddy::inline v0
