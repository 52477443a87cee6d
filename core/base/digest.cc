// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/digest.h>

#include <bit>
#include <cstring>

namespace eddy::inline v0 {

namespace {

std::uint32_t read_word(const unsigned char* from) noexcept {
  return std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 | std::uint32_t{from[2]} << 8 |
         std::uint32_t{from[3]};
}

void write_word(std::uint32_t word, unsigned char* to) noexcept {
  to[0] = static_cast<unsigned char>(word >> 24);
  to[1] = static_cast<unsigned char>(word >> 16);
  to[2] = static_cast<unsigned char>(word >> 8);
  to[3] = static_cast<unsigned char>(word);
}

std::uint32_t choose(std::uint32_t x, std::uint32_t y, std::uint32_t z) noexcept {
  return (x & y) ^ (~x & z);
}

std::uint32_t majority(std::uint32_t x, std::uint32_t y, std::uint32_t z) noexcept {
  return (x & y) ^ (x & z) ^ (y & z);
}

}  // namespace

namespace internal {

template <std::size_t Words>
void BlockDigest<Words>::add(std::string_view data) noexcept {
  const auto* next = reinterpret_cast<const unsigned char*>(data.data());
  std::size_t left = data.size();
  const auto waiting = static_cast<std::size_t>(size_ % kBlockSize);
  size_ += left;
  if (waiting != 0) {
    const std::size_t missing = kBlockSize - waiting;
    if (left < missing) {
      if (left != 0) std::memcpy(block_.data() + waiting, next, left);
      return;
    }
    std::memcpy(block_.data() + waiting, next, missing);
    compress_(state_, block_.data(), 1);
    next += missing;
    left -= missing;
  }
  compress_(state_, next, left / kBlockSize);
  const std::size_t rest = left % kBlockSize;
  if (rest != 0) std::memcpy(block_.data(), next + (left - rest), rest);
}

// FIPS 180-4, 5.1.1: a one bit, zeros up to the last 8 bytes of a block, and there the number of
// the message's bits.
template <std::size_t Words>
typename BlockDigest<Words>::Digest BlockDigest<Words>::padded_digest() noexcept {
  auto end = static_cast<std::size_t>(size_ % kBlockSize);
  block_[end++] = 0x80;
  if (end > kBlockSize - 8) {
    std::memset(block_.data() + end, 0, kBlockSize - end);
    compress_(state_, block_.data(), 1);
    end = 0;
  }
  std::memset(block_.data() + end, 0, kBlockSize - 8 - end);
  const std::uint64_t bits = size_ * 8;
  write_word(static_cast<std::uint32_t>(bits >> 32), block_.data() + kBlockSize - 8);
  write_word(static_cast<std::uint32_t>(bits), block_.data() + kBlockSize - 4);
  compress_(state_, block_.data(), 1);

  Digest digest;
  for (std::size_t i = 0; i < Words; ++i) write_word(state_[i], digest.data() + 4 * i);
  return digest;
}

template class BlockDigest<5>;
template class BlockDigest<8>;

}  // namespace internal

namespace {

// FIPS 180-4, 6.1.2.
void compress_sha1(std::array<std::uint32_t, 5>& state, const unsigned char* blocks,
                   std::size_t count) noexcept {
  std::uint32_t w[80];
  for (; count != 0; --count, blocks += Sha1::kBlockSize) {
    for (std::size_t t = 0; t < 16; ++t) w[t] = read_word(blocks + 4 * t);
    for (std::size_t t = 16; t < 80; ++t) {
      w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    }
    auto [a, b, c, d, e] = state;
    auto round = [&a = a, &b = b, &c = c, &d = d, &e = e](std::uint32_t f, std::uint32_t k,
                                                          std::uint32_t word) {
      const std::uint32_t next = std::rotl(a, 5) + f + e + k + word;
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    };
    for (std::size_t t = 0; t < 20; ++t) round(choose(b, c, d), 0x5a827999, w[t]);
    for (std::size_t t = 20; t < 40; ++t) round(b ^ c ^ d, 0x6ed9eba1, w[t]);
    for (std::size_t t = 40; t < 60; ++t) round(majority(b, c, d), 0x8f1bbcdc, w[t]);
    for (std::size_t t = 60; t < 80; ++t) round(b ^ c ^ d, 0xca62c1d6, w[t]);
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
  }
}

// FIPS 180-4, 4.2.2: the first 32 bits of the fractions of the first 64 primes' cube roots.
constexpr std::uint32_t kSha256Constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// FIPS 180-4, 6.2.2.
void compress_sha256(std::array<std::uint32_t, 8>& state, const unsigned char* blocks,
                     std::size_t count) noexcept {
  std::uint32_t w[64];
  for (; count != 0; --count, blocks += Sha256::kBlockSize) {
    for (std::size_t t = 0; t < 16; ++t) w[t] = read_word(blocks + 4 * t);
    for (std::size_t t = 16; t < 64; ++t) {
      const std::uint32_t s0 =
          std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
      const std::uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
      w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t t = 0; t < 64; ++t) {
      const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      const std::uint32_t t1 = h + s1 + choose(e, f, g) + kSha256Constants[t] + w[t];
      const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      const std::uint32_t t2 = s0 + majority(a, b, c);
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d,
             state[4] + e, state[5] + f, state[6] + g, state[7] + h};
  }
}

}  // namespace

// The initial values are those of FIPS 180-4, 5.3.1 and 5.3.3.
Sha1::Sha1() noexcept
    : BlockDigest({0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, compress_sha1) {}

Sha256::Sha256() noexcept
    : BlockDigest({0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                   0x1f83d9ab, 0x5be0cd19},
                  compress_sha256) {}

}  // namespace eddy::inline v0
