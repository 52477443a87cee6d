// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/net/address.h>

namespace eddy::inline v0 {

/// A range of addresses: an IP network, or all Unix sockets. A value; ports mean nothing.
class EDDY_API Network {
 public:
  /// "10.0.0.0/8", "2001:db8::/32", a single address ("::1"), or "unix:" for every Unix socket. No
  /// names are looked up. Throws std::invalid_argument, as "network 10.0.0.1/8: it has bits beyond
  /// its prefix": a range that is not what it seems to be is refused.
  explicit Network(std::string_view text);
  /// The same without exceptions: std::errc::invalid_argument, and a Network that contains nothing.
  static Network parse(std::string_view text, std::error_code& error);

  /// An IPv4 address counts as itself in the mapped form of IPv6 ("::ffff:10.0.0.1") too; no other
  /// IPv6 network contains one.
  [[nodiscard]] bool contains(const Address& address) const noexcept;
  [[nodiscard]] std::string to_string() const;

 private:
  Network() = default;
  /// Null, or what is wrong with the text.
  const char* read(std::string_view text);

  Address::Family family_ = Address::Family::unspecified;
  std::uint8_t prefix_ = 0;
  std::array<unsigned char, 16> bytes_{};
};

/// Some networks, such as those of the proxies that a server believes. Empty by default.
class EDDY_API NetworkSet {
 public:
  NetworkSet() = default;
  /// Throws as Network does.
  NetworkSet(std::initializer_list<std::string_view> networks);
  /// From one text, as in a file of settings: separated by commas or blanks. Throws as Network
  /// does.
  static NetworkSet parse(std::string_view list);
  static NetworkSet parse(std::string_view list, std::error_code& error);

  void add(const Network& network);
  [[nodiscard]] bool contains(const Address& address) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return networks_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return networks_.size(); }

 private:
  std::vector<Network> networks_;
};

}  // namespace eddy::inline v0
