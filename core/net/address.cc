// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/address.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>

namespace eddy::inline v0 {

namespace {

// The storage holds bytes; copying to and from the typed structure is what aliasing rules allow.
template <class T>
T load(const Address& address) noexcept {
  T value{};
  std::memcpy(&value, address.data(), std::min(sizeof value, address.size()));
  return value;
}

template <class T>
Address store(const T& value) noexcept {
  static_assert(sizeof value <= Address::capacity());
  Address address;
  std::memcpy(address.data(), &value, sizeof value);
  address.set_size(sizeof value);
  return address;
}

}  // namespace

Address Address::parse(std::string_view host, std::uint16_t port, std::error_code& error) noexcept {
  error.clear();
  std::array<char, INET6_ADDRSTRLEN> text{};
  // What is longer is no address, nor is what has a NUL, where the system would stop reading.
  if (host.size() < text.size() && host.find('\0') == std::string_view::npos) {
    std::copy(host.begin(), host.end(), text.begin());
    sockaddr_in v4{};
    if (inet_pton(AF_INET, text.data(), &v4.sin_addr) == 1) {
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
      return store(v4);
    }
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET6, text.data(), &v6.sin6_addr) == 1) {
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      return store(v6);
    }
  }
  error = std::make_error_code(std::errc::invalid_argument);
  return {};
}

Address Address::local(std::string_view name, std::error_code& error) {
  error.clear();
  const bool abstract = !name.empty() && (name[0] == '\0' || name[0] == '@');
  const std::string_view rest = abstract ? name.substr(1) : name;
  if (rest.empty() || rest.find('\0') != std::string_view::npos) {
    error = std::make_error_code(std::errc::invalid_argument);
    return {};
  }
  // An abstract name has no NUL behind it, but the same limit saves an explanation.
  if (name.size() > kLongestPath) {
    error = std::make_error_code(std::errc::filename_too_long);
    return {};
  }
  sockaddr_un local{};
  static_assert(sizeof local.sun_path > kLongestPath);
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path + (abstract ? 1 : 0), rest.data(), rest.size());
  Address address = store(local);
  // Of an abstract name every byte counts, so that the size ends it.
  if (abstract) address.set_size(offsetof(sockaddr_un, sun_path) + name.size());
  return address;
}

Address Address::from_ip(std::span<const unsigned char> bytes, std::uint16_t port) noexcept {
  if (bytes.size() == sizeof(in_addr)) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
    return store(v4);
  }
  if (bytes.size() == sizeof(in6_addr)) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
    return store(v6);
  }
  return {};
}

bool Address::is_abstract() const noexcept {
  return family() == Family::local && size_ > offsetof(sockaddr_un, sun_path) &&
         storage_[offsetof(sockaddr_un, sun_path)] == 0;
}

Address Address::unmapped() const noexcept {
  static constexpr unsigned char kPrefix[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const auto bytes = ip();
  if (family() != Family::ipv6 ||
      !std::equal(std::begin(kPrefix), std::end(kPrefix), bytes.begin())) {
    return *this;
  }
  return from_ip(bytes.subspan(sizeof kPrefix), port());
}

bool Address::is_loopback() const noexcept {
  const Address plain = unmapped();
  const auto bytes = plain.ip();
  if (plain.family() == Family::ipv4) return bytes[0] == 127;
  static constexpr unsigned char kSelf[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return std::ranges::equal(bytes, kSelf);
}

std::span<const unsigned char> Address::ip() const noexcept {
  switch (family()) {
    case Family::ipv4:
      return {storage_ + offsetof(sockaddr_in, sin_addr), sizeof(in_addr)};
    case Family::ipv6:
      return {storage_ + offsetof(sockaddr_in6, sin6_addr), sizeof(in6_addr)};
    default:
      return {};
  }
}

bool Address::operator==(const Address& other) const noexcept {
  return family() == other.family() && port() == other.port() &&
         (family() == Family::local ? host() == other.host()
                                    : std::ranges::equal(ip(), other.ip()));
}

Address::Family Address::family() const noexcept {
  if (size_ < sizeof(sa_family_t)) return Family::unspecified;
  switch (load<sockaddr>(*this).sa_family) {
    case AF_INET:
      return Family::ipv4;
    case AF_INET6:
      return Family::ipv6;
    case AF_UNIX:
      return Family::local;
    default:
      return Family::unspecified;
  }
}

std::uint16_t Address::port() const noexcept {
  switch (family()) {
    case Family::ipv4:
      return ntohs(load<sockaddr_in>(*this).sin_port);
    case Family::ipv6:
      return ntohs(load<sockaddr_in6>(*this).sin6_port);
    default:
      return 0;
  }
}

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = {};
  switch (family()) {
    case Family::ipv4: {
      const auto v4 = load<sockaddr_in>(*this);
      return inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    }
    case Family::ipv6: {
      const auto v6 = load<sockaddr_in6>(*this);
      return inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
    case Family::local: {
      const auto local = load<sockaddr_un>(*this);
      if (size_ <= offsetof(sockaddr_un, sun_path)) return {};  // a client without a name
      // The longest path comes with a size that counts a NUL beyond the structure.
      const std::size_t length =
          std::min(size_ - offsetof(sockaddr_un, sun_path), sizeof local.sun_path);
      // An abstract name begins with a NUL, which is written as @ by custom.
      if (length > 0 && local.sun_path[0] == '\0') {
        return std::string("@").append(local.sun_path + 1, length - 1);
      }
      return {local.sun_path, strnlen(local.sun_path, length)};
    }
    default:
      return {};
  }
}

std::string Address::to_string() const {
  switch (family()) {
    case Family::ipv4:
      return host() + ":" + std::to_string(port());
    case Family::ipv6:
      return std::string("[").append(host()).append("]:").append(std::to_string(port()));
    default:
      return host();
  }
}

}  // namespace eddy::inline v0
