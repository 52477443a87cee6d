// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/websocket/deflate_options.h>
#include <eddy/web/websocket/internal/message_reader.h>

namespace eddy::inline v0::web::internal {

class DeflateStream;
class InflateStream;

/// How one side compresses: what compressors may be shared by.
struct DeflateSide {
  int level = 6;
  int mem_level = 8;
  int window_bits = 15;
  bool takes_over = false;
  bool operator==(const DeflateSide&) const = default;
};

/// Compresses messages. Without takeover it borrows this thread's compressor for each of them, and
/// holds nothing in between. With it each message that was compressed must be sent, in order: where
/// one is not, forget() comes before the next. Source: RFC 7692, 7.2.1.
class EDDY_API MessageDeflater {
 public:
  explicit MessageDeflater(const DeflateSide& side) noexcept;
  ~MessageDeflater();
  MessageDeflater(MessageDeflater&&) noexcept;
  MessageDeflater& operator=(MessageDeflater&&) noexcept;

  /// Appends what stands for the message. Throws std::bad_alloc, with `out` as it was and the
  /// earlier messages forgotten.
  void deflate(std::string_view message, std::string& out);
  [[nodiscard]] const DeflateSide& side() const noexcept { return side_; }
  /// The next message refers to none before it.
  void forget() noexcept;

 private:
  DeflateSide side_;
  std::unique_ptr<DeflateStream> own_;
};

/// Decompresses them. Without takeover it holds a decompressor only while a message has begun and
/// not ended. Source: RFC 7692, 7.2.2.
class EDDY_API DeflateInflater final : public MessageInflater {
 public:
  DeflateInflater(int window_bits, bool takes_over) noexcept;
  ~DeflateInflater() override;

  [[nodiscard]] Result inflate(std::string_view piece, bool last, std::string& out,
                               std::uint64_t limit) override;
  void abandon() noexcept override;
  [[nodiscard]] std::size_t bytes_held() const noexcept override;

 private:
  std::unique_ptr<InflateStream> stream_;
  int window_bits_;
  bool takes_over_;
  bool in_message_ = false;
};

}  // namespace eddy::inline v0::web::internal
