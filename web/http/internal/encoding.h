// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/web/http/internal/content_encoder.h>

namespace eddy::inline v0::web::internal {

/// A response whose content is being encoded, in steps between which others have their turn.
class Encoding {
 public:
  Encoding(EncoderPool::Lease encoder, std::optional<std::uint64_t> size)
      : encoder_(std::move(encoder)) {
    encoder_->begin(size);
  }

  /// Gives it more; only when all that came before is done.
  void add(std::string content, ContentEncoder::Flush flush) noexcept {
    content_ = std::move(content);
    rest_ = content_;
    flush_ = flush;
    done_ = false;
  }
  /// The content's end has been given to it.
  [[nodiscard]] bool ended() const noexcept { return flush_ == ContentEncoder::Flush::end; }
  [[nodiscard]] bool done() const noexcept { return done_; }
  /// One step. Throws std::bad_alloc.
  void step() { done_ = encoder_->encode(rest_, flush_, encoded_); }
  [[nodiscard]] std::size_t bytes_held() const noexcept {
    return content_.capacity() + encoded_.capacity();
  }
  /// What has come out, to be taken.
  [[nodiscard]] ByteBuffer& encoded() noexcept { return encoded_; }

 private:
  EncoderPool::Lease encoder_;
  std::string content_;
  std::string_view rest_;
  ByteBuffer encoded_;
  ContentEncoder::Flush flush_ = ContentEncoder::Flush::none;
  bool done_ = true;
};

}  // namespace eddy::inline v0::web::internal
