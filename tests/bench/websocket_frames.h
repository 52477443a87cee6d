// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

/// The frames of RFC 6455, 5.2, as the limit and the load read and write them: no more is parsed
/// than their ends need.
namespace bench {

inline constexpr std::uint8_t kFin = 0x80;
inline constexpr std::uint8_t kCompressed = 0x40;
inline constexpr std::uint8_t kOpcode = 0x0F;
inline constexpr std::uint8_t kMasked = 0x80;

inline constexpr std::uint8_t kContinuation = 0;
inline constexpr std::uint8_t kText = 1;
inline constexpr std::uint8_t kBinary = 2;
inline constexpr std::uint8_t kClose = 8;
inline constexpr std::uint8_t kPing = 9;
inline constexpr std::uint8_t kPong = 10;

inline constexpr std::size_t kKeySize = 4;
inline constexpr std::size_t kLongestHeader = 14;

struct FrameHeader {
  std::uint8_t first;  // fin, reserved bits, opcode
  bool masked;
  std::size_t size;     // of the header
  std::size_t payload;  // bytes of it
};

/// Nothing: it is not complete.
inline std::optional<FrameHeader> read_frame_header(const char* data, std::size_t size) {
  if (size < 2) return std::nullopt;
  const auto byte = [data](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(data[at]));
  };
  FrameHeader header{static_cast<std::uint8_t>(byte(0)), (byte(1) & kMasked) != 0, 2,
                     byte(1) & 0x7FU};
  const std::size_t length_bytes = header.payload == 126 ? 2 : header.payload == 127 ? 8 : 0;
  header.size += length_bytes + (header.masked ? kKeySize : 0);
  if (size < header.size) return std::nullopt;
  if (length_bytes != 0) header.payload = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) header.payload = header.payload << 8 | byte(2 + i);
  return header;
}

/// All but the masking key, which follows where there is one. Gives its size.
inline std::size_t write_frame_header(char* to, std::uint8_t first, bool masked,
                                      std::size_t payload) {
  const std::size_t length_bytes = payload < 126 ? 0 : payload <= 0xFFFF ? 2 : 8;
  const std::size_t second = length_bytes == 0 ? payload : length_bytes == 2 ? 126 : 127;
  to[0] = static_cast<char>(first);
  to[1] = static_cast<char>(second | (masked ? kMasked : 0U));
  for (std::size_t i = 0; i < length_bytes; ++i) {
    to[2 + i] = static_cast<char>(payload >> (8 * (length_bytes - 1 - i)) & 0xFFU);
  }
  return 2 + length_bytes;
}

/// Masks or unmasks, in place.
inline void apply_key(char* data, std::size_t size, const char* key) {
  using Block [[gnu::vector_size(16)]] = std::uint32_t;
  std::uint32_t word;
  std::memcpy(&word, key, sizeof word);
  const Block block = {word, word, word, word};
  std::size_t at = 0;
  for (; at + sizeof block <= size; at += sizeof block) {
    Block part;
    std::memcpy(&part, data + at, sizeof part);
    part ^= block;
    std::memcpy(data + at, &part, sizeof part);
  }
  for (; at < size; ++at) data[at] = static_cast<char>(data[at] ^ key[at % kKeySize]);
}

}  // namespace bench
