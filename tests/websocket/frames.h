// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/web/websocket/internal/frame.h>
#include <eddy/web/websocket/internal/message_reader.h>

/// Frames as a client or a server sends them, made byte by byte: what FrameHeader can't do, too.
namespace eddy_tests {

using eddy::web::internal::MaskingKey;

inline constexpr MaskingKey kKey = {0x37, 0xfa, 0x21, 0x3d};

/// `first` has the FIN bit, reserved bits and opcode.
inline std::string server_frame(unsigned first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() <= 125) {
    frame += static_cast<char>(payload.size());
  } else {
    const int bytes = payload.size() <= 0xFFFF ? 2 : 8;
    frame += static_cast<char>(bytes == 2 ? 126 : 127);
    for (int i = bytes; i-- > 0;) frame += static_cast<char>(payload.size() >> (8 * i) & 0xFF);
  }
  return frame.append(payload);
}

inline std::string client_frame(unsigned first, std::string_view payload) {
  std::string frame = server_frame(first, payload);
  const std::size_t header = frame.size() - payload.size();
  frame[1] = static_cast<char>(static_cast<unsigned char>(frame[1]) | 0x80U);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame[header + i] = static_cast<char>(static_cast<unsigned char>(payload[i]) ^ kKey[i % 4]);
  }
  return frame.insert(header, reinterpret_cast<const char*>(kKey.data()), kKey.size());
}

inline std::string close_payload(unsigned code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)}.append(reason);
}

}  // namespace eddy_tests
