// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

/// The address of one end of a connection: IPv4, IPv6 or a Unix socket's name. A value; empty by
/// default. Holds what the system calls a sockaddr without its headers.
class EDDY_API Address {
 public:
  enum class Family : std::uint8_t { unspecified, ipv4, ipv6, local };

  Address() = default;

  /// A numeric IPv4 or IPv6 address ("127.0.0.1", "::1", "0.0.0.0"). No names are looked up: what
  /// is not numeric is std::errc::invalid_argument.
  static Address parse(std::string_view host, std::uint16_t port, std::error_code& error) noexcept;
  /// A Unix socket's path, or, with a NUL or '@' as the first character, a name in Linux's abstract
  /// space, which has no file ("./@name" is a file). std::errc::filename_too_long beyond
  /// kLongestPath bytes; std::errc::invalid_argument when it is empty or has a NUL further on.
  static Address local(std::string_view name, std::error_code& error);
  /// From the 4 bytes of an IPv4 or the 16 of an IPv6 address, as they travel; else empty.
  static Address from_ip(std::span<const unsigned char> bytes, std::uint16_t port) noexcept;

  [[nodiscard]] Family family() const noexcept;
  /// Whether it is a Unix socket's name without a file.
  [[nodiscard]] bool is_abstract() const noexcept;
  /// The port; 0 for a Unix socket.
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Without the port: "127.0.0.1", "::1", or the path; an abstract name begins with '@'. Empty for
  /// a Unix socket without a name, as most clients have.
  [[nodiscard]] std::string host() const;
  /// With the port: "127.0.0.1:8888", "[::1]:8888", or the path.
  [[nodiscard]] std::string to_string() const;
  /// "192.0.2.1" for "::ffff:192.0.2.1", which is how a socket for both families shows an IPv4
  /// client; any other address is returned as it is.
  [[nodiscard]] Address unmapped() const noexcept;
  /// Whether it is this machine itself: 127.0.0.0/8 (RFC 1122, 3.2.1.3), that mapped into IPv6, or
  /// ::1 (RFC 4291, 2.5.3).
  [[nodiscard]] bool is_loopback() const noexcept;
  /// The bytes of an IPv4 or IPv6 address as they travel, a view into this; else empty.
  [[nodiscard]] std::span<const unsigned char> ip() const noexcept;

  bool operator==(const Address& other) const noexcept;

  /// The sockaddr itself, for system calls.
  [[nodiscard]] const void* data() const noexcept { return storage_; }
  [[nodiscard]] void* data() noexcept { return storage_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void set_size(std::size_t size) noexcept { size_ = static_cast<std::uint32_t>(size); }
  static constexpr std::size_t capacity() noexcept { return kCapacity; }
  /// Bytes of the longest path of a Unix socket.
  static constexpr std::size_t kLongestPath = 107;

 private:
  /// A sockaddr_un with its longest path is 110 bytes.
  static constexpr std::size_t kCapacity = 112;

  alignas(8) unsigned char storage_[kCapacity] = {};
  std::uint32_t size_ = 0;
};

}  // namespace eddy::inline v0
