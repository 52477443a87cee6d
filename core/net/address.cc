// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/address.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

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

Address Address::parse(std::string_view host, std::uint16_t port, std::error_code& error) {
  const std::string text(host);
  error.clear();
  sockaddr_in v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return store(v4);
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return store(v6);
  }
  error = std::make_error_code(std::errc::invalid_argument);
  return {};
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
