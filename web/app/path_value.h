// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <eddy/core/base/export.h>
#include <eddy/web/escape/internal/number.h>

namespace eddy::inline v0::web {

/// How a captured part of a path becomes a T: the one place to teach it a type of yours.
///
///     template <>
///     struct eddy::web::PathValue<Colour> {
///       static std::optional<Colour> parse(std::string_view text);  // nothing: the answer is a
///       404
///     };
///
/// A `static std::string to_text(const Colour&)` (or of std::string_view) beside it makes it an
/// argument of Application::reverse_url() too. PathEnum has both for enumerations.
///
/// The text is percent-decoded and valid UTF-8. Views of it are valid until the handler's task has
/// ended. Integers and floating-point numbers are decimal and must take the whole part; what does
/// not fit the type is a 404. std::uint8_t and std::int8_t are numbers, char is not.
template <class T>
struct PathValue;

namespace internal {
[[noreturn]] EDDY_API void throw_nameless(long long value);
}  // namespace internal

template <class T>
requires(std::integral<T>&& internal::Number<T>) struct PathValue<T> {
  static std::optional<T> parse(std::string_view text) noexcept {
    internal::WideNumber<T> wide{};
    if (!internal::read_number(text, wide)) return std::nullopt;
    const T value = static_cast<T>(wide);
    if (value != wide) return std::nullopt;
    return value;
  }
};

template <std::floating_point T>
struct PathValue<T> {
  static std::optional<T> parse(std::string_view text) noexcept {
    T value{};
    if (!internal::read_number(text, value)) return std::nullopt;
    return value;
  }
};

template <>
struct PathValue<std::string_view> {
  static std::optional<std::string_view> parse(std::string_view text) noexcept { return text; }
};

template <>
struct PathValue<std::string> {
  static std::optional<std::string> parse(std::string_view text) { return std::string(text); }
};

/// What an enumerator is called in paths.
template <class E>
struct EnumName {
  std::string_view name;
  E value;
};

/// PathValue of an enumeration whose values have names in paths; any other text is a 404.
///
///     constexpr eddy::web::EnumName<Colour> kColours[] = {{"red", Colour::red}, ...};
///     template <>
///     struct eddy::web::PathValue<Colour> : eddy::web::PathEnum<Colour, kColours> {};
template <class E, const auto& kNames>
struct PathEnum {
  static std::optional<E> parse(std::string_view text) noexcept {
    for (const EnumName<E>& known : kNames) {
      if (known.name == text) return known.value;
    }
    return std::nullopt;
  }
  /// Throws std::invalid_argument for a value without a name.
  static std::string_view to_text(E value) {
    for (const EnumName<E>& known : kNames) {
      if (known.value == value) return known.name;
    }
    internal::throw_nameless(static_cast<long long>(value));
  }
};

namespace internal {

template <class T>
struct OptionalOf {
  using Value = T;
  static constexpr bool kOptional = false;
};
template <class T>
struct OptionalOf<std::optional<T>> {
  using Value = T;
  static constexpr bool kOptional = true;
};

/// Types that a parameter for a part of the path can have.
template <class T>
concept PathParameter = requires(std::string_view text) {
  {
    PathValue<typename OptionalOf<T>::Value>::parse(text)
    } -> std::convertible_to<std::optional<typename OptionalOf<T>::Value>>;
};

}  // namespace internal
}  // namespace eddy::inline v0::web
