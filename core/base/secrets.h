// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

/// What secrets are made of, and how they are compared.
namespace eddy::inline v0 {

/// Fills `out` with bytes that nobody can foretell, from the system's generator. On any thread.
/// Waits only in the first moments of a system that has no entropy yet. Throws std::system_error
/// where the system has no such generator.
EDDY_API void random_bytes(std::span<unsigned char> out);
/// As above, as many as are asked for.
[[nodiscard]] EDDY_API std::string random_bytes(std::size_t count);

/// Whether both are the same, in a time that depends on their sizes alone and tells nothing of
/// where they differ. That of different sizes are not the same is no secret.
[[nodiscard]] EDDY_API bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

}  // namespace eddy::inline v0
