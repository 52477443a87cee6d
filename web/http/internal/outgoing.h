// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>

#include <eddy/core/net/stream.h>
#include <eddy/web/http/internal/byte_buffer.h>

namespace eddy::inline v0::web::internal {

/// What a connection has to say and its client has not taken yet.
class Outgoing {
 public:
  [[nodiscard]] bool empty() const noexcept { return kept_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
  /// Memory that is held.
  [[nodiscard]] std::size_t capacity() const noexcept { return kept_.capacity(); }

  /// Sends the pieces behind what waits already, in one call to the system where nothing waits, and
  /// keeps what is not taken. False: the connection is broken.
  [[nodiscard]] bool send(Stream& stream, std::string_view first, std::string_view second);

  enum class Result { all_sent, progress, blocked, broken };
  /// Sends what waits, as far as it is taken now.
  [[nodiscard]] Result flush(Stream& stream) noexcept;

  void drop() noexcept { kept_.release(); }

 private:
  ByteBuffer kept_;
};

}  // namespace eddy::inline v0::web::internal
