// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/internal/path_arguments.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/request.h>
#include <eddy/web/http/response.h>

/// The short form of a route: a function whose parameters and result say what it takes and gives.
namespace eddy::inline v0::web::internal {

template <class... Args>
struct Types {};

/// The parameters and the result of a function, or of an object with one call operator.
template <class F>
struct Callable {
  static constexpr bool kValid = false;
};
template <class F>
requires requires { &F::operator(); }
struct Callable<F> {
  using Function = MemberFunction<decltype(&F::operator())>;
  static constexpr bool kValid = Function::kValid;
  using Result = typename Function::Result;
  using Parameters = typename Function::template Apply<Types>;
};
template <class R, class... Args>
struct Callable<R (*)(Args...)> {
  static constexpr bool kValid = true;
  using Result = R;
  using Parameters = Types<Args...>;
};
template <class R, class... Args>
struct Callable<R (*)(Args...) noexcept> : Callable<R (*)(Args...)> {};

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

template <class Parameters>
inline constexpr bool kRequestByReference = false;
template <class... Args>
inline constexpr bool kRequestByReference<Types<Args...>> =
    ((!kIsRequest<Args> || std::is_lvalue_reference_v<Args>)&&...);

template <class F, class Parameters>
struct FunctionRoute;

template <class F, class... Args>
struct FunctionRoute<F, Types<Args...>> {
  using Result = typename Callable<F>::Result;
  static constexpr bool kWaits = kIsTask<Result>;
  static constexpr std::size_t kArity = (std::size_t{!kIsRequest<Args>} + ... + 0);

  template <class Arg>
  struct Slot {
    std::remove_cvref_t<Arg> value;
    Slot(Exchange& /*exchange*/, const PathParts& parts, std::size_t& next)
        : value(path_argument<std::remove_cvref_t<Arg>>(parts, next)) {
      ++next;
    }
    Arg&& pass() { return static_cast<Arg&&>(value); }
  };
  template <class Arg>
  requires kIsRequest<Arg>
  struct Slot<Arg> {
    Request& value;
    Slot(Exchange& exchange, const PathParts& /*parts*/, std::size_t& /*next*/)
        : value(exchange.request()) {}
    Request& pass() { return value; }
  };
  using Slots = std::tuple<Slot<Args>...>;

  static Slots slots([[maybe_unused]] Exchange& exchange, [[maybe_unused]] const PathParts& parts) {
    [[maybe_unused]] std::size_t next = 0;
    return Slots{Slot<Args>(exchange, parts, next)...};  // braces: from left to right
  }

  static Result call(F& function, Slots& slots) {
    return std::apply([&function](auto&... slot) -> Result { return function(slot.pass()...); },
                      slots);
  }

  static void invoke(void* target, Exchange& exchange, PathParts& parts) {
    F& function = *static_cast<F*>(target);
    if constexpr (kWaits) {
      HandlerAccess::pin(exchange, parts);
      // Kept with the request, for parameters that are references.
      Slots& kept = exchange.arena().make<Slots>(slots(exchange, parts));
      exchange.wait_for(answer_later(exchange, call(function, kept)));
    } else {
      Slots values = slots(exchange, parts);
      if constexpr (std::is_void_v<Result>) {
        call(function, values);
      } else {
        answer(exchange, call(function, values));
      }
    }
  }
};

template <class F>
void add_function(RouteDefinition& definition, Method method, F&& function) {
  using Stored = std::decay_t<F>;
  static_assert(Callable<Stored>::kValid,
                "eddy: a route's function is a function or a lambda with one call operator that is "
                "no template (write out the types of its parameters)");
  if constexpr (Callable<Stored>::kValid) {
    using Result = typename Callable<Stored>::Result;
    using Parameters = typename Callable<Stored>::Parameters;
    constexpr bool kAnswers = Answer<typename AnswerOf<Result>::Type>;
    static_assert(kAnswers,
                  "eddy: a route's function returns text, a Response, nothing, or a Task of one");
    static_assert(kRequestByReference<Parameters>, "eddy: a request is taken by const Request&");
    if constexpr (kAnswers && kRequestByReference<Parameters>) {
      using Route = FunctionRoute<Stored, Parameters>;
      auto stored = std::make_shared<Stored>(std::forward<F>(function));
      definition.methods[static_cast<std::size_t>(method)] = {&Route::invoke, stored.get(),
                                                              Route::kArity};
      definition.owned.push_back(std::move(stored));
    }
  }
}

}  // namespace eddy::inline v0::web::internal
