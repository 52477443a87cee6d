// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <eddy/core/base/error.h>
#include <eddy/core/net/socket_ops.h>

namespace eddy::inline v0::internal {

/// What a piece of a file is read into: as much as a TLS record holds.
inline constexpr std::size_t kFilePiece = 16 * 1024;

/// One piece of a file through memory, for senders that the kernel can't give a file to. What
/// `send` does not take is read again by the next call: offsets are the caller's.
template <class Send>
IoResult send_by_copy(int file, std::uint64_t offset, std::size_t bytes, Send send) noexcept {
  if (bytes == 0) return {};
  std::array<char, kFilePiece> piece;
  ssize_t n;
  do {
    n = ::pread(file, piece.data(), std::min(bytes, piece.size()), static_cast<off_t>(offset));
  } while (n < 0 && errno == EINTR);
  if (n < 0) return {0, {errno, std::system_category()}};
  if (n == 0) return {0, make_error_code(Errc::file_truncated)};
  return send(std::string_view(piece.data(), static_cast<std::size_t>(n)));
}

}  // namespace eddy::inline v0::internal
