// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/frame.h>

namespace eddy::inline v0::web::internal {

FrameHeader::FrameHeader(const Frame& frame) noexcept {
  const unsigned flags = (frame.fin ? 0x80U : 0U) | (frame.compressed ? 0x40U : 0U);
  put(flags | static_cast<unsigned>(frame.opcode), 1);
  if (frame.size <= 125) {
    put(frame.size, 1);
  } else if (frame.size <= 0xFFFF) {
    put(126, 1);
    put(frame.size, 2);
  } else {
    put(127, 1);
    put(frame.size, 8);
  }
}

FrameHeader::FrameHeader(const Frame& frame, const MaskingKey& key) noexcept : FrameHeader(frame) {
  bytes_[1] = static_cast<char>(static_cast<unsigned char>(bytes_[1]) | 0x80U);
  for (const unsigned char byte : key) put(byte, 1);
}

void FrameHeader::put(std::uint64_t value, int bytes) noexcept {
  while (bytes-- > 0) bytes_[size_++] = static_cast<char>(value >> (8 * bytes) & 0xFF);
}

}  // namespace eddy::inline v0::web::internal
