// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/linux/socket_ops.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <eddy/core/base/error.h>
#include <eddy/core/net/linux/sigpipe_taken.h>

namespace eddy::inline v0::internal {

namespace {

std::error_code last_error() noexcept { return {errno, std::system_category()}; }

/// Repeats an interrupted system call.
template <class Call>
auto retry(Call call) noexcept {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

bool set_option(int fd, int level, int option) noexcept {
  const int on = 1;
  return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

class SystemSockets final : public SocketOps {
 public:
  int listen(const Address& address, int backlog, std::error_code& error) noexcept override {
    const bool v6 = address.family() == Address::Family::ipv6;
    const int fd =
        ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) {
      error = last_error();
      return -1;
    }
    const bool listening = set_option(fd, SOL_SOCKET, SO_REUSEADDR) &&
                           (!v6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY)) &&
                           ::bind(fd, static_cast<const sockaddr*>(address.data()),
                                  static_cast<socklen_t>(address.size())) == 0 &&
                           ::listen(fd, backlog) == 0;
    if (!listening) {
      error = last_error();
      ::close(fd);
      return -1;
    }
    error.clear();
    return fd;
  }

  Address local_address(int fd) noexcept override {
    Address address;
    auto size = static_cast<socklen_t>(Address::capacity());
    if (::getsockname(fd, static_cast<sockaddr*>(address.data()), &size) == 0) {
      address.set_size(std::min<std::size_t>(size, Address::capacity()));
    }
    return address;
  }

  void set_nodelay(int fd) noexcept override {
    // Refused by sockets that have no Nagle to switch off, which is as good.
    (void)set_option(fd, IPPROTO_TCP, TCP_NODELAY);
  }

  IoResult receive(int fd, std::span<char> buffer) noexcept override {
    const ssize_t n = retry([&] { return ::recv(fd, buffer.data(), buffer.size(), 0); });
    if (n < 0) return {0, last_error()};
    return {static_cast<std::size_t>(n), {}};
  }

  IoResult send(int fd, std::span<const std::string_view> pieces) noexcept override {
    // More pieces than this are left to the next call.
    std::array<iovec, 16> vector;
    const std::size_t count = std::min(pieces.size(), vector.size());
    for (std::size_t i = 0; i < count; ++i) {
      // The interface of the system is not const, but sending writes nothing.
      vector[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    ssize_t n;
    if (count == 1) {
      n = retry([&] { return ::send(fd, vector[0].iov_base, vector[0].iov_len, MSG_NOSIGNAL); });
    } else {
      msghdr message{};
      message.msg_iov = vector.data();
      message.msg_iovlen = count;
      n = retry([&] { return ::sendmsg(fd, &message, MSG_NOSIGNAL); });
    }
    if (n < 0) return {0, last_error()};
    return {static_cast<std::size_t>(n), {}};
  }

  IoResult send_file(int fd, int file, std::uint64_t offset, std::size_t bytes) noexcept override {
    if (bytes == 0) return {};
    auto at = static_cast<off_t>(offset);
    ssize_t n;
    {
      SigpipeTaken taken;
      n = retry([&] { return ::sendfile(fd, file, &at, bytes); });
      if (n < 0 && errno == EPIPE) taken.take();
    }
    if (n > 0) return {static_cast<std::size_t>(n), {}};
    if (n == 0) return {0, make_error_code(Errc::file_truncated)};
    // Not every file system, nor every socket, can do it.
    if (errno == EINVAL || errno == ENOSYS) {
      return SocketOps::send_file(fd, file, offset, bytes);
    }
    return {0, last_error()};
  }

  int accept(int listener, Address& peer, std::error_code& error) noexcept override {
    auto size = static_cast<socklen_t>(Address::capacity());
    const int fd = retry([&] {
      return ::accept4(listener, static_cast<sockaddr*>(peer.data()), &size,
                       SOCK_NONBLOCK | SOCK_CLOEXEC);
    });
    if (fd < 0) {
      error = last_error();
      return -1;
    }
    error.clear();
    peer.set_size(std::min<std::size_t>(size, Address::capacity()));
    return fd;
  }

  void shutdown_write(int fd) noexcept override { ::shutdown(fd, SHUT_WR); }

  // Not repeated when interrupted: on Linux the descriptor is gone in any case.
  void close(int fd) noexcept override { ::close(fd); }
};

}  // namespace

SocketOps& system_sockets() noexcept {
  static SystemSockets sockets;
  return sockets;
}

}  // namespace eddy::inline v0::internal
