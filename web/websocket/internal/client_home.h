// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>

#include <eddy/web/http/internal/connection_home.h>

namespace eddy::inline v0::web::internal {

/// What the WebSockets share that were opened from this thread's Loop. On its thread.
[[nodiscard]] std::shared_ptr<ConnectionHome> client_home(const std::shared_ptr<LoopCore>& loop);

}  // namespace eddy::inline v0::web::internal
