// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

class Request;

/// How a T becomes JSON and is made of JSON: the seam to the program's own JSON library. Eddy has
/// none; <eddy/web/http/nlohmann_json.h> specialises it for all that nlohmann/json knows.
///
///     template <>
///     struct eddy::web::JsonValue<Story> {
///       static void append(std::string& out, const Story& story);
///       static Story parse(std::string_view text);  // throws JsonError
///     };
///
/// Either function may be left out. What append() gives may stand in a script element of a page,
/// see escape_json_end_tags().
template <class T>
struct JsonValue;

/// A text that is no JSON, or not that of the type: for a request's content a 400. The message is
/// for the log.
class EDDY_API JsonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  JsonError(const JsonError&) = default;
  JsonError& operator=(const JsonError&) = default;
  ~JsonError() override;
};

template <class T>
concept JsonWritable = requires(std::string& out, const T& value) {
  JsonValue<T>::append(out, value);
};
template <class T>
concept JsonReadable = requires(std::string_view text) {
  { JsonValue<T>::parse(text) } -> std::convertible_to<T>;
};

/// Makes the JSON behind `from` such that it may stand in a script element: "</" becomes "<\/", as
/// Tornado writes it, and the '<' of "<!--" and "<script", which would hide the script's end,
/// "\u003c". To a JSON parser it is the same. Linear time. Source: tornado.escape.json_encode.
EDDY_API void escape_json_end_tags(std::string& text, std::size_t from = 0);

namespace internal {

/// Throws HttpError, 415, for content that does not say that it is JSON: application/json, or a
/// type that ends in +json. Without it a page of another site could have a browser send it.
EDDY_API void require_json(const Request& request);
[[noreturn]] EDDY_API void refuse_json(const JsonError& error);

/// Of the request's content. Throws HttpError: 415, or 400 for content that is not a T's.
template <JsonReadable T>
T json_body(const Request& request, std::string_view body) {
  require_json(request);
  try {
    return JsonValue<T>::parse(body);
  } catch (const JsonError& error) {
    refuse_json(error);
  }
}

}  // namespace internal
}  // namespace eddy::inline v0::web
