// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/path_value.h>
#include <eddy/web/http/http_error.h>

namespace eddy::inline v0::web {

class RequestHandler;

/// Whether blanks around an argument's value are taken off.
enum class Strip { no, yes };
/// Where arguments are looked for.
enum class ArgumentSource { any, query, body };

/// An argument that does not become what the handler asked for: a 400 whose reason names it.
class EDDY_API ArgumentError : public HttpError {
 public:
  ArgumentError(std::string_view name, const std::string& log_message);
  ArgumentError(const ArgumentError&) = default;
  ArgumentError& operator=(const ArgumentError&) = default;
  ~ArgumentError() override;
  [[nodiscard]] const std::string& argument() const noexcept { return argument_; }

 protected:
  ArgumentError(std::string_view name, const std::string& log_message, std::string reason);

 private:
  std::string argument_;
};

/// An argument that is not there: a 400. Source: tornado.web.MissingArgumentError.
class EDDY_API MissingArgumentError : public ArgumentError {
 public:
  explicit MissingArgumentError(std::string_view name);
  MissingArgumentError(const MissingArgumentError&) = default;
  MissingArgumentError& operator=(const MissingArgumentError&) = default;
  ~MissingArgumentError() override;
};

namespace internal {

struct ArgumentQuery {
  std::string_view name;
  ArgumentSource source;
  Strip strip;
};

/// The last value, cleaned. Throws ArgumentError where it is no UTF-8.
[[nodiscard]] EDDY_API std::optional<std::string> find_argument(const RequestHandler& handler,
                                                                const ArgumentQuery& query);
[[nodiscard]] EDDY_API std::vector<std::string> find_arguments(const RequestHandler& handler,
                                                               const ArgumentQuery& query);
[[noreturn]] EDDY_API void refuse_argument(std::string_view name, std::string_view text);

/// What a fallback of type T stands for: text becomes std::string.
template <class T>
using ArgumentValue =
    std::conditional_t<std::is_convertible_v<const T&, std::string_view>, std::string, T>;

template <class T>
T argument_value(std::string_view name, std::string&& text) {
  static_assert(!std::is_same_v<T, std::string_view>,
                "eddy: an argument is no view, as nothing keeps its text; take std::string");
  static_assert(PathParameter<T>,
                "eddy: an argument has a type that no text becomes; specialise "
                "eddy::web::PathValue for it");
  if constexpr (std::is_same_v<T, std::string>) {
    return std::move(text);
  } else if constexpr (PathParameter<T>) {
    auto value = PathValue<typename OptionalOf<T>::Value>::parse(text);
    if (!value) refuse_argument(name, text);
    return T(std::move(*value));
  }
}

template <class T>
T required_argument(const RequestHandler& handler, const ArgumentQuery& query) {
  std::optional<std::string> text = find_argument(handler, query);
  if (text) return argument_value<T>(query.name, std::move(*text));
  if constexpr (OptionalOf<T>::kOptional) {
    return std::nullopt;
  } else {
    throw MissingArgumentError(query.name);
  }
}

template <class T, class Fallback>
T argument_or(const RequestHandler& handler, const ArgumentQuery& query, Fallback&& fallback) {
  std::optional<std::string> text = find_argument(handler, query);
  return text ? argument_value<T>(query.name, std::move(*text))
              : T(std::forward<Fallback>(fallback));
}

template <class T>
std::vector<T> all_arguments(const RequestHandler& handler, const ArgumentQuery& query) {
  std::vector<T> values;
  for (std::string& text : find_arguments(handler, query)) {
    values.push_back(argument_value<T>(query.name, std::move(text)));
  }
  return values;
}

}  // namespace internal
}  // namespace eddy::inline v0::web
