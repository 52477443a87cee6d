// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <system_error>

#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/listen_options.h>
#include <eddy/core/net/socket_ops.h>

namespace eddy::inline v0::internal {

/// What went wrong and where, for the forms that throw.
struct ListenFailure {
  std::error_code error;
  std::string where;

  [[noreturn]] void raise() const { throw std::system_error(error, "listen on " + where); }
};

/// A socket that listens, and the file of a Unix socket that is to go with it. Counts as work of
/// its Loop, which must outlive it as a LoopCore.
class ListeningSocket {
 public:
  explicit ListeningSocket(LoopCore& core) noexcept : core_(core) {}
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;
  ~ListeningSocket() { close(); }

  /// Listens there; a Unix socket's file that nobody answers on is replaced.
  std::error_code open(const Address& address, const ListenOptions& options) noexcept;
  /// Takes over a socket that listens already; in case of an error it stays the caller's.
  std::error_code adopt(int fd) noexcept;
  /// Gives the descriptor up without closing it.
  void release() noexcept;
  /// Idempotent.
  void close() noexcept;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] Address address() const noexcept { return sockets(core_).local_address(fd_); }

 private:
  void opened(int fd) noexcept;

  LoopCore& core_;
  int fd_ = -1;
  Address file_name_;
  FileId file_;
};

}  // namespace eddy::inline v0::internal
