// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <eddy/web/escape/escape.h>
#include <eddy/web/escape/internal/number.h>
#include <eddy/web/http/json.h>

namespace eddy::inline v0::web {

namespace internal {

template <class T>
void append_json_of(std::string& out, const T& value) {
  if constexpr (JsonWritable<T>) {
    JsonValue<T>::append(out, value);
  } else if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::floating_point<T>) {
    // JSON has no word for infinity, nor for what is no number.
    out += value - value == 0 ? number_text(value).text() : "null";
  } else if constexpr (Number<T>) {
    out += number_text(value).text();
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    if constexpr (std::is_pointer_v<T>) {
      if (value == nullptr) {
        out += "null";
        return;
      }
    }
    append_json_string(out, value);
  } else {
    static_assert(
        requires { static_cast<bool>(value.has_value()), *value; },
        "JSON is made of text, numbers, truth values, optionals of these and of what has "
        "a JsonValue");
    if (value.has_value()) return append_json_of(out, *value);
    out += "null";
  }
}

}  // namespace internal

/// A value as JSON: text, a number, a truth value, an optional of these (null where it is empty, as
/// a null pointer to text is) or what has a JsonValue. It may stand in a script element of a page.
/// Text is to be UTF-8. Source: tornado.escape.json_encode.
template <class T>
[[nodiscard]] std::string json_encode(const T& value) {
  std::string out;
  internal::append_json_of(out, value);
  return out;
}

/// A small JSON object for an answer, where no library is needed; for anything larger there is one
/// (JsonValue).
///
///     write(JsonObject().add("number", 7).add("name", name));
///
/// A value.
class JsonObject {
 public:
  /// What json_encode() takes, JsonObjects among it. A name that is there already is not looked
  /// for: the object would have it twice.
  template <class T>
  JsonObject& add(std::string_view name, const T& value) & {
    const std::string encoded = json_encode(value);
    if (!text_.empty()) text_ += ", ";
    append_json_string(text_, name);
    text_.append(": ").append(encoded);
    return *this;
  }
  template <class T>
  JsonObject&& add(std::string_view name, const T& value) && {
    return std::move(add(name, value));
  }

 private:
  friend struct JsonValue<JsonObject>;
  std::string text_;
};

template <>
struct JsonValue<JsonObject> {
  static void append(std::string& out, const JsonObject& object) {
    out.append("{").append(object.text_).append("}");
  }
};

}  // namespace eddy::inline v0::web
