// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/xsrf_token.h>

#include <array>
#include <stdexcept>

#include <eddy/core/base/hex.h>
#include <eddy/web/app/internal/token_version.h>

namespace eddy::inline v0::web {

namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t kMaskSize = 4;

// Its own inverse.
std::string masked(std::string_view mask, std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<char>(out[i] ^ mask[i % kMaskSize]);
  }
  return out;
}

// Whether there is a number before the first '|'. Here, other than for signed values, any number is
// a version.
bool names_a_version(std::string_view text) noexcept {
  const std::size_t bar = text.find('|');
  return bar != std::string_view::npos && bar != 0 && text.front() != '0' &&
         text.substr(0, bar).find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

XsrfToken XsrfToken::generate(TimePoint now, RandomSource random) {
  std::string raw(kSize, '\0');
  random({reinterpret_cast<unsigned char*>(raw.data()), raw.size()});
  return {std::move(raw), floor<seconds>(now), 0};
}

std::optional<XsrfToken> XsrfToken::parse(std::string_view text, TimePoint now) {
  if (text.empty()) return std::nullopt;
  if (names_a_version(text)) {
    return text.starts_with("2|") ? parse_v2(text.substr(2)) : std::nullopt;
  }
  return XsrfToken(hex_decode(text).value_or(std::string(text)), floor<seconds>(now), 1);
}

std::optional<XsrfToken> XsrfToken::parse_v2(std::string_view text) {
  std::array<std::string_view, 2> digits;
  for (std::string_view& field : digits) {
    const std::size_t bar = text.find('|');
    if (bar == std::string_view::npos) return std::nullopt;
    field = text.substr(0, bar);
    text.remove_prefix(bar + 1);
  }
  const auto mask = hex_decode(digits[0]);
  const auto token = hex_decode(digits[1]);
  const auto created = internal::parse_decimal(text);
  if (!mask || mask->size() != kMaskSize || !token || token->empty() || !created) {
    return std::nullopt;
  }
  return XsrfToken(masked(*mask, *token), sys_seconds(seconds(*created)), 2);
}

std::string XsrfToken::text(int version, RandomSource random) const {
  if (version == 1) return hex_encode(raw_);
  if (version != 2) {
    throw std::invalid_argument("XSRF tokens have no version " + std::to_string(version));
  }
  std::string mask(kMaskSize, '\0');
  random({reinterpret_cast<unsigned char*>(mask.data()), mask.size()});
  return "2|" + hex_encode(mask) + "|" + hex_encode(masked(mask, raw_)) + "|" +
         std::to_string(created_.time_since_epoch().count());
}

}  // namespace eddy::inline v0::web
