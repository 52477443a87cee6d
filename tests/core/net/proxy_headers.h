// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Makes headers of the PROXY protocol, version 2, right ones and wrong ones.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace eddy::core_test {

inline constexpr std::string_view kProxySignature("\r\n\r\n\0\r\nQUIT\n", 12);

inline std::string big_endian(unsigned value) {
  return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

/// `command` is 0x20 for LOCAL and 0x21 for PROXY, `family` 0x11 for TCP over IPv4, ...
inline std::string proxy_v2(unsigned command, unsigned family, std::string_view rest) {
  std::string header(kProxySignature);
  header += static_cast<char>(command);
  header += static_cast<char>(family);
  return header.append(big_endian(static_cast<unsigned>(rest.size()))).append(rest);
}

inline std::string value(unsigned type, std::string_view bytes) {
  return std::string(1, static_cast<char>(type))
      .append(big_endian(static_cast<unsigned>(bytes.size())))
      .append(bytes);
}

/// 192.0.2.1:56324 to 192.0.2.2:443.
inline std::string ipv4_addresses() {
  return std::string("\xC0\x00\x02\x01\xC0\x00\x02\x02", 8) + big_endian(56324) + big_endian(443);
}

/// [2001:db8::1]:56324 to [2001:db8::2]:443.
inline std::string ipv6_addresses() {
  const std::string prefix = std::string("\x20\x01\x0D\xB8", 4) + std::string(11, '\0');
  return prefix + "\x01" + prefix + "\x02" + big_endian(56324) + big_endian(443);
}

inline std::string unix_name(std::string name) {
  name.resize(108, '\0');
  return name;
}

}  // namespace eddy::core_test
