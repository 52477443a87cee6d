// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/response.h>

/// What the functions of a program may give as an answer, and how it becomes a response.
namespace eddy::inline v0::web::internal {

template <class R>
inline constexpr bool kIsTask = false;
template <class R>
inline constexpr bool kIsTask<Task<R>> = true;

template <class R>
concept Answer = std::is_void_v<R> || std::is_same_v<R, Response> ||
    std::is_convertible_v<const R&, std::string_view>;
template <class R>
struct AnswerOf {
  using Type = R;
};
template <class R>
struct AnswerOf<Task<R>> {
  using Type = R;
};

/// Text is sent as text/plain: so nothing in it is taken for markup.
EDDY_API void answer_text(Exchange& exchange, std::string text);
EDDY_API void answer_view(Exchange& exchange, std::string_view text);
EDDY_API void answer_response(Exchange& exchange, Response response);

template <class R>
void answer(Exchange& exchange, R result) {
  if constexpr (std::is_same_v<R, Response>) {
    answer_response(exchange, std::move(result));
  } else if constexpr (std::is_same_v<R, std::string>) {
    answer_text(exchange, std::move(result));
  } else {
    answer_view(exchange, result);
  }
}

template <class R>
Task<void> answer_later(Exchange& exchange, Task<R> task) {
  if constexpr (std::is_void_v<R>) {
    co_await std::move(task);
  } else {
    answer(exchange, co_await std::move(task));
  }
}

template <class Arg>
inline constexpr bool kIsRequest = std::is_same_v<std::remove_cvref_t<Arg>, Request>;

}  // namespace eddy::inline v0::web::internal
