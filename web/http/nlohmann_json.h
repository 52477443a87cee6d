// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include <eddy/web/http/json.h>
#include <nlohmann/json.hpp>

/// JSON by nlohmann/json, for who includes this header and has that library (Debian:
/// nlohmann-json3-dev). A nlohmann::json and every type with to_json() and from_json() can be
/// written, returned and taken by handlers and functions.
namespace eddy::inline v0::web {

namespace internal {

/// Text is text here and no JSON string, and numbers are numbers.
template <class T>
concept NlohmannClass =
    std::is_class_v<T> && !std::is_convertible_v<const T&, std::string_view> &&
    (nlohmann::detail::is_basic_json<T>::value || requires(nlohmann::json & json, const T& value) {
      nlohmann::adl_serializer<T>::to_json(json, value);
    });

/// As Tornado's json_encode: ASCII alone, and safe in a script element. Throws
/// nlohmann::json::type_error for text that is not UTF-8.
template <class Json>
void append_nlohmann(std::string& out, const Json& json) {
  const std::size_t start = out.size();
  out += json.dump(-1, ' ', true);
  escape_json_end_tags(out, start);
}

/// To write an object, to copy and to destroy it takes stack for each level: what a client has sent
/// may not have enough of them to exhaust it.
inline constexpr int kMostJsonLevels = 256;
inline bool refuse_depth(int depth, nlohmann::json::parse_event_t /*event*/,
                         nlohmann::json& /*parsed*/) {
  if (depth < kMostJsonLevels) return true;
  throw JsonError("it nests more than " + std::to_string(kMostJsonLevels) + " levels");
}

}  // namespace internal

template <internal::NlohmannClass T>
struct JsonValue<T> {
  static void append(std::string& out, const T& value) {
    if constexpr (nlohmann::detail::is_basic_json<T>::value) {
      internal::append_nlohmann(out, value);
    } else {
      internal::append_nlohmann(out, nlohmann::json(value));
    }
  }
  static T parse(std::string_view text) {
    try {
      nlohmann::json json = nlohmann::json::parse(text, internal::refuse_depth);
      if constexpr (std::same_as<T, nlohmann::json>) {
        return json;
      } else {
        return json.template get<T>();
      }
    } catch (const nlohmann::json::exception& error) {
      throw JsonError(error.what());
    }
  }
};

}  // namespace eddy::inline v0::web
