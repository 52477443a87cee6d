// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/file.h>
#include <eddy/web/http/internal/byte_buffer.h>

namespace eddy::inline v0::web::internal {

/// Sends a part of a file over a stream without holding up the Loop: a step is bounded, and where
/// the disk would have to be waited for it says so and sends nothing. Knows no HTTP: who drives it
/// has sent the head, and framing that needs a length has `length`.
///
///     switch (sender.step(stream)) {
///       case FileSender::Result::sent_all: ...  // on with the next response
///       case FileSender::Result::more: ...      // ask the budget, then step again
///       case FileSender::Result::blocked: ...   // step again when the stream can be written to
///       case FileSender::Result::cold: ...      // step again when the task warm() has ended
///       case FileSender::Result::failed: ...    // error(); the response can't be completed
///     }
///
/// Thread: the stream's Loop's.
class EDDY_API FileSender {
 public:
  enum class Result { sent_all, more, blocked, cold, failed };

  /// Bytes that one step sends at most, and that warm() reads at most.
  static constexpr std::size_t kStep = 256 * 1024;
  static constexpr std::size_t kWarm = 1024 * 1024;

  /// The `length` bytes from `offset` on. A file that ends before is an error of the step that
  /// comes to its end: the length has been promised to the peer.
  FileSender(File file, std::uint64_t offset, std::uint64_t length) noexcept
      : file_(std::move(file)), offset_(offset), remaining_(length) {}

  /// Sends what the stream takes, at most kStep bytes. After failed it always fails.
  [[nodiscard]] Result step(Stream& stream) noexcept;
  /// As step(), but appends the next `bytes` to `out` instead, at most kStep: for content that is
  /// to be encoded, and for a file so small that it goes out with its head in one call. Never
  /// blocked. Throws std::bad_alloc.
  [[nodiscard]] Result read(ByteBuffer& out, std::size_t bytes = kStep);
  /// After cold: reads what comes next into memory on a thread of the Loop's pool, and ends when it
  /// is there. The next step sends at least some of it, also when memory is so short that it has
  /// gone again. An error of the disk becomes the next step's; a full pool is none, and costs that
  /// step the wait for the disk. Must be destroyed before this sender.
  [[nodiscard]] Task<void> warm();

  [[nodiscard]] std::uint64_t remaining() const noexcept { return remaining_; }
  /// After failed: Errc::file_truncated, or what the stream or the disk said.
  [[nodiscard]] const std::error_code& error() const noexcept { return error_; }

 private:
  /// How much may be moved now without waiting for the disk: at most `bytes`; 0 is none of it.
  [[nodiscard]] std::size_t in_memory(std::size_t bytes) noexcept;
  /// What has been moved.
  [[nodiscard]] bool take(const IoResult& result) noexcept;

  File file_;
  std::uint64_t offset_;
  std::uint64_t remaining_;
  // Up to here the file was seen in memory, so that a slow peer costs no look for each step.
  std::uint64_t in_memory_to_ = 0;
  std::error_code error_;
};

}  // namespace eddy::inline v0::web::internal
