// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <eddy/core/net/address.h>

namespace eddy::inline v0::internal {

/// An address in the room that those of the internet take: there is one for each connection. The
/// longer names of Unix sockets, which clients seldom have, lie elsewhere.
class CompactAddress {
 public:
  CompactAddress() = default;
  explicit CompactAddress(const Address& address) { set(address); }
  CompactAddress(const CompactAddress&) = delete;
  CompactAddress& operator=(const CompactAddress&) = delete;
  ~CompactAddress() { clear(); }

  void set(const Address& address) {
    clear();
    if (address.size() <= sizeof bytes_) {
      size_ = static_cast<std::uint8_t>(address.size());
      std::memcpy(bytes_, address.data(), size_);
    } else {
      const auto* elsewhere = new Address(address);
      std::memcpy(bytes_, &elsewhere, sizeof(void*));
      size_ = kElsewhere;
    }
  }
  void set(const CompactAddress& other) {
    if (other.size_ == kElsewhere) return set(*other.elsewhere());
    clear();
    std::memcpy(bytes_, other.bytes_, sizeof bytes_);
    size_ = other.size_;
  }
  void clear() noexcept {
    if (size_ == kElsewhere) delete elsewhere();
    size_ = 0;
  }

  [[nodiscard]] Address address() const noexcept {
    if (size_ == kElsewhere) return *elsewhere();
    Address address;
    std::memcpy(address.data(), bytes_, size_);
    address.set_size(size_);
    return address;
  }

 private:
  static constexpr std::uint8_t kElsewhere = 255;

  [[nodiscard]] const Address* elsewhere() const noexcept {
    const Address* address = nullptr;
    std::memcpy(&address, bytes_, sizeof(void*));
    return address;
  }

  unsigned char bytes_[28] = {};  // a sockaddr_in6, or a pointer
  std::uint8_t size_ = 0;
};

}  // namespace eddy::inline v0::internal
