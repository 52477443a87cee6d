// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/net/socket_ops.h>

namespace eddy::inline v0::web {

/// A regular file that is open for reading, to be sent as a response's body. A handle: copies share
/// the descriptor, which the last of them closes. Any thread.
class EDDY_API File {
 public:
  /// No file.
  File() = default;

  /// Opens `path`, following links. What is not a regular file is refused, without waiting for a
  /// pipe's other end. May wait for the disk to find the name. Throws std::system_error that names
  /// the path.
  [[nodiscard]] static File open(const std::string& path);
  /// As above; no file when there is an error. is_a_directory and invalid_argument (for a pipe, a
  /// socket, a device) are the errors for what is no regular file.
  [[nodiscard]] static File open(const std::string& path, std::error_code& error);
  /// Takes a descriptor over, which is closed when it is refused or the call throws.
  [[nodiscard]] static File adopt(int fd, std::error_code& error);

  explicit operator bool() const noexcept { return opened_ != nullptr; }
  /// The descriptor, which stays the file's; -1 without one.
  [[nodiscard]] int fd() const noexcept { return opened_ ? opened_->fd : -1; }
  /// Bytes, the time of the last change, the number that tells it from the file system's others,
  /// and the file system, as they were when it was opened.
  [[nodiscard]] std::uint64_t size() const noexcept { return opened_ ? opened_->size : 0; }
  [[nodiscard]] std::chrono::sys_time<std::chrono::nanoseconds> modified() const noexcept {
    return opened_ ? opened_->modified : std::chrono::sys_time<std::chrono::nanoseconds>{};
  }
  [[nodiscard]] std::uint64_t inode() const noexcept { return opened_ ? opened_->inode : 0; }
  [[nodiscard]] std::uint64_t device() const noexcept { return opened_ ? opened_->device : 0; }
  /// Whether size or time are no longer those.
  [[nodiscard]] bool changed() const noexcept;

  /// Reads what is there from `offset` on, at most `buffer`; 0 bytes at the file's end. Waits for
  /// the disk.
  [[nodiscard]] IoResult read(std::uint64_t offset, std::span<char> buffer) const noexcept;

 private:
  struct EDDY_API Opened {
    explicit Opened(int fd) noexcept : fd(fd) {}
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    ~Opened();

    int fd;
    std::uint64_t size = 0;
    std::uint64_t inode = 0;
    std::uint64_t device = 0;
    std::chrono::sys_time<std::chrono::nanoseconds> modified{};
  };

  std::shared_ptr<const Opened> opened_;
};

/// `length` bytes of a file from `offset` on. A file that turns out to be shorter cuts the
/// connection: the length has been promised.
struct FilePart {
  File file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// Several parts of a file, with text before each and behind the last: the content of a 206 for
/// several ranges. It is cut as a FilePart is.
struct FilePieces {
  struct Piece {
    std::string before;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };

  File file;
  std::vector<Piece> pieces;
  std::string end;
  /// Bytes of all that.
  std::uint64_t length = 0;
};

}  // namespace eddy::inline v0::web
