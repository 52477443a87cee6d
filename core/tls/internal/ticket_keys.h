// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include <eddy/core/base/time.h>
#include <eddy/tls/internal/openssl.h>

namespace eddy::inline v0::tls::internal {

/// The keys that session tickets are sealed with (RFC 5077 section 4, whose construction OpenSSL
/// keeps in TLS 1.3). A client's ticket is the whole of its session, so nothing is stored here. A
/// key is made when the newest is a lifetime old, looked at only in handshakes, and one lifetime
/// later, when no ticket of it is valid any more, it is wiped.
///
/// Thread: any.
class TicketKeys {
 public:
  struct Key {
    Key() = default;
    Key(const Key&) = default;
    Key& operator=(const Key&) = default;
    ~Key();

    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
    TimePoint made{};
  };

  /// The key to seal with; none when there is no randomness or no memory.
  [[nodiscard]] std::optional<Key> newest(TimePoint now, Duration lifetime) noexcept;
  /// The key of that name.
  [[nodiscard]] std::optional<Key> find(std::span<const unsigned char> name, TimePoint now,
                                        Duration lifetime) noexcept;

  /// Prepares sealing or opening a ticket by `key`; false when OpenSSL can't.
  [[nodiscard]] static bool seal(const Key& key, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                                 EVP_MAC_CTX* mac) noexcept;
  [[nodiscard]] static bool open(const Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                                 EVP_MAC_CTX* mac) noexcept;

 private:
  void drop_old(TimePoint now, Duration lifetime) noexcept;

  std::mutex mutex_;
  /// The oldest first.
  std::vector<Key> keys_;
};

}  // namespace eddy::inline v0::tls::internal
