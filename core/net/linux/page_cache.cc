// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/page_cache.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <new>

namespace eddy::inline v0::internal {

namespace {

/// Pages come from the disk, and leave memory, in runs; readahead is 128 KiB unless it was set.
constexpr std::size_t kSampleDistance = 64 * 1024;
/// What lies closer to a sample than this is as it is.
constexpr std::size_t kSmallestPage = 4096;
constexpr std::size_t kReadPiece = 64 * 1024;

enum class Sample { there, missing, unknown };

/// Reads one byte if that needs no disk.
Sample sample(int file, std::uint64_t offset) noexcept {
  char byte;
  iovec vector{&byte, 1};
  ssize_t n;
  do {
    n = ::preadv2(file, &vector, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  } while (n < 0 && errno == EINTR);
  if (n >= 0) return Sample::there;  // 0: past the end, where there is nothing to wait for
  return errno == EAGAIN ? Sample::missing : Sample::unknown;
}

/// For file systems that don't know RWF_NOWAIT (tmpfs, FUSE, some of the network). It tells the
/// truth only of files that this process could write to, and says "there" of others.
bool mapped_pages_are_there(int file, std::uint64_t offset, std::size_t bytes) noexcept {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t before = offset % page;
  const std::size_t size = before + bytes;
  void* map =
      ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, static_cast<off_t>(offset - before));
  if (map == MAP_FAILED) return true;
  const std::size_t pages = (size + page - 1) / page;
  std::unique_ptr<unsigned char[]> there(new (std::nothrow) unsigned char[pages]);
  bool all = true;
  if (there && ::mincore(map, size, there.get()) == 0) {
    all = std::all_of(there.get(), there.get() + pages, [](unsigned char p) { return p & 1; });
  }
  ::munmap(map, size);
  return all;
}

}  // namespace

bool in_page_cache(int file, std::uint64_t offset, std::size_t bytes) noexcept {
  if (bytes == 0) return true;
  const std::size_t last = bytes - 1;
  for (std::size_t i = 0;; i = std::min(i + kSampleDistance, last)) {
    switch (sample(file, offset + i)) {
      case Sample::there:
        break;
      case Sample::missing:
        return false;
      case Sample::unknown:
        return mapped_pages_are_there(file, offset, bytes);
    }
    if (last - i < kSmallestPage) return true;
  }
}

std::error_code read_into_page_cache(int file, std::uint64_t offset, std::size_t bytes) noexcept {
  // The disk is told of all of it at once; what is waited for is the reading.
  (void)::posix_fadvise(file, static_cast<off_t>(offset), static_cast<off_t>(bytes),
                        POSIX_FADV_WILLNEED);
  std::unique_ptr<char[]> piece(new (std::nothrow) char[kReadPiece]);
  if (!piece) return std::make_error_code(std::errc::not_enough_memory);
  while (bytes > 0) {
    const ssize_t n =
        ::pread(file, piece.get(), std::min(bytes, kReadPiece), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return {errno, std::system_category()};
    if (n == 0) break;
    offset += static_cast<std::uint64_t>(n);
    bytes -= static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace eddy::inline v0::internal
