// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>

#include <eddy/core/core.h>

#include <tests/core/support.h>

namespace eddy::core_test {

/// A stream over a real socket, and the peer's end of it.
struct Connected {
  Connected() {
    const int fd = pair.release_near();
    stream = eddy::internal::make_socket_stream(eddy::internal::core_of(loop), fd, Address());
  }
  [[nodiscard]] std::string receive() const {
    std::string all;
    std::array<char, 64 * 1024> buffer;
    for (;;) {
      const ssize_t n = ::recv(pair.far(), buffer.data(), buffer.size(), 0);
      if (n <= 0) return all;
      all.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }

  NativeLoop loop;
  SocketPair pair;
  std::unique_ptr<Stream> stream;
};

inline bool sigpipe_is_pending() {
  sigset_t pending;
  ::sigpending(&pending);
  return ::sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace eddy::core_test
