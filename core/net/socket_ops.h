// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/net/address.h>

namespace eddy::inline v0 {

/// What a non-blocking call on a socket came to.
struct IoResult {
  /// Bytes moved. 0 without an error is the end of the peer's input.
  std::size_t bytes = 0;
  /// operation_would_block when nothing could be moved now; else why the connection is over.
  std::error_code error;

  [[nodiscard]] bool would_block() const noexcept {
    return error == std::errc::operation_would_block ||
           error == std::errc::resource_unavailable_try_again;
  }
};

/// The non-blocking calls on sockets, behind an interface so that a test can script short reads,
/// resets and exhausted limits. Interrupted calls are retried; no call raises SIGPIPE.
class EDDY_API SocketOps {
 public:
  virtual ~SocketOps() = default;

  /// A listening TCP socket, non-blocking and close-on-exec, or -1 with the error. IPv6 sockets
  /// take IPv6 only, so that both families can have the same port.
  virtual int listen(const Address& address, int backlog, std::error_code& error) noexcept = 0;
  /// The address that the socket is bound to; empty when there is none.
  [[nodiscard]] virtual Address local_address(int fd) noexcept = 0;
  /// No waiting for more before a packet is sent.
  virtual void set_nodelay(int fd) noexcept = 0;

  virtual IoResult receive(int fd, std::span<char> buffer) noexcept = 0;
  /// Sends the pieces, in order, in one call; may send less.
  virtual IoResult send(int fd, std::span<const std::string_view> pieces) noexcept = 0;
  /// Sends at most `bytes` of the regular file `file`, from `offset` on; the file's own position is
  /// neither used nor changed. May send less. A file that ends at or before `offset` is
  /// Errc::file_truncated. The default reads a piece of the file and sends that.
  virtual IoResult send_file(int fd, int file, std::uint64_t offset, std::size_t bytes) noexcept;
  /// Takes one connection, non-blocking and close-on-exec, or -1 with the error.
  virtual int accept(int listener, Address& peer, std::error_code& error) noexcept = 0;
  /// Tells the peer that no more will be written.
  virtual void shutdown_write(int fd) noexcept = 0;
  virtual void close(int fd) noexcept = 0;
};

}  // namespace eddy::inline v0
