// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/web/websocket/internal/deflate.h>
#include <eddy/web/websocket/internal/send_queue.h>

namespace eddy::inline v0::web::internal {

/// What a Channel sends to many: each form of it is made once, when the first one asks for it, and
/// shared by all.
class SharedMessage {
 public:
  /// `type` is of event streams, and one that they can have.
  SharedMessage(std::uint64_t id, std::string_view data, bool binary, std::string_view type = {});

  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] bool binary() const noexcept { return binary_; }
  [[nodiscard]] std::string_view data() const noexcept {
    return std::string_view(*frame_).substr(header_bytes_);
  }

  /// As a server's WebSocket sends it.
  [[nodiscard]] const FrameBytes& frame() const noexcept { return frame_; }
  /// The same compressed, by itself whatever `side` says: its receiver needs nothing that came
  /// before it. Throws std::bad_alloc.
  [[nodiscard]] const FrameBytes& deflated_frame(const DeflateSide& side);

  /// As an event stream sends it, bytes in base64. Throws std::bad_alloc.
  [[nodiscard]] const FrameBytes& event();

  /// Of all its forms.
  [[nodiscard]] std::size_t bytes_held() const noexcept { return bytes_held_; }

  /// How many have not been handed it yet.
  std::size_t waiting = 0;

 private:
  std::uint64_t id_;
  FrameBytes frame_;
  FrameBytes event_;
  std::string type_;
  std::vector<std::pair<DeflateSide, FrameBytes>> deflated_;
  std::size_t bytes_held_;
  std::uint8_t header_bytes_;
  bool binary_;
};

}  // namespace eddy::inline v0::web::internal
