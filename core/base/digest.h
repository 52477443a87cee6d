// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <eddy/core/base/export.h>

/// SHA-1 and SHA-256 (FIPS 180-4). Written here and not taken from OpenSSL, because that belongs to
/// the TLS component, which may be left out: cookies are signed, entity tags made and WebSockets
/// opened without it.
namespace eddy::inline v0 {

namespace internal {

/// What both digests share: 64-byte blocks, and the padding that ends the message.
template <std::size_t Words>
class EDDY_API BlockDigest {
 public:
  static constexpr std::size_t kBlockSize = 64;
  static constexpr std::size_t kDigestSize = Words * 4;
  using Digest = std::array<unsigned char, kDigestSize>;

 protected:
  using State = std::array<std::uint32_t, Words>;
  using Compress = void (*)(State& state, const unsigned char* blocks, std::size_t count);

  BlockDigest(const State& initial, Compress compress) noexcept
      : state_(initial), compress_(compress) {}

  void add(std::string_view data) noexcept;
  [[nodiscard]] Digest padded_digest() noexcept;

 private:
  State state_;
  Compress compress_;
  std::uint64_t size_ = 0;  // of the message so far; what of it is in no whole block is in block_
  std::array<unsigned char, kBlockSize> block_{};
};

extern template class BlockDigest<5>;
extern template class BlockDigest<8>;

}  // namespace internal

/// The SHA-1 of a message that comes in pieces. A value: a copy goes on by itself. Throws nothing.
/// For what is defined by it (entity tags, WebSocket handshakes, Tornado's first format of signed
/// values); it no longer resists who looks for two messages of one digest.
class EDDY_API Sha1 : public internal::BlockDigest<5> {
 public:
  Sha1() noexcept;
  Sha1& update(std::string_view data) noexcept {
    add(data);
    return *this;
  }
  /// The digest of all that was given. The object is then to be destroyed or assigned to.
  [[nodiscard]] Digest finish() noexcept { return padded_digest(); }
};

/// The SHA-256 of a message that comes in pieces; otherwise as Sha1.
class EDDY_API Sha256 : public internal::BlockDigest<8> {
 public:
  Sha256() noexcept;
  Sha256& update(std::string_view data) noexcept {
    add(data);
    return *this;
  }
  [[nodiscard]] Digest finish() noexcept { return padded_digest(); }
};

/// The digest of a message that is there as a whole.
[[nodiscard]] inline Sha1::Digest sha1(std::string_view data) noexcept {
  return Sha1().update(data).finish();
}
[[nodiscard]] inline Sha256::Digest sha256(std::string_view data) noexcept {
  return Sha256().update(data).finish();
}

}  // namespace eddy::inline v0
