// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/network.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace eddy::inline v0 {

namespace {

constexpr std::string_view kUnix = "unix:";
/// Where the IPv4 part of a mapped address begins.
constexpr unsigned kMappedBits = 96;

/// A decimal number without sign, blanks or leading zeros, at most `most`; else -1.
int read_prefix(std::string_view text, int most) noexcept {
  int value = -1;
  if (text.empty() || (text.size() > 1 && text[0] == '0') || text[0] == '-') return -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return -1;
  return value;
}

/// The bits of byte `index` that belong to a prefix.
unsigned mask_of(unsigned prefix, std::size_t index) noexcept {
  const auto begin = static_cast<unsigned>(index) * 8;
  if (prefix >= begin + 8) return 0xFF;
  return prefix <= begin ? 0 : 0xFFU << (begin + 8 - prefix) & 0xFFU;
}

/// Calls `each` with every item of a list that commas or blanks separate.
template <class Each>
void for_each_item(std::string_view list, Each each) {
  constexpr std::string_view kSeparators = ", \t\r\n";
  while (true) {
    const std::size_t begin = list.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return;
    list.remove_prefix(begin);
    const std::size_t end = std::min(list.find_first_of(kSeparators), list.size());
    each(list.substr(0, end));
    list.remove_prefix(end);
  }
}

}  // namespace

Network::Network(std::string_view text) {
  if (const char* wrong = read(text)) {
    throw std::invalid_argument("network " + std::string(text) + ": " + wrong);
  }
}

Network Network::parse(std::string_view text, std::error_code& error) {
  Network network;
  error.clear();
  if (network.read(text) != nullptr) {
    error = std::make_error_code(std::errc::invalid_argument);
    return {};
  }
  return network;
}

const char* Network::read(std::string_view text) {
  if (text == kUnix) {
    family_ = Address::Family::local;
    return nullptr;
  }
  const std::size_t slash = text.find('/');
  std::error_code error;
  const Address address = Address::parse(text.substr(0, slash), 0, error);
  if (error) return "it has no numeric IPv4 or IPv6 address";
  const int bits = static_cast<int>(address.ip().size()) * 8;
  int prefix = bits;
  if (slash != std::string_view::npos) {
    prefix = read_prefix(text.substr(slash + 1), bits);
    if (prefix < 0) return bits == 32 ? "its prefix is not 0 to 32" : "its prefix is not 0 to 128";
  }
  const auto ip = address.ip();
  for (std::size_t i = 0; i < ip.size(); ++i) {
    if ((ip[i] & ~mask_of(static_cast<unsigned>(prefix), i)) != 0) {
      return "it has bits beyond its prefix";
    }
  }
  // A mapped network is one of IPv4: a shorter prefix would have had bits beyond it.
  const Address plain = address.unmapped();
  if (plain.family() != address.family()) prefix -= static_cast<int>(kMappedBits);
  family_ = plain.family();
  prefix_ = static_cast<std::uint8_t>(prefix);
  std::ranges::copy(plain.ip(), bytes_.begin());
  return nullptr;
}

bool Network::contains(const Address& address) const noexcept {
  const Address plain = address.unmapped();
  if (plain.family() != family_ || family_ == Address::Family::unspecified) return false;
  const auto ip = plain.ip();
  for (std::size_t i = 0; i < ip.size(); ++i) {
    const unsigned mask = mask_of(prefix_, i);
    if (mask == 0) break;
    if (((ip[i] ^ bytes_[i]) & mask) != 0) return false;
  }
  return true;
}

std::string Network::to_string() const {
  switch (family_) {
    case Address::Family::local:
      return std::string(kUnix);
    case Address::Family::ipv4:
    case Address::Family::ipv6: {
      const std::size_t size = family_ == Address::Family::ipv4 ? 4 : 16;
      const Address address = Address::from_ip({bytes_.data(), size}, 0);
      return address.host() + "/" + std::to_string(prefix_);
    }
    default:
      return {};
  }
}

void NetworkSet::add(const Network& network) { networks_.push_back(network); }

NetworkSet::NetworkSet(std::initializer_list<std::string_view> networks) {
  networks_.reserve(networks.size());
  for (const std::string_view text : networks) networks_.emplace_back(text);
}

NetworkSet NetworkSet::parse(std::string_view list) {
  NetworkSet set;
  for_each_item(list, [&set](std::string_view text) { set.networks_.emplace_back(text); });
  return set;
}

NetworkSet NetworkSet::parse(std::string_view list, std::error_code& error) {
  NetworkSet set;
  error.clear();
  for_each_item(list, [&](std::string_view text) {
    if (!error) set.networks_.push_back(Network::parse(text, error));
  });
  if (error) return {};
  return set;
}

bool NetworkSet::contains(const Address& address) const noexcept {
  return std::ranges::any_of(networks_,
                             [&](const Network& network) { return network.contains(address); });
}

}  // namespace eddy::inline v0
