// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstdint>

namespace eddy::inline v0::web::internal {

/// The id of what is published first: ids that count on from there grow from one run of the program
/// to the next, too.
inline std::uint64_t first_message_id() noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace eddy::inline v0::web::internal
