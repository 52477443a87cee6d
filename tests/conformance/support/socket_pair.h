// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

namespace eddy::inline v0::conformance {

/// Two connected, non-blocking sockets.
class SocketPair {
 public:
  SocketPair() {
    int fds[2] = {-1, -1};
    (void)::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds);
    near_ = fds[0];
    far_ = fds[1];
  }
  SocketPair(SocketPair&& other) noexcept
      : near_(std::exchange(other.near_, -1)), far_(std::exchange(other.far_, -1)) {}
  SocketPair& operator=(SocketPair&&) = delete;
  ~SocketPair() {
    close_near();
    close_far();
  }

  [[nodiscard]] int near() const { return near_; }
  [[nodiscard]] int far() const { return far_; }
  /// Makes near() readable.
  void fill(std::size_t bytes) const {
    const std::string data(bytes, 'x');
    while (::send(far_, data.data(), data.size(), MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
  }
  /// Reads one byte from near(); false when there is none.
  [[nodiscard]] bool take() const {
    char byte;
    for (;;) {
      const ssize_t received = ::recv(near_, &byte, 1, 0);
      if (received == 1) return true;
      if (received == 0 || errno != EINTR) return false;
    }
  }
  void close_near() {
    if (const int fd = std::exchange(near_, -1); fd >= 0) ::close(fd);
  }
  void close_far() {
    if (const int fd = std::exchange(far_, -1); fd >= 0) ::close(fd);
  }
  /// Leaves near() to the caller.
  int release_near() { return std::exchange(near_, -1); }

 private:
  int near_;
  int far_;
};

}  // namespace eddy::inline v0::conformance
