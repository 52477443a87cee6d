// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <eddy/web/app/path_value.h>
#include <eddy/web/escape/internal/number.h>

namespace eddy::inline v0::web::internal {

/// An argument of a URL, whatever its type was. Text is not copied: for one call only.
class UrlArgument {
 public:
  template <class T>
  explicit UrlArgument(const T& value) {
    set(value);
  }
  UrlArgument(const UrlArgument&) = delete;
  UrlArgument& operator=(const UrlArgument&) = delete;

  /// False for an empty std::optional.
  [[nodiscard]] bool given() const noexcept { return given_; }
  [[nodiscard]] std::string_view text() const noexcept { return own_.empty() ? view_ : own_; }

 private:
  template <class T>
  void set(const std::optional<T>& value) {
    if (value) {
      set(*value);
    } else {
      given_ = false;
    }
  }
  template <class T>
  void set(const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      view_ = value;
    } else if constexpr (requires { PathValue<T>::to_text(value); }) {
      own_ = PathValue<T>::to_text(value);
    } else if constexpr (Number<T>) {
      own_ = number_text(value).text();
    } else {
      static_assert(
          Number<T>,
          "eddy: an argument of reverse_url() is text, a number, a std::optional of one, or of a "
          "type whose eddy::web::PathValue has to_text()");
    }
  }

  std::string_view view_;
  std::string own_;
  bool given_ = true;
};

}  // namespace eddy::inline v0::web::internal
