// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// What became of a message that another thread has sent.
enum class [[nodiscard]] RemoteSend : std::uint8_t{
    /// The Loop will send it, unless its receiver goes before.
    taken,
    /// More is waiting for the Loop than may: it was not taken.
    full,
    /// Its receiver has gone.
    closed,
};

namespace internal {

class RemoteOutbox;
EDDY_API RemoteSend send(RemoteOutbox& outbox, std::string_view data, bool binary);

}  // namespace internal
}  // namespace eddy::inline v0::web
