// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/internal/url_argument.h>
#include <eddy/web/escape/escape.h>
#include <eddy/web/escape/internal/number.h>
#include <eddy/web/escape/linkify.h>
#include <eddy/web/http/json_encode.h>
#include <eddy/web/http/text.h>

namespace eddy::inline v0::web {
class RequestHandler;
}

/// What compiled templates stand on. Their sources include this header; programs need it only to
/// give a type of theirs a text: a member `void append_to(std::string& out) const`, or a function
/// `append_to(std::string& out, const T& value)` in the type's namespace.
namespace eddy::inline v0::web::template_support {

using internal::Number;
using internal::number_text;

template <class T>
concept Text = std::is_convertible_v<const T&, std::string_view> &&
    !std::same_as<std::remove_cvref_t<T>, std::nullptr_t>;

template <class T>
concept AppendsItself = requires(const T& value, std::string& out) {
  value.append_to(out);
};

/// std::optional, and what is like it.
template <class T>
concept Maybe = !Text<T> && requires(const T& value) {
  { value.has_value() } -> std::same_as<bool>;
  *value;
};

template <class T>
constexpr bool is_printable() {
  if constexpr (Text<T> || Number<T> || std::same_as<T, bool> || std::same_as<T, char> ||
                AppendsItself<T> || TextAppendable<T>) {
    return true;
  } else if constexpr (Maybe<T>) {
    return is_printable<std::remove_cvref_t<decltype(*std::declval<const T&>())>>();
  } else {
    return false;
  }
}

/// What {{ }} takes: text, numbers in decimal, `true` and `false`, characters, an optional of these
/// (nothing where it is empty), and types that have an append_to().
template <class T>
concept Printable = is_printable<T>();

/// A view of text of any type; of no characters where a pointer is null.
template <Text T>
std::string_view view_of(const T& text) {
  if constexpr (std::is_pointer_v<T>) {
    if (text == nullptr) return {};
  }
  return text;
}

/// Appends the value as it is.
template <Printable T>
void append(std::string& out, const T& value) {
  if constexpr (Text<T>) {
    out.append(view_of(value));
  } else if constexpr (AppendsItself<T>) {
    value.append_to(out);
  } else if constexpr (TextAppendable<T>) {
    append_to(out, value);
  } else if constexpr (std::same_as<T, bool>) {
    out.append(value ? "true" : "false");
  } else if constexpr (std::same_as<T, char>) {
    out.push_back(value);
  } else if constexpr (Maybe<T>) {
    if (value.has_value()) template_support::append(out, *value);
  } else {
    out.append(number_text(value).text());
  }
}

/// The value's text, for a function that takes one.
template <Printable T>
std::string text_of(const T& value) {
  std::string text;
  template_support::append(text, value);
  return text;
}

/// Whether no value has a character in it that the escaping functions change: 1e+20 has one.
template <class T>
concept NeedsNoEscape = std::same_as<T, bool> ||(Number<T> && !std::is_floating_point_v<T>);

/// Appends the value's text as `escape(out, text)` writes it.
template <class T, class Escape>
void append_escaped(std::string& out, const T& value, const Escape& escape) {
  if constexpr (Text<T>) {
    escape(out, view_of(value));
  } else if constexpr (NeedsNoEscape<T>) {
    template_support::append(out, value);
  } else if constexpr (Number<T>) {
    escape(out, number_text(value).text());
  } else if constexpr (Maybe<T> && !AppendsItself<T> && !TextAppendable<T>) {
    if (value.has_value()) append_escaped(out, *value, escape);
  } else {
    escape(out, std::string_view(text_of(value)));
  }
}

template <Printable T>
void append_xhtml(std::string& out, const T& value) {
  append_escaped(out, value, append_xhtml_escaped);
}

template <Printable T>
void append_attribute(std::string& out, const T& value) {
  append_escaped(out, value, append_attribute_escaped);
}

template <Printable T>
void append_url(std::string& out, const T& value) {
  append_escaped(out, value,
                 [](std::string& to, std::string_view text) { to += url_escape(text); });
}

template <class T>
constexpr bool is_json_encodable() {
  if constexpr (Printable<T> || JsonWritable<T>) {
    return true;
  } else if constexpr (Maybe<T>) {
    return is_json_encodable<std::remove_cvref_t<decltype(*std::declval<const T&>())>>();
  } else {
    return false;
  }
}

/// What json_encode() takes: what {{ }} takes, and types that have a JsonValue.
template <class T>
concept JsonEncodable = is_json_encodable<T>();

/// As web::json_encode() does, and what only {{ }} takes as text in quotes.
template <JsonEncodable T>
void append_json(std::string& out, const T& value) {
  if constexpr (JsonWritable<T>) {
    const std::size_t start = out.size();
    internal::append_json_of(out, value);
    // It should be already; a page is where it matters.
    escape_json_end_tags(out, start);
  } else if constexpr (AppendsItself<T> || TextAppendable<T> || std::same_as<T, char>) {
    append_escaped(out, value, append_json_string);
  } else if constexpr (Maybe<T>) {
    if (value.has_value()) return append_json(out, *value);
    out.append("null");
  } else {
    internal::append_json_of(out, value);
  }
}

/// What {% set %} keeps: its own copy, so that what is done to it is not done to the program's
/// data. Of a literal and of a view it is a std::string: more can be added, and any text be its
/// next value.
template <class T>
requires std::is_constructible_v<std::decay_t<T>, T>
auto own(T&& value) {
  using Value = std::decay_t<T>;
  if constexpr (std::same_as<Value, const char*> || std::same_as<Value, char*> ||
                std::same_as<Value, std::string_view>) {
    return std::string(view_of(value));
  } else if constexpr (std::same_as<Value, std::vector<bool>::reference>) {
    return static_cast<bool>(value);
  } else {
    return Value(std::forward<T>(value));
  }
}

/// An included template's {% param %}: what is called so where it is included must be of that type.
template <class Param, class Value>
requires std::is_convertible_v<Value&, Param>
constexpr void need(const Value& /*value*/) {}

/// A module that may have resources; see PageResources.
template <class T, class Resources>
concept AppendsItselfTo = AppendsItself<T> ||
    requires(const T& value, std::string& out, Resources& resources) {
  value.append_to(out, resources);
};

/// What {% module %} takes. What a function returns may be text, which stands there as it is; a
/// variable may not: whoever looks for text that is not escaped looks for {% raw %}.
template <class T, class Resources>
concept Module = AppendsItselfTo<std::remove_cvref_t<T>, Resources> ||
    (!std::is_lvalue_reference_v<T> && (Text<T> || TextAppendable<T>));

template <class Resources, Module<Resources> T>
void append_module(std::string& out, Resources& resources, T&& module) {
  if constexpr (AppendsItselfTo<std::remove_cvref_t<T>, Resources>) {
    resources.append(out, module);
  } else {
    template_support::append(out, module);
  }
}

/// The numbers of Python's range().
class Range {
 public:
  class Iterator {
   public:
    constexpr Iterator(long long value, long long step) : value_(value), step_(step) {}
    constexpr long long operator*() const { return value_; }
    constexpr Iterator& operator++() {
      value_ += step_;
      return *this;
    }
    constexpr bool operator!=(const Iterator& end) const {
      return step_ > 0 ? value_ < end.value_ : value_ > end.value_;
    }

   private:
    long long value_;
    long long step_;
  };

  constexpr Range(long long begin, long long end, long long step)
      : begin_(begin), end_(end), step_(step == 0 ? 1 : step) {}
  [[nodiscard]] constexpr Iterator begin() const { return {begin_, step_}; }
  [[nodiscard]] constexpr Iterator end() const { return {end_, step_}; }

 private:
  long long begin_;
  long long end_;
  long long step_;
};

/// By this thread's Translator (translation.h), or as it is.
[[nodiscard]] EDDY_API std::string translated(std::string_view message, std::string_view context);
[[nodiscard]] EDDY_API std::string translated(std::string_view message,
                                              std::string_view plural_message, long long count,
                                              std::string_view context);

/// A line of one of a page's files, by its index.
constexpr unsigned place(unsigned file, unsigned line) { return file << 20 | line; }
/// In a catch clause: thrown_at() tells the exception's place.
EDDY_API void thrown_in(const char* const* files, unsigned place) noexcept;

[[nodiscard]] EDDY_API RequestHandler& page_handler();

/// The path of a route, of the page's handler.
[[nodiscard]] EDDY_API std::string reverse_url_of(
    std::string_view name, std::initializer_list<internal::UrlArgument> values);

}  // namespace eddy::inline v0::web::template_support

/// What every template may call without a prefix.
namespace eddy::inline v0::web::template_names {

using web::attribute_escape;
/// HTML with links, of plain text. It needs {% raw %} or {% module %}.
using web::linkify;
using web::squeeze;
using web::url_escape;
using web::xhtml_escape;

/// Tornado's other name for xhtml_escape().
inline std::string escape(std::string_view text) { return xhtml_escape(text); }

/// `{% for i in range(3) %}`: 0, 1, 2, as in Python.
constexpr template_support::Range range(long long end) { return {0, end, 1}; }
constexpr template_support::Range range(long long begin, long long end, long long step = 1) {
  return {begin, end, step};
}

/// The message, translated for who the page is for; see Translator. In parentheses, since programs
/// with gettext have macros of these names, which are theirs to use.
inline std::string(_)(std::string_view message) {
  return template_support::translated(message, {});
}
/// The form of it for so many.
inline std::string(_)(std::string_view message, std::string_view plural_message, long long count) {
  return template_support::translated(message, plural_message, count, {});
}
/// Where a message has another translation in another place: `pgettext("menu", "Open")`.
inline std::string(pgettext)(std::string_view context, std::string_view message) {
  return template_support::translated(message, context);
}
inline std::string(pgettext)(std::string_view context, std::string_view message,
                             std::string_view plural_message, long long count) {
  return template_support::translated(message, plural_message, count, context);
}

/// The handler whose render() appends the page, of that type or one that is derived from it: a
/// base class of the site's handlers, say, with current_user(). For templates and for modules,
/// which include its header. Throws std::logic_error where the page's is another one. This and the
/// next four throw it in other pages, too.
template <class Handler>
[[nodiscard]] Handler& handler() {
  auto* const found = dynamic_cast<Handler*>(&template_support::page_handler());
  if (found != nullptr) return *found;
  throw std::logic_error("the handler of this page is not of the type that handler<>() asks for");
}
/// As RequestHandler::static_url().
[[nodiscard]] EDDY_API std::string static_url(std::string_view path);
/// As RequestHandler::csp_nonce(): `<script nonce="{{ csp_nonce() }}">`.
[[nodiscard]] EDDY_API std::string csp_nonce();
/// As RequestHandler::xsrf_form_html(). It needs {% module %} or {% raw %}.
[[nodiscard]] EDDY_API std::string xsrf_form_html();
/// As RequestHandler::reverse_url().
template <class... Values>
std::string reverse_url(std::string_view name, const Values&... values) {
  return template_support::reverse_url_of(name, {internal::UrlArgument(values)...});
}

/// A value as JSON, which may stand in a script element: text, a number, a truth value, an
/// optional, and every type that has a JsonValue. It needs {% raw %} there.
template <template_support::JsonEncodable T>
std::string json_encode(const T& value) {
  std::string out;
  template_support::append_json(out, value);
  return out;
}

}  // namespace eddy::inline v0::web::template_names
