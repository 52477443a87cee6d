// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/mask.h>

#include <pthread.h>

#include <cstdint>
#include <cstring>

#include <eddy/core/base/secrets.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web::internal {

MaskingKey new_masking_key() {
  // Many at once: asking the system costs more than the frame.
  struct Pool {
    std::array<MaskingKey, 64> keys;
    std::size_t left = 0;
  };
  thread_local Pool pool;
  // A forked child has keys of its own: its parent's peers have seen these.
  static const bool registered = pthread_atfork(nullptr, nullptr, [] { pool.left = 0; }) == 0;
  (void)registered;
  if (pool.left == 0) {
    random_bytes({pool.keys.front().data(), sizeof pool.keys});
    pool.left = pool.keys.size();
  }
  return pool.keys[--pool.left];
}

void apply_mask(char* data, std::size_t size, const MaskingKey& key, std::size_t offset) noexcept {
  // The key as it falls on the bytes from `data` on, twice.
  std::array<unsigned char, 4> turned;
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = key[(offset + i) % key.size()];
  std::uint32_t half;
  std::memcpy(&half, turned.data(), sizeof half);
  const std::uint64_t word = half * std::uint64_t{0x1'0000'0001};
  char* const end = data + size;
#if EDDY_SCAN_SSE2
  const __m128i block = _mm_set1_epi64x(static_cast<long long>(word));
  const auto mask = [&block](char* bytes) {
    auto* const at = reinterpret_cast<__m128i*>(bytes);
    _mm_storeu_si128(at, _mm_xor_si128(_mm_loadu_si128(at), block));
  };
  for (; end - data >= 64; data += 64) {
    mask(data);
    mask(data + 16);
    mask(data + 32);
    mask(data + 48);
  }
  for (; end - data >= 16; data += 16) mask(data);
#endif
  for (; end - data >= 8; data += 8) {
    std::uint64_t part;
    std::memcpy(&part, data, sizeof part);
    part ^= word;
    std::memcpy(data, &part, sizeof part);
  }
  if (end - data >= 4) {
    std::uint32_t part;
    std::memcpy(&part, data, sizeof part);
    part ^= half;
    std::memcpy(data, &part, sizeof part);
    data += sizeof part;
  }
  for (std::size_t i = 0; data != end; ++data, ++i) {
    *data = static_cast<char>(static_cast<unsigned char>(*data) ^ turned[i]);
  }
}

}  // namespace eddy::inline v0::web::internal
