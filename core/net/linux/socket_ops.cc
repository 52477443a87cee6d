// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/linux/socket_ops.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

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

bool set_option(int fd, int level, int option, int value = 1) noexcept {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

std::error_code get_option(int fd, int option, int& value) noexcept {
  socklen_t size = sizeof value;
  if (::getsockopt(fd, SOL_SOCKET, option, &value, &size) != 0) return last_error();
  return {};
}

const sockaddr* name_of(const Address& address) noexcept {
  return static_cast<const sockaddr*>(address.data());
}

socklen_t size_of(const Address& address) noexcept {
  return static_cast<socklen_t>(address.size());
}

bool has_file(const Address& address) noexcept {
  return address.family() == Address::Family::local && !address.is_abstract();
}

/// The path that a bound Unix socket's name holds, which always ends with a NUL.
const char* path_of(const Address& address) noexcept {
  return static_cast<const char*>(address.data()) + offsetof(sockaddr_un, sun_path);
}

IoResult result_of(ssize_t bytes) noexcept {
  if (bytes < 0) return {0, last_error()};
  return {static_cast<std::size_t>(bytes), {}};
}

class SystemSockets final : public SocketOps {
 public:
  int listen(const Address& address, const ListenSocketOptions& options,
             std::error_code& error) noexcept override {
    const int fd =
        ::socket(name_of(address)->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      error = last_error();
      return -1;
    }
    error = begin_listening(fd, address, options);
    if (error) {
      ::close(fd);
      return -1;
    }
    return fd;
  }

  std::error_code adopt_listener(int fd) noexcept override {
    int type = 0;
    int listens = 0;
    if (const auto error = get_option(fd, SO_TYPE, type)) return error;
    if (type != SOCK_STREAM) return std::make_error_code(std::errc::wrong_protocol_type);
    if (const auto error = get_option(fd, SO_ACCEPTCONN, listens)) return error;
    if (listens == 0) return std::make_error_code(std::errc::invalid_argument);
    const int status = ::fcntl(fd, F_GETFL);
    const int flags = ::fcntl(fd, F_GETFD);
    const bool done = status >= 0 && ::fcntl(fd, F_SETFL, status | O_NONBLOCK) == 0 && flags >= 0 &&
                      ::fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0;
    return done ? std::error_code() : last_error();
  }

  std::error_code remove_stale(const Address& address) noexcept override {
    const auto in_use = std::make_error_code(std::errc::address_in_use);
    if (!has_file(address)) return in_use;
    struct stat file {};
    if (::lstat(path_of(address), &file) != 0) {
      return errno == ENOENT ? std::error_code() : last_error();
    }
    if (!S_ISSOCK(file.st_mode)) return std::make_error_code(std::errc::not_a_socket);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return last_error();
    const int result = retry([&] { return ::connect(fd, name_of(address), size_of(address)); });
    const bool nobody = result != 0 && errno == ECONNREFUSED;
    ::close(fd);
    if (!nobody) return in_use;
    return ::unlink(path_of(address)) == 0 || errno == ENOENT ? std::error_code() : last_error();
  }

  FileId file_of(const Address& address) noexcept override {
    struct stat file {};
    if (!has_file(address) || ::lstat(path_of(address), &file) != 0) return {};
    return {file.st_dev, file.st_ino};
  }

  void remove_file(const Address& address, const FileId& file) noexcept override {
    if (has_file(address) && file_of(address) == file) (void)::unlink(path_of(address));
  }

  // A socket needs no file system, so this works in an empty root directory too.
  int reserve() noexcept override { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

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
    return result_of(retry([&] { return ::recv(fd, buffer.data(), buffer.size(), 0); }));
  }

  IoResult send(int fd, std::span<const std::string_view> pieces) noexcept override {
    if (pieces.size() == 1) {
      const std::string_view piece = pieces.front();
      return result_of(retry([&] { return ::send(fd, piece.data(), piece.size(), MSG_NOSIGNAL); }));
    }
    // More pieces than this are left to the next call.
    std::array<iovec, 16> vector;
    const std::size_t count = std::min(pieces.size(), vector.size());
    for (std::size_t i = 0; i < count; ++i) {
      // The interface of the system is not const, but sending writes nothing.
      vector[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = vector.data();
    message.msg_iovlen = count;
    return result_of(retry([&] { return ::sendmsg(fd, &message, MSG_NOSIGNAL); }));
  }

  IoResult send_file(int fd, int file, std::uint64_t offset, std::size_t bytes) noexcept override {
    if (bytes == 0) return {};
    auto at = static_cast<off_t>(offset);
    ssize_t n;
    {
      SigpipeTaken taken;
      n = retry([&] { return ::sendfile(fd, file, &at, bytes); });
      // Where only a part was sent, the next one may have failed, with the signal.
      if (n < 0 ? errno == EPIPE : static_cast<std::size_t>(n) < bytes) taken.take();
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

  int connect(const Address& address, const Address& source,
              std::error_code& error) noexcept override {
    const int fd =
        ::socket(name_of(address)->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      error = last_error();
      return -1;
    }
    error = bind_to(fd, source);
    if (error) {
      ::close(fd);
      return -1;
    }
    if (::connect(fd, name_of(address), size_of(address)) == 0) return fd;
    // One that was interrupted goes on by itself; to call again would only say so.
    if (errno == EINPROGRESS || errno == EINTR) {
      error = std::make_error_code(std::errc::operation_in_progress);
      return fd;
    }
    error = last_error();
    ::close(fd);
    return -1;
  }

  std::error_code connect_error(int fd) noexcept override {
    int value = 0;
    if (const auto error = get_option(fd, SO_ERROR, value)) return error;
    if (value != 0) return {value, std::system_category()};
    sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return {};
    // Not connected, and no error either: it has been called too early.
    if (errno == ENOTCONN) return std::make_error_code(std::errc::operation_in_progress);
    return last_error();
  }

  void shutdown_write(int fd) noexcept override { ::shutdown(fd, SHUT_WR); }

  // Not repeated when interrupted: on Linux the descriptor is gone in any case.
  void close(int fd) noexcept override { ::close(fd); }

 private:
  static std::error_code bind_to(int fd, const Address& source) noexcept {
    if (source.family() == Address::Family::unspecified) return {};
    // Without a port of the program's the system chooses one when it knows the other end, so that
    // one port serves many of those (Linux 4.2); and a port that is given may still be remembered
    // for a connection that has ended.
    if (source.port() == 0) {
      (void)set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    } else if (!set_option(fd, SOL_SOCKET, SO_REUSEADDR)) {
      return last_error();
    }
    return ::bind(fd, name_of(source), size_of(source)) == 0 ? std::error_code() : last_error();
  }

  static std::error_code begin_listening(int fd, const Address& address,
                                         const ListenSocketOptions& options) noexcept {
    if (address.family() == Address::Family::local) return begin_local(fd, address, options);
    const bool v6 = address.family() == Address::Family::ipv6;
    const bool listening =
        set_option(fd, SOL_SOCKET, SO_REUSEADDR) &&
        (!options.reuse_port || set_option(fd, SOL_SOCKET, SO_REUSEPORT)) &&
        (!v6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.dual ? 0 : 1)) &&
        ::bind(fd, name_of(address), size_of(address)) == 0 && ::listen(fd, options.backlog) == 0;
    return listening ? std::error_code() : last_error();
  }

  static std::error_code begin_local(int fd, const Address& address,
                                     const ListenSocketOptions& options) noexcept {
    if (::bind(fd, name_of(address), size_of(address)) != 0) return last_error();
    // Until it listens every connect is refused, so nobody gets in by what the umask left.
    const bool file = has_file(address);
    const bool listening = (!file || ::chmod(path_of(address), options.mode) == 0) &&
                           ::listen(fd, options.backlog) == 0;
    if (listening) return {};
    const std::error_code error = last_error();
    if (file) (void)::unlink(path_of(address));
    return error;
  }
};

}  // namespace

SocketOps& system_sockets() noexcept {
  static SystemSockets sockets;
  return sockets;
}

}  // namespace eddy::inline v0::internal
