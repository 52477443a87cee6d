// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>

#include <eddy/core/base/export.h>

/// Whether a file can be read without waiting for its disk. For who sends files; not for
/// applications.
namespace eddy::inline v0::internal {

/// Whether `bytes` of the regular file `file` from `offset` on are in memory, as far as a few
/// samples tell; true as well where the system does not tell, and past the file's end. Does not
/// wait for the disk, and stops at the first sample that is not there. Any thread.
[[nodiscard]] EDDY_API bool in_page_cache(int file, std::uint64_t offset,
                                          std::size_t bytes) noexcept;

/// Reads that part into the page cache and waits for the disk meanwhile: for a thread that may.
/// A file that ends before is no error. Any thread.
EDDY_API std::error_code read_into_page_cache(int file, std::uint64_t offset,
                                              std::size_t bytes) noexcept;

}  // namespace eddy::inline v0::internal
