// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
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

/// What a connection has to say and its client has not taken yet: bytes, and behind them content
/// that is not copied, or a file.
class Outgoing {
 public:
  /// Bytes of content that one call to the system may be given.
  static constexpr std::size_t kStep = FileSender::kStep;

  [[nodiscard]] bool empty() const noexcept { return kept_.empty() && !content_ && !file_; }
  /// Empty, and no memory is held either.
  [[nodiscard]] bool holds_nothing() const noexcept {
    return kept_.capacity() == 0 && !content_ && !file_;
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return kept_.size() + (content_ ? content_->rest.size() : 0);
  }
  /// Memory that is held.
  [[nodiscard]] std::size_t capacity() const noexcept {
    return kept_.capacity() + (content_ ? content_->capacity() : 0);
  }

  /// Bytes that wait, but for content that is not copied.
  [[nodiscard]] std::string_view kept() const noexcept { return kept_.view(); }
  /// Sends the pieces behind what waits already, in one call to the system where nothing waits, and
  /// keeps what is not taken. False: the connection is broken.
  [[nodiscard]] bool send(Stream& stream, std::string_view first, std::string_view second);

  /// Behind all bytes; nothing is added until it has been sent.
  void attach(FilePart part);
  void attach(std::shared_ptr<const FilePieces> pieces);

  /// more: goes on at once, when others have had their turn. cold: goes on
  /// when warm() says so.
  enum class Result { all_sent, progress, more, cold, blocked, broken };
  /// Sends what waits, as far as it is taken now.
  [[nodiscard]] Result flush(Stream& stream) noexcept;
  /// Sends `head` and the first step of `content`, which is longer, a std::string or a ByteBuffer;
  /// keeps the rest without a copy, and nothing is added until it has been sent.
  template <class Bytes>
  [[nodiscard]] Result send_large(Stream& stream, std::string_view head, Bytes content) {
    content_ = std::make_unique<Content>(std::move(content));
    return begin_content(stream, head);
  }

  /// After cold: reads the file's next part into memory, and calls `done` then.
  void warm(std::shared_ptr<LoopCore> loop, UniqueFunction<void()> done);
  /// Whether the client is waited for, and not the disk.
  [[nodiscard]] bool wants_to_write() const noexcept {
    return !kept_.empty() || content_ || (file_ && file_->warming.ended());
  }
  /// After broken: why the file could not be sent; no error where the client is the reason.
  [[nodiscard]] std::error_code file_error() const noexcept;

  void drop() noexcept {
    kept_.release();
    content_.reset();
    file_.reset();
  }

 private:
  struct Sending {
    explicit Sending(FileSender part) noexcept : sender(std::move(part)) {}
    FileSender sender;
    RunningTask warming;
    /// Of those the `next` that is not being sent yet.
    std::shared_ptr<const FilePieces> pieces;
    std::size_t next = 0;
  };

  struct Content {
    explicit Content(std::string content) noexcept : text(std::move(content)), rest(text) {}
    explicit Content(ByteBuffer content) noexcept
        : buffer(std::move(content)), rest(buffer.view()) {}
    [[nodiscard]] std::size_t capacity() const noexcept {
      return text.capacity() + buffer.capacity();
    }

    std::string text;
    ByteBuffer buffer;
    std::string_view rest;
  };

  [[nodiscard]] std::optional<std::size_t> send_behind_kept(Stream& stream, std::string_view first,
                                                            std::string_view second);
  [[nodiscard]] Result begin_content(Stream& stream, std::string_view head);
  [[nodiscard]] Result send_behind(Stream& stream) noexcept;
  [[nodiscard]] Result send_content(Stream& stream) noexcept;
  [[nodiscard]] Result send_file(Stream& stream) noexcept;
  [[nodiscard]] Result end_piece() noexcept;

  ByteBuffer kept_;
  std::unique_ptr<Content> content_;
  std::unique_ptr<Sending> file_;
};

}  // namespace eddy::inline v0::web::internal
