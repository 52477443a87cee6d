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

/// How a listening socket is made.
struct ListenSocketOptions {
  int backlog = 1;
  /// An IPv6 socket takes IPv4 clients too.
  bool dual = false;
  bool reuse_port = false;
  /// Permissions of a Unix socket's file, whatever the process masks.
  unsigned mode = 0600;
};

/// Which file a name stood for, so that another one that has taken its place is left alone.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t number = 0;
  bool operator==(const FileId&) const noexcept = default;
};

/// The non-blocking calls on sockets, behind an interface so that a test can script short reads,
/// resets and exhausted limits. Interrupted calls are retried; no call raises SIGPIPE.
class EDDY_API SocketOps {
 public:
  virtual ~SocketOps() = default;

  /// A listening stream socket, non-blocking and close-on-exec, or -1 with the error. IPv6 sockets
  /// take IPv6 only, unless `dual`, so that both families can have the same port. Nobody can
  /// connect to a Unix socket before its file has the permissions.
  virtual int listen(const Address& address, const ListenSocketOptions& options,
                     std::error_code& error) noexcept = 0;
  /// Makes a listening stream socket that somebody else has opened non-blocking and close-on-exec.
  /// Anything else is an error: not_a_socket, wrong_protocol_type, or invalid_argument for a socket
  /// that does not listen.
  virtual std::error_code adopt_listener(int fd) noexcept = 0;
  /// Removes a Unix socket's file that nobody answers on. Else an error: address_in_use when
  /// somebody does or that can't be found out, not_a_socket for any other file.
  virtual std::error_code remove_stale(const Address& address) noexcept = 0;
  /// The file of a Unix socket; the same as FileId() where there is none.
  [[nodiscard]] virtual FileId file_of(const Address& address) noexcept = 0;
  /// Removes the file of a Unix socket if it is still this one.
  virtual void remove_file(const Address& address, const FileId& file) noexcept = 0;
  /// A descriptor that does nothing but to be closed when one is needed; -1 when there is none.
  [[nodiscard]] virtual int reserve() noexcept = 0;

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
  /// A stream socket that is connected to `address`, non-blocking and close-on-exec, or -1 with the
  /// error. With operation_in_progress it is there and still connecting: once it is writable,
  /// connect_error() says what came of it. It comes from `source`, of the same family, unless that
  /// is empty; port 0 leaves the port to the system.
  virtual int connect(const Address& address, const Address& source,
                      std::error_code& error) noexcept = 0;
  /// No error: connected. operation_in_progress: not yet, and the readiness meant nothing.
  virtual std::error_code connect_error(int fd) noexcept = 0;
  /// Tells the peer that no more will be written.
  virtual void shutdown_write(int fd) noexcept = 0;
  virtual void close(int fd) noexcept = 0;
};

}  // namespace eddy::inline v0
