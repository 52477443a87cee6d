// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <eddy/core/base/export.h>

/// Decimal numbers in paths, pages and JSON. Out of line, as <charconv> is large and every
/// program's headers would bring it.
namespace eddy::inline v0::web::internal {

/// False: the text is no such number, as a whole, or it does not fit.
EDDY_API bool read_number(std::string_view text, long long& value) noexcept;
EDDY_API bool read_number(std::string_view text, unsigned long long& value) noexcept;
EDDY_API bool read_number(std::string_view text, float& value) noexcept;
EDDY_API bool read_number(std::string_view text, double& value) noexcept;
EDDY_API bool read_number(std::string_view text, long double& value) noexcept;

/// The widest type of T's kind that read_number and NumberText take.
template <class T>
using WideNumber =
    std::conditional_t<std::is_floating_point_v<T>, T,
                       std::conditional_t<std::is_signed_v<T>, long long, unsigned long long>>;

/// A number's shortest text that reads as the same number.
class EDDY_API NumberText {
 public:
  explicit NumberText(long long value) noexcept;
  explicit NumberText(unsigned long long value) noexcept;
  explicit NumberText(float value) noexcept;
  explicit NumberText(double value) noexcept;
  explicit NumberText(long double value) noexcept;
  [[nodiscard]] std::string_view text() const noexcept { return {digits_, size_}; }

 private:
  char digits_[64];
  std::size_t size_;
};

/// Numbers that are meant as such: no truth values, and no characters.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                 !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                 !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <Number T>
NumberText number_text(T value) noexcept {
  return NumberText(static_cast<WideNumber<T>>(value));
}

}  // namespace eddy::inline v0::web::internal
