// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>

#include <eddy/web/http/body_decoder.h>
#include <eddy/web/http/internal/body_stream.h>
#include <eddy/web/http/internal/byte_buffer.h>
#include <eddy/web/http/internal/content_decoding.h>
#include <eddy/web/http/request_body.h>

namespace eddy::inline v0::web::internal {

/// What only a request with content needs.
struct RequestContent {
  RequestContent() noexcept : stream(decoder, buffer), body(stream) {}

  /// Whoever begins it sets its limits.
  BodyDecoder decoder;
  /// Where content is collected that does not arrive with the head; of a streamed one, what has not
  /// been decoded yet.
  ByteBuffer buffer;
  BodyStream stream;
  /// Of content whose coding is undone.
  std::unique_ptr<ContentDecoding> decoding;
  RequestBody body;
};

}  // namespace eddy::inline v0::web::internal
