// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

namespace internal {

/// A method of HTTP, and the member of a handler class that answers it.
template <class Member>
struct FurtherMethod {
  std::string_view name;
  Member member;
};

/// A string literal as an argument of a template.
template <std::size_t kSize>
struct MethodLiteral {
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is what is written
  consteval MethodLiteral(const char (&literal)[kSize]) {
    for (std::size_t i = 0; i < kSize; ++i) text[i] = literal[i];
  }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, kSize - 1}; }

  char text[kSize] = {};
};

constexpr bool has_member_or_none(std::string_view name) noexcept {
  return name == "GET" || name == "HEAD" || name == "POST" || name == "PUT" || name == "PATCH" ||
         name == "DELETE" || name == "OPTIONS" || name == "CONNECT";
}

}  // namespace internal

/// What `further_methods` of a handler class is made of, where it answers methods beyond get, head,
/// post, put, patch, del and options. The framework looks for the name `further_methods`, which
/// stands behind the members that it names: one of these, or a std::tuple of several.
///
///     struct Folder : RequestHandler {
///       Task<void> propfind(std::string path);
///       void mkcol(std::string path);
///       static constexpr auto further_methods =
///           std::tuple(further_method<"PROPFIND">(&Folder::propfind),
///                      further_method<"MKCOL">(&Folder::mkcol));
///     };
///
/// The members are as the named ones in everything: parameters, results, prepare() before them.
/// A class that derives from Folder has them too, unless it has `further_methods` of its own.
/// Methods are told apart by case. A name that is no token, that of one of the seven, or CONNECT
/// (which has no path) does not compile.
/// Source: tornado.web.RequestHandler.SUPPORTED_METHODS.
template <internal::MethodLiteral kName, class Member>
constexpr internal::FurtherMethod<Member> further_method(Member member) noexcept {
  static_assert(internal::is_token(kName.view()),
                "eddy: the name of a further method is a token (RFC 9110, 9.1)");
  static_assert(!internal::has_member_or_none(kName.view()),
                "eddy: a further method is none of those that are answered by the member of their "
                "name, and not CONNECT");
  return {kName.view(), member};
}

namespace internal {

template <class Member>
constexpr std::tuple<FurtherMethod<Member>> all_of(FurtherMethod<Member> one) noexcept {
  return {one};
}
template <class... Members>
constexpr std::tuple<FurtherMethod<Members>...> all_of(
    std::tuple<FurtherMethod<Members>...> all) noexcept {
  return all;
}

template <class... Members>
constexpr bool are_different(const std::tuple<FurtherMethod<Members>...>& all) noexcept {
  return std::apply(
      [](const auto&... method) {
        const std::string_view names[] = {method.name...};
        for (const std::string_view& name : names) {
          for (const std::string_view* other = names; other != &name; ++other) {
            if (*other == name) return false;
          }
        }
        return true;
      },
      all);
}

/// As Verb_get, for the Ith of them.
template <std::size_t I>
struct FurtherVerb {
  template <class H>
  static constexpr auto member() {
    return std::get<I>(all_of(H::further_methods)).member;
  }
};

template <class H, class Arguments, std::size_t I>
void add_further_method(RouteDefinition& definition, void* arguments) {
  using Function = MemberFunction<decltype(FurtherVerb<I>::template member<H>())>;
  constexpr bool kIsFunction = Function::kValid;
  static_assert(kIsFunction, "eddy: a further method of a handler is a member function of it");
  if constexpr (kIsFunction) {
    constexpr bool kReturns = HandlerResult<typename Function::Result>;
    static_assert(kReturns,
                  "eddy: a further method of a handler must return void or eddy::Task<void>");
    if constexpr (kReturns) {
      constexpr std::string_view kName = std::get<I>(all_of(H::further_methods)).name;
      definition.at(MethodName(kName)) =
          HandlerMethod<H, FurtherVerb<I>, Arguments>::entry(arguments);
    }
  }
}

template <class H, class Arguments, std::size_t... I>
void add_each_of(RouteDefinition& definition, void* arguments, std::index_sequence<I...>) {
  (add_further_method<H, Arguments, I>(definition, arguments), ...);
}

/// Found by the type of `further_methods`.
template <class H, class Arguments, class Further>
void add_further_methods(RouteDefinition& definition, void* arguments, const Further& /*further*/) {
  constexpr bool kDifferent = are_different(all_of(H::further_methods));
  static_assert(kDifferent, "eddy: further_methods names a method twice");
  constexpr std::size_t kCount = std::tuple_size_v<decltype(all_of(H::further_methods))>;
  add_each_of<H, Arguments>(definition, arguments, std::make_index_sequence<kCount>());
}

}  // namespace internal
}  // namespace eddy::inline v0::web
