// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/content_decoder.h>

namespace eddy::inline v0::web::internal {

/// A request's content that is being decoded, with what waits for its turn: a step gives a bounded
/// piece, and a few bytes can stand for many pieces.
struct ContentDecoding {
  ContentDecoding(ContentCoding coding, ContentDecoder::Limits limits) : decoder(coding, limits) {}

  /// There is something to decode.
  [[nodiscard]] bool pending() const noexcept { return more || !coded.empty(); }
  /// Appends the next piece to `out`. False: decoder.error().
  [[nodiscard]] bool step(ByteBuffer& out) {
    const ContentDecoder::Step done = decoder.decode(coded.view(), out);
    coded.consume(done.consumed);
    more = done.more;
    return done.result != ParseResult::failed;
  }

  /// What waits, and the decoder's own memory, which no content is so small as not to take.
  [[nodiscard]] std::size_t bytes_held() const noexcept {
    return coded.size() + piece.size() + ContentDecoder::kOwnBytes;
  }

  ContentDecoder decoder;
  /// What has come and is still to be decoded.
  ByteBuffer coded;
  /// The decoder has more to give of what it has consumed.
  bool more = false;
  /// What a handler that takes the content piece by piece is shown.
  ByteBuffer piece;
};

}  // namespace eddy::inline v0::web::internal
