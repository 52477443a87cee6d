// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/net/socket_ops.h>

namespace eddy::inline v0::internal {

/// The sockets of this system. Has no state.
[[nodiscard]] SocketOps& system_sockets() noexcept;

}  // namespace eddy::inline v0::internal
