// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/loop/poller.h>
#include <eddy/testing/manual_system.h>

namespace eddy::inline v0::testing {

/// The Poller of a ManualSystem: level-triggered, like the real one, but everything in it can be
/// asked. ManualLoop is the easiest way to have one; give it to any other Loop by
/// LoopOptions::poller.
///
/// Thread: the Loop's, but for wake().
class EDDY_API ManualPoller final : public Poller {
 public:
  explicit ManualPoller(std::shared_ptr<ManualSystem> system) noexcept
      : system_(std::move(system)) {}

  // ---- For tests ----

  /// What fd() of a real poller would show: a wake-up, a deadline that has passed, or a descriptor.
  [[nodiscard]] bool readable() const noexcept;
  /// The deadline of the last arm().
  [[nodiscard]] TimePoint armed() const noexcept { return armed_; }
  /// Calls of wake(), arm() and wait() since the beginning: on a real system each is a system call.
  [[nodiscard]] std::size_t wakes() const noexcept;
  [[nodiscard]] std::size_t arms() const noexcept { return arms_; }
  [[nodiscard]] std::size_t waits() const noexcept { return waits_; }
  /// Sleeps, in real time, until another thread calls wake(); false when none does in
  /// set_patience's time (5 seconds).
  bool wait_for_wake();
  void set_patience(std::chrono::milliseconds time) noexcept { patience_ = time; }
  /// The next add or modify fails so (not_enough_memory, no_space_on_device).
  void fail_watch(std::errc error) noexcept { watch_error_ = error; }

  // ---- Poller ----

  [[nodiscard]] int fd() const noexcept override { return -1; }
  [[nodiscard]] TimePoint now() const noexcept override { return system_->now(); }
  std::error_code add(int fd, Io interest, std::uint64_t key) noexcept override;
  std::error_code modify(int fd, Io interest, std::uint64_t key) noexcept override;
  void remove(int fd) noexcept override;
  /// With `block` and nothing to be found, moves the clock to the armed deadline; without one,
  /// sleeps until wake().
  std::size_t wait(std::span<ReadyIo> out, bool block) noexcept override;
  void arm(TimePoint deadline) noexcept override;
  void wake() noexcept override;
  void clear_wake() noexcept override;
  void renew_after_fork() override;
  void close() noexcept override;
  [[nodiscard]] SocketOps& sockets() noexcept override { return *system_; }

 private:
  struct Watch {
    Io interest;
    std::uint64_t key;
  };

  std::shared_ptr<ManualSystem> system_;
  std::map<int, Watch> watches_;
  /// Where the next wait() begins, so that none is always the first.
  int next_ = 0;
  TimePoint armed_ = kNever;
  std::size_t arms_ = 0;
  std::size_t waits_ = 0;
  std::errc watch_error_{};
  std::chrono::milliseconds patience_ = std::chrono::seconds(5);

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;
  std::size_t wakes_ = 0;
};

}  // namespace eddy::inline v0::testing
