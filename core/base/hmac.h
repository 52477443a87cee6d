// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstring>
#include <string_view>

#include <eddy/core/base/digest.h>

namespace eddy::inline v0 {

/// The keyed-hash message authentication code (RFC 2104) of a message that comes in pieces, with
/// Sha1 or Sha256. The key may have any size and is not kept. A copy goes on by itself, so that one
/// object made of a key serves for many messages. Compare codes with constant_time_equal().
template <class Hash>
class Hmac {
 public:
  using Digest = typename Hash::Digest;

  explicit Hmac(std::string_view key) noexcept {
    std::array<char, Hash::kBlockSize> block{};
    if (key.size() > block.size()) {
      const Digest digest = Hash().update(key).finish();
      std::memcpy(block.data(), digest.data(), digest.size());
    } else if (!key.empty()) {
      std::memcpy(block.data(), key.data(), key.size());
    }
    for (char& c : block) c = static_cast<char>(c ^ 0x36);
    inner_.update({block.data(), block.size()});
    for (char& c : block) c = static_cast<char>(c ^ 0x36 ^ 0x5c);
    outer_.update({block.data(), block.size()});
  }

  Hmac& update(std::string_view data) noexcept {
    inner_.update(data);
    return *this;
  }

  /// The code of all that was given. The object is then to be destroyed or assigned to.
  [[nodiscard]] Digest finish() noexcept {
    const Digest inner = inner_.finish();
    return outer_.update({reinterpret_cast<const char*>(inner.data()), inner.size()}).finish();
  }

 private:
  Hash inner_;
  Hash outer_;
};

[[nodiscard]] inline Sha1::Digest hmac_sha1(std::string_view key, std::string_view data) noexcept {
  return Hmac<Sha1>(key).update(data).finish();
}
[[nodiscard]] inline Sha256::Digest hmac_sha256(std::string_view key,
                                                std::string_view data) noexcept {
  return Hmac<Sha256>(key).update(data).finish();
}

}  // namespace eddy::inline v0
