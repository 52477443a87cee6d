// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::internal {

class LoopCore;

/// What keeps a Loop's core, for those who were given it by a task's environment.
[[nodiscard]] EDDY_API std::shared_ptr<LoopCore> shared_core(LoopCore& core) noexcept;

}  // namespace eddy::inline v0::internal
