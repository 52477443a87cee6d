// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

namespace eddy::inline v0::internal {

/// Counts the forks between the program's start and this process. A Loop that was made in an
/// earlier generation shares its epoll set with the parent, which must not be muted from here.
/// Costs one load.
[[nodiscard]] std::uint32_t fork_generation() noexcept;
/// Counts the children that this process, and those it was forked from, have forked.
[[nodiscard]] std::uint32_t forks_made() noexcept;

}  // namespace eddy::inline v0::internal
