// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/escape/internal/number.h>

#include <charconv>
#include <system_error>

namespace eddy::inline v0::web::internal {

namespace {

template <class T>
bool read(std::string_view text, T& value) noexcept {
  // Infinity and "not a number" are words, not numbers.
  constexpr bool kFloating = std::is_floating_point_v<T>;
  if (kFloating && text.find_first_not_of("0123456789.-eE+") != std::string_view::npos) {
    return false;
  }
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

template <class T>
std::size_t write(char (&digits)[64], T value) noexcept {
  return static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, value).ptr -
                                  digits);
}

}  // namespace

bool read_number(std::string_view text, long long& value) noexcept { return read(text, value); }
bool read_number(std::string_view text, unsigned long long& value) noexcept {
  return read(text, value);
}
bool read_number(std::string_view text, float& value) noexcept { return read(text, value); }
bool read_number(std::string_view text, double& value) noexcept { return read(text, value); }
bool read_number(std::string_view text, long double& value) noexcept { return read(text, value); }

NumberText::NumberText(long long value) noexcept : size_(write(digits_, value)) {}
NumberText::NumberText(unsigned long long value) noexcept : size_(write(digits_, value)) {}
NumberText::NumberText(float value) noexcept : size_(write(digits_, value)) {}
NumberText::NumberText(double value) noexcept : size_(write(digits_, value)) {}
NumberText::NumberText(long double value) noexcept : size_(write(digits_, value)) {}

}  // namespace eddy::inline v0::web::internal
