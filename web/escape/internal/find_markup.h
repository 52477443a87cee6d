// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

// EDDY_PORTABLE_SCAN: as on a machine without SSE2, for tests.
#if defined(__SSE2__) && !defined(EDDY_PORTABLE_SCAN)
#  include <emmintrin.h>
#  define EDDY_MARKUP_SSE2 1
#else
#  define EDDY_MARKUP_SSE2 0
#endif

/// The loop that escaping HTML goes through: most text has nothing to escape.
namespace eddy::inline v0::web::internal {

inline constexpr std::array<bool, 256> kIsMarkup = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("&<>\"'")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

/// The first place in [p, end) with one of `& < > " '`, or `end`.
inline const char* find_markup_portable(const char* p, const char* end) noexcept {
  while (p != end && !kIsMarkup[static_cast<unsigned char>(*p)]) ++p;
  return p;
}

#if EDDY_MARKUP_SSE2
/// The same, sixteen bytes at a time. '&' and '\'' differ in one bit, and so do '<' and '>'.
inline const char* find_markup_sse2(const char* p, const char* end) noexcept {
  const __m128i one = _mm_set1_epi8(1);
  const __m128i two = _mm_set1_epi8(2);
  const __m128i apostrophe = _mm_set1_epi8('\'');
  const __m128i greater = _mm_set1_epi8('>');
  const __m128i quote = _mm_set1_epi8('"');
  for (; end - p >= 16; p += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i amp = _mm_cmpeq_epi8(_mm_or_si128(block, one), apostrophe);
    const __m128i angle = _mm_cmpeq_epi8(_mm_or_si128(block, two), greater);
    const __m128i any = _mm_or_si128(_mm_or_si128(amp, angle), _mm_cmpeq_epi8(block, quote));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(any));
    if (found != 0) return p + __builtin_ctz(found);
  }
  return find_markup_portable(p, end);
}
#endif

inline const char* find_markup(const char* p, const char* end) noexcept {
#if EDDY_MARKUP_SSE2
  return find_markup_sse2(p, end);
#else
  return find_markup_portable(p, end);
#endif
}

}  // namespace eddy::inline v0::web::internal
