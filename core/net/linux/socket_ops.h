// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/net/socket_ops.h>

namespace eddy::inline v0::internal {

/// The sockets of this system. Has no state.
[[nodiscard]] SocketOps& system_sockets() noexcept;

/// A listening TCP socket, non-blocking and close-on-exec, or -1 with the error. IPv6 sockets take
/// IPv6 only, so that both families can have the same port.
int listen_tcp(const Address& address, int backlog, std::error_code& error) noexcept;

/// The address that the socket is bound to.
[[nodiscard]] Address local_address(int fd) noexcept;

/// No waiting for more before a packet is sent.
void set_nodelay(int fd) noexcept;

/// A descriptor that can be given up when there is no other left, so that a connection can be
/// accepted and closed; -1 when there is none now.
[[nodiscard]] int reserve_descriptor() noexcept;

}  // namespace eddy::inline v0::internal
