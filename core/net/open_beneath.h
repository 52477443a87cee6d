// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <system_error>

#include <eddy/core/base/export.h>

/// Opening files that strangers name. For who sends files; not for applications.
namespace eddy::inline v0::internal {

/// Which symbolic links are followed on the way to a file.
enum class LinksBeneath : std::uint8_t {
  /// None: too_many_symbolic_link_levels is the error.
  none,
  /// Those that do not lead out of the folder, as every absolute one does: cross_device_link is
  /// the error. Where openat2 is missing (Linux before 5.6, a sandbox) none is followed.
  within,
};

/// Opens the file `path`, relative to the folder, for reading; never one that lies elsewhere, also
/// when folders and links are moved meanwhile. Does not wait for a pipe's other end. The descriptor
/// is the caller's; -1 with an error. May wait for the disk. Any thread.
[[nodiscard]] EDDY_API int open_beneath(int folder, const char* path, LinksBeneath links,
                                        std::error_code& error);

/// As that, without openat2: part by part, following no link.
[[nodiscard]] EDDY_API int open_beneath_by_parts(int folder, const char* path,
                                                 std::error_code& error);

}  // namespace eddy::inline v0::internal
