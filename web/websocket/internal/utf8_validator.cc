// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/internal/utf8_validator.h>

#include <cstdint>
#include <cstring>

#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web::internal {

namespace {

// To the first byte that is not ASCII.
const char* skip_ascii(const char* p, const char* end) noexcept {
#if EDDY_SCAN_SSE2
  const auto load = [](const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  };
  while (end - p >= 16) {
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(load(p)));
    if (found != 0) return p + __builtin_ctz(found);
    p += 16;
    // Once there is a run of it, 64 bytes are asked about at a time.
    for (; end - p >= 64; p += 64) {
      const __m128i low = _mm_or_si128(load(p), load(p + 16));
      const __m128i high = _mm_or_si128(load(p + 32), load(p + 48));
      if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0) break;
    }
  }
#else
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  for (; end - p >= 8; p += 8) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    if ((word & kHigh) != 0) break;
  }
#endif
  while (p != end && static_cast<unsigned char>(*p) < 0x80) ++p;
  return p;
}

}  // namespace

bool Utf8Validator::begin_character(unsigned char lead) noexcept {
  low_ = 0x80;
  high_ = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    missing_ = 1;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    missing_ = 2;
    if (lead == 0xE0) low_ = 0xA0;   // else it would fit into two bytes
    if (lead == 0xED) high_ = 0x9F;  // half a surrogate pair
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    missing_ = 3;
    if (lead == 0xF0) low_ = 0x90;
    if (lead == 0xF4) high_ = 0x8F;  // beyond U+10FFFF
  } else {
    return false;
  }
  return true;
}

bool Utf8Validator::feed(std::string_view piece) noexcept {
  const char* p = piece.data();
  const char* const end = p + piece.size();
  while (true) {
    for (; missing_ != 0 && p != end; ++p, --missing_) {
      const auto byte = static_cast<unsigned char>(*p);
      if (byte < low_ || byte > high_) return false;
      low_ = 0x80;
      high_ = 0xBF;
    }
    if (missing_ == 0) p = skip_ascii(p, end);
    if (p == end) return true;
    if (!begin_character(static_cast<unsigned char>(*p++))) return false;
  }
}

}  // namespace eddy::inline v0::web::internal
