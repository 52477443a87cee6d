// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <utility>

#include <eddy/core/base/time.h>
#include <eddy/core/net/socket_ops.h>

namespace eddy::inline v0::internal {

/// A descriptor that is held to be given up when there is no other, so that a connection can be
/// taken and closed. Not RAII: whoever holds it knows when the SocketOps may be used.
class DescriptorReserve {
 public:
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void fill(SocketOps& sockets) noexcept {
    if (fd_ < 0) fd_ = sockets.reserve();
  }
  void give_up(SocketOps& sockets) noexcept {
    if (fd_ >= 0) sockets.close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// Allows something so many times a second, in ten portions.
class Pace {
 public:
  static constexpr Duration kPortion = std::chrono::milliseconds(100);

  void set(unsigned per_second) noexcept { portion_ = per_second / 10 + (per_second % 10 != 0); }
  [[nodiscard]] bool allows(TimePoint now) noexcept {
    if (now >= until_) {
      until_ = now + kPortion;
      used_ = 0;
    }
    return used_ < portion_;
  }
  void count() noexcept { ++used_; }
  /// When the next portion begins.
  [[nodiscard]] TimePoint until() const noexcept { return until_; }

 private:
  unsigned portion_ = 0;
  unsigned used_ = 0;
  TimePoint until_ = TimePoint::min();
};

}  // namespace eddy::inline v0::internal
