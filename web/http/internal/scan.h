// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include <eddy/web/http/internal/char_class.h>

// EDDY_PORTABLE_SCAN: as on a machine without SSE2, for tests.
#if defined(__SSE2__) && !defined(EDDY_PORTABLE_SCAN)
#  include <emmintrin.h>
#  define EDDY_SCAN_SSE2 1
#else
#  define EDDY_SCAN_SSE2 0
#endif

/// The loops that most of a parser's time goes into: to the first byte that a part of a head can't
/// have.
namespace eddy::inline v0::web::internal {

/// skip_class for field values, which heads are mostly made of: eight bytes at a time.
inline const char* skip_value_portable(const char* p, const char* end) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    // A high bit is set for each byte below 0x20, and for each that is DEL; a borrow can only add
    // false alarms, which the table then sorts out.
    const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHigh;
    const std::uint64_t without_del = word ^ (kOnes * 0x7F);
    const std::uint64_t del = (without_del - kOnes) & ~without_del & kHigh;
    if ((control | del) != 0) {
      const char* stop = skip_class(p, p + 8, kValueChar);
      if (stop != p + 8) return stop;
    }
    p += 8;
  }
  return skip_class(p, end, kValueChar);
}

#if EDDY_SCAN_SSE2
/// The same, sixteen bytes at a time, on every x86-64 machine. Twice as many, with AVX2, are no
/// faster: few values are so long.
inline const char* skip_value_sse2(const char* p, const char* end) noexcept {
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i del = _mm_set1_epi8(0x7F);
  while (end - p >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
    const __m128i suspects = _mm_or_si128(control, _mm_cmpeq_epi8(block, del));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(suspects));
    if (found == 0) {
      p += 16;
      continue;
    }
    p += __builtin_ctz(found);
    if (*p != '\t') return p;
    ++p;
  }
  return skip_class(p, end, kValueChar);
}
#endif

inline const char* skip_value(const char* p, const char* end) noexcept {
#if EDDY_SCAN_SSE2
  return skip_value_sse2(p, end);
#else
  return skip_value_portable(p, end);
#endif
}

inline bool is_field_value(std::string_view text) noexcept {
  if (text.empty()) return true;
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  const char* const end = text.data() + text.size();
  return !blank(text.front()) && !blank(text.back()) && skip_value(text.data(), end) == end;
}
/// A reason that may be sent, and stand on a page of the program's own that escapes nothing.
inline bool is_reason(std::string_view text) noexcept {
  return is_field_value(text) && text.find('<') == std::string_view::npos;
}

}  // namespace eddy::inline v0::web::internal
