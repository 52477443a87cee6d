// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>

#include <eddy/core/task/task.h>
#include <eddy/web/app/internal/name_probe.h>
#include <eddy/web/http/internal/answer.h>
#include <eddy/web/http/internal/signature.h>

/// What handlers have in common that open something which outlives their request: a WebSocket, or a
/// stream of events.
namespace eddy::inline v0::web::internal {

EDDY_WEB_PROBE(open)
EDDY_WEB_PROBE(on_close)

/// The request is wanted until the end.
template <class H>
inline constexpr bool kKeepsRequest = false;
template <class H>
requires requires { H::keep_request; }
inline constexpr bool kKeepsRequest<H> = H::keep_request;

/// Calls a hook that may give a task.
template <class Call>
std::optional<Task<void>> hook(Call call) {
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
    return {};
  } else {
    return call();
  }
}

/// The parameters that open() takes of the path.
template <class H>
constexpr auto open_parameters() {
  if constexpr (Verb_open::exists<H>()) {
    return typename MemberFunction<decltype(Verb_open::member<H>())>::template Apply<Types>();
  } else {
    return Types<>();
  }
}

/// Parameters of functions that look into the request.
template <class Arg>
inline constexpr bool kViewsRequest =
    kIsRequest<Arg> || std::is_same_v<std::remove_cvref_t<Arg>, std::string_view> ||
    std::is_same_v<std::remove_cvref_t<Arg>, std::optional<std::string_view>>;

}  // namespace eddy::inline v0::web::internal
