// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/listening_socket.h>

#include <utility>

namespace eddy::inline v0::internal {

namespace {
constexpr int kUsualBacklog = 1024;
}

std::error_code ListeningSocket::open(const Address& address,
                                      const ListenOptions& options) noexcept {
  const ListenSocketOptions how{.backlog = options.backlog > 0 ? options.backlog : kUsualBacklog,
                                .dual = options.dual,
                                .reuse_port = options.reuse_port,
                                .mode = options.mode};
  SocketOps& system = sockets(core_);
  std::error_code error;
  int fd = system.listen(address, how, error);
  if (error == std::errc::address_in_use && address.family() == Address::Family::local) {
    // A server that was killed leaves its file behind.
    error = system.remove_stale(address);
    if (error) return error;
    fd = system.listen(address, how, error);
  }
  if (fd < 0) return error;
  opened(fd);
  if (address.family() == Address::Family::local && !options.keep_file) {
    file_name_ = address;
    file_ = system.file_of(address);
  }
  return {};
}

std::error_code ListeningSocket::adopt(int fd) noexcept {
  const std::error_code error = sockets(core_).adopt_listener(fd);
  if (!error) opened(fd);
  return error;
}

void ListeningSocket::opened(int fd) noexcept {
  fd_ = fd;
  add_work(core_);
}

void ListeningSocket::release() noexcept {
  fd_ = -1;
  remove_work(core_);
}

void ListeningSocket::close() noexcept {
  if (fd_ < 0) return;
  SocketOps& system = sockets(core_);
  // The file goes first: behind a closed socket another server may put its own there. A forked
  // child that only exits leaves it to its parent.
  if (file_ != FileId() && !in_forked_child(core_)) system.remove_file(file_name_, file_);
  system.close(std::exchange(fd_, -1));
  remove_work(core_);
}

}  // namespace eddy::inline v0::internal
