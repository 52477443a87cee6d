// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/base64.h>

#include <array>
#include <cstddef>

namespace eddy::inline v0 {

namespace {

constexpr std::string_view kCommonDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr unsigned char kNoDigit = 0xFF;

struct Alphabet {
  std::array<char, 64> digits{};
  std::array<unsigned char, 256> values{};

  constexpr Alphabet(char digit62, char digit63) {
    for (std::size_t i = 0; i < kCommonDigits.size(); ++i) digits[i] = kCommonDigits[i];
    digits[62] = digit62;
    digits[63] = digit63;
    for (unsigned char& value : values) value = kNoDigit;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      values[static_cast<unsigned char>(digits[i])] = static_cast<unsigned char>(i);
    }
  }
};

constexpr Alphabet kStandard('+', '/');
constexpr Alphabet kUrl('-', '_');

const Alphabet& alphabet_of(Base64 form) noexcept {
  return form == Base64::standard ? kStandard : kUrl;
}

}  // namespace

std::string base64_encode(std::string_view bytes, Base64 form) {
  const Alphabet& alphabet = alphabet_of(form);
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  while (!bytes.empty()) {
    const std::string_view group = bytes.substr(0, 3);
    bytes.remove_prefix(group.size());
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i <= group.size(); ++i) {
      text += alphabet.digits[bits >> (18 - 6 * i) & 63];
    }
    if (form != Base64::url_unpadded) text.append(3 - group.size(), '=');
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text, Base64 form) {
  if (form != Base64::url_unpadded) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  // One digit that is left over makes no byte.
  if (text.size() % 4 == 1) return std::nullopt;

  const Alphabet& alphabet = alphabet_of(form);
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned count = 0;  // of the bits in `bits` that are in no byte yet
  for (const char c : text) {
    const unsigned char value = alphabet.values[static_cast<unsigned char>(c)];
    if (value == kNoDigit) return std::nullopt;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFF);
    }
  }
  if ((bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace eddy::inline v0
