// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>

namespace eddy::inline v0 {

class SocketOps;

/// What to watch a descriptor for, and what was seen. A set: combine with `|`.
enum class Io : std::uint8_t {
  none = 0,
  read = 1,
  write = 2,
  read_write = 3,
  /// The connection is over in both directions: it was reset or has failed, or both sides have
  /// ended it. Seen without reading, so by who can't take what has arrived. Where it is not asked
  /// for, it makes ready for whatever is.
  hangup = 4,
};

[[nodiscard]] constexpr Io operator|(Io a, Io b) noexcept {
  return static_cast<Io>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr Io operator&(Io a, Io b) noexcept {
  return static_cast<Io>(static_cast<std::uint8_t>(a) & static_cast<std::uint8_t>(b));
}
[[nodiscard]] constexpr bool any(Io set) noexcept { return set != Io::none; }

/// One descriptor that was found ready.
struct ReadyIo {
  std::uint64_t key;
  Io events;
};

/// The one way by which time and readiness enter core: an epoll set here, a hand-moved clock and
/// scripted in-memory sockets in tests (<eddy/testing/manual_poller.h>), another system's set where
/// Eddy is ported. Sockets are reached through it too, since what can be watched and what can be
/// read must be of one kind.
///
/// Thread: the Loop's, but for wake(). Owned by the Loop.
class EDDY_API Poller {
 public:
  Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  virtual ~Poller() = default;

  /// Readable whenever wait(0) would return something or a deadline or wake is pending; -1 where
  /// the poller has no descriptor.
  [[nodiscard]] virtual int fd() const noexcept = 0;

  /// The current time of Clock, or of the test.
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;

  /// Begins to watch `fd`, level-triggered; hang-up and error are reported as every event that was
  /// asked for. `key` comes back in ReadyIo. A descriptor that can't be watched (a regular file) is
  /// an error.
  virtual std::error_code add(int fd, Io interest, std::uint64_t key) noexcept = 0;
  virtual std::error_code modify(int fd, Io interest, std::uint64_t key) noexcept = 0;
  /// Ends the watch. Called before `fd` is closed.
  virtual void remove(int fd) noexcept = 0;

  /// Fills `out` with ready descriptors and returns how many. With `block` it first sleeps until
  /// there is one, the deadline of arm() passes, or wake() is called; interrupted by a signal, it
  /// returns 0.
  virtual std::size_t wait(std::span<ReadyIo> out, bool block) noexcept = 0;

  /// The time at which fd() becomes readable for the nearest timer; kNever for none.
  virtual void arm(TimePoint deadline) noexcept = 0;

  /// Thread-safe. Makes fd() readable until clear_wake().
  virtual void wake() noexcept = 0;
  virtual void clear_wake() noexcept = 0;

  /// Called in a forked child, before the Loop is used there: replaces everything that is shared
  /// with the parent by descriptors of this process's own, under a new fd(); nothing is watched
  /// afterwards.
  virtual void renew_after_fork() = 0;

  /// Gives its descriptors back, because the Loop is being destroyed: only now() and sockets() are
  /// called afterwards, by what outlives the Loop.
  virtual void close() noexcept = 0;

  /// The system calls on the sockets that this poller can watch.
  [[nodiscard]] virtual SocketOps& sockets() noexcept = 0;
};

/// The poller of this system: an epoll set with an eventfd and a timerfd in it.
/// Throws std::system_error when the system has no descriptor left for them.
[[nodiscard]] EDDY_API std::unique_ptr<Poller> make_system_poller();

}  // namespace eddy::inline v0
