// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/path_value.h>
#include <eddy/web/http/http_error.h>

namespace eddy::inline v0::web::internal {

/// One parameter from one part of the path; a part that does not convert, or one that took no part
/// where the parameter is no std::optional, is a 404.
template <class T>
T path_argument(const PathParts& parts, std::size_t index) {
  static_assert(PathParameter<T>,
                "eddy: a parameter has a type that no part of a path becomes; specialise "
                "eddy::web::PathValue for it");
  if constexpr (PathParameter<T>) {
    const std::string_view text = parts.part[index].text();
    if constexpr (OptionalOf<T>::kOptional) {
      if (text.data() == nullptr) return std::nullopt;
    } else {
      if (text.data() == nullptr) throw HttpError(404);
    }
    auto value = PathValue<typename OptionalOf<T>::Value>::parse(text);
    if (!value) throw HttpError(404);
    return T(std::move(*value));
  }
}

template <class... Ts, std::size_t... Is>
std::tuple<Ts...> path_arguments(const PathParts& parts, std::index_sequence<Is...> /*indices*/) {
  return std::tuple<Ts...>{path_argument<Ts>(parts, Is)...};
}

/// Values for parameters of the types Ts.
template <class... Ts>
std::tuple<std::remove_cvref_t<Ts>...> path_arguments(const PathParts& parts) {
  return path_arguments<std::remove_cvref_t<Ts>...>(parts, std::index_sequence_for<Ts...>());
}

}  // namespace eddy::inline v0::web::internal
