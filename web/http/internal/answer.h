// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/bytes.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/signature.h>
#include <eddy/web/http/json.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/response.h>
#include <eddy/web/http/text.h>

/// What the functions of a program may give as an answer, and how it becomes a response.
namespace eddy::inline v0::web::internal {

template <class R>
inline constexpr bool kIsTask = false;
template <class R>
inline constexpr bool kIsTask<Task<R>> = true;

template <class R>
concept Answer = std::is_void_v<R> || std::is_same_v<R, Response> ||
    std::is_convertible_v<const R&, std::string_view> || Bytes<R> || JsonWritable<R> ||
    TextAppendable<R>;
template <class R>
struct AnswerOf {
  using Type = R;
};
template <class R>
struct AnswerOf<Task<R>> {
  using Type = R;
};

/// Text is sent as text/plain: so nothing in it is taken for markup.
EDDY_API void answer_text(Exchange& exchange, std::string&& text);
EDDY_API void answer_view(Exchange& exchange, std::string_view text);
/// As application/octet-stream.
EDDY_API void answer_bytes(Exchange& exchange, std::string_view bytes);
EDDY_API void answer_json(Exchange& exchange, std::string&& text);
EDDY_API void answer_response(Exchange& exchange, Response&& response);

// By reference: a coroutine's frame has room for every copy.
template <class R>
void answer(Exchange& exchange, R result) {
  if constexpr (std::is_same_v<R, Response>) {
    answer_response(exchange, std::move(result));
  } else if constexpr (std::is_same_v<R, std::string>) {
    answer_text(exchange, std::move(result));
  } else if constexpr (std::is_convertible_v<const R&, std::string_view>) {
    answer_view(exchange, result);
  } else if constexpr (Bytes<R>) {
    answer_bytes(exchange, view_of(result));
  } else if constexpr (JsonWritable<R>) {
    std::string text;
    JsonValue<R>::append(text, result);
    answer_json(exchange, std::move(text));
  } else {
    std::string text;
    append_to(text, result);
    answer_text(exchange, std::move(text));
  }
}

template <class R>
Task<void> answer_held(TaskHold hold, Task<R> task) {
  try {
    answer(*hold, co_await std::move(task));
    (*hold).task_ended(nullptr);
  } catch (...) {
    (*hold).task_ended(std::current_exception());
  }
}

/// What the task gives is the answer.
template <class R>
void answer_later(Exchange& exchange, Task<R> task) {
  if constexpr (std::is_void_v<R>) {
    exchange.wait_for(std::move(task));
  } else {
    exchange.wait_for_holder(answer_held(TaskHold(exchange), std::move(task)));
  }
}

// ---- What functions of a program may take of an exchange, all by reference ----

template <class Arg>
inline constexpr bool kIsRequest = std::is_same_v<std::remove_cvref_t<Arg>, Request>;
template <class Arg>
inline constexpr bool kIsRequestBody = std::is_same_v<std::remove_cvref_t<Arg>, RequestBody>;
template <class Arg>
inline constexpr bool kIsResponseStream = std::is_same_v<std::remove_cvref_t<Arg>, ResponseStream>;
template <class Arg>
concept ExchangePart = kIsRequest<Arg> || kIsRequestBody<Arg> || kIsResponseStream<Arg>;

template <ExchangePart Arg>
std::remove_cvref_t<Arg>& part_of(Exchange& exchange) {
  if constexpr (kIsRequest<Arg>) {
    return exchange.request();
  } else if constexpr (kIsRequestBody<Arg>) {
    return exchange.request_body();
  } else {
    return exchange.response_stream();
  }
}

template <class Parameters>
struct ExchangeParts;
template <class... Args>
struct ExchangeParts<Types<Args...>> {
  /// All parts of an exchange are taken by reference.
  static constexpr bool kByReference =
      ((!ExchangePart<Args> || std::is_lvalue_reference_v<Args>)&&...);
  static constexpr bool kOnly = (ExchangePart<Args> && ...);
  /// The content is read by the function itself.
  static constexpr bool kReadsBody = (kIsRequestBody<Args> || ...);
  static constexpr bool kStreams = kReadsBody || (kIsResponseStream<Args> || ...);
};

}  // namespace eddy::inline v0::web::internal
