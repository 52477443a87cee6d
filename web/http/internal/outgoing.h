// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <eddy/core/base/unique_function.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/file_sender.h>
#include <eddy/web/http/response.h>

namespace eddy::inline v0::web::internal {

using eddy::internal::LoopCore;

/// What a connection has to say and its client has not taken yet: bytes, and behind them a file.
class Outgoing {
 public:
  [[nodiscard]] bool empty() const noexcept { return kept_.empty() && !file_; }
  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
  /// Memory that is held.
  [[nodiscard]] std::size_t capacity() const noexcept { return kept_.capacity(); }

  /// Sends the pieces behind what waits already, in one call to the system where nothing waits, and
  /// keeps what is not taken. False: the connection is broken.
  [[nodiscard]] bool send(Stream& stream, std::string_view first, std::string_view second);

  /// Behind all bytes; nothing is added until it has been sent.
  void attach(FilePart part);

  /// more: goes on at once, when others have had their turn. cold: goes on when warm() says so.
  enum class Result { all_sent, progress, more, cold, blocked, broken };
  /// Sends what waits, as far as it is taken now.
  [[nodiscard]] Result flush(Stream& stream) noexcept;

  /// After cold: reads the file's next part into memory, and calls `done` then.
  void warm(std::shared_ptr<LoopCore> loop, UniqueFunction<void()> done);
  /// Whether the client is waited for, and not the disk.
  [[nodiscard]] bool wants_to_write() const noexcept {
    return !kept_.empty() || (file_ && file_->warming.ended());
  }
  /// After broken: why the file could not be sent; no error where the client is the reason.
  [[nodiscard]] std::error_code file_error() const noexcept;

  void drop() noexcept {
    kept_.release();
    file_.reset();
  }

 private:
  struct Sending {
    explicit Sending(FileSender part) noexcept : sender(std::move(part)) {}
    FileSender sender;
    RunningTask warming;
  };

  [[nodiscard]] Result send_file(Stream& stream) noexcept;

  ByteBuffer kept_;
  std::unique_ptr<Sending> file_;
};

}  // namespace eddy::inline v0::web::internal
