// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/websocket/internal/mask.h>

namespace eddy::inline v0::web::internal {

/// Source: RFC 6455, 5.2.
enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

constexpr bool is_control(Opcode opcode) noexcept { return static_cast<std::uint8_t>(opcode) >= 8; }

/// What a control frame can hold.
constexpr std::size_t kLongestControl = 125;

struct Frame {
  Opcode opcode = Opcode::text;
  bool fin = true;
  bool compressed = false;  // RSV1 of permessage-deflate, in the first frame of a message
  std::uint64_t size = 0;   // of what follows the header
};

/// The bytes before a frame's payload.
class EDDY_API FrameHeader {
 public:
  /// Of a server.
  explicit FrameHeader(const Frame& frame) noexcept;
  /// Of a client, whose payload must be masked by the key.
  FrameHeader(const Frame& frame, const MaskingKey& key) noexcept;

  [[nodiscard]] std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

 private:
  void put(std::uint64_t value, int bytes) noexcept;

  std::array<char, 14> bytes_;
  std::size_t size_ = 0;
};

}  // namespace eddy::inline v0::web::internal
