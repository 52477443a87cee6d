// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/answer.h>
#include <eddy/web/http/internal/basic_service.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/signature.h>
#include <eddy/web/http/request.h>

namespace eddy::inline v0::web::internal {

template <class Parameters>
inline constexpr bool kOnlyRequest = false;
template <>
inline constexpr bool kOnlyRequest<Types<>> = true;
template <class Arg>
inline constexpr bool kOnlyRequest<Types<Arg>> = kIsRequest<Arg>&& std::is_lvalue_reference_v<Arg>;

/// A function of the program as a service.
template <class F>
class FunctionService final : public BasicService {
  static_assert(Callable<F>::kValid,
                "eddy: a server's handler is a function or a lambda with one call operator that is "
                "no template");
  using Result = typename Callable<F>::Result;
  static_assert(Answer<typename AnswerOf<Result>::Type>,
                "eddy: a server's handler returns text, a Response, nothing, or a Task of one");
  static_assert(kOnlyRequest<typename Callable<F>::Parameters>,
                "eddy: a server's handler takes const Request& or nothing");

 public:
  explicit FunctionService(F function) : function_(std::move(function)) {}

  void handle(Exchange& exchange) noexcept override {
    try {
      if constexpr (kIsTask<Result>) {
        exchange.pin();
        exchange.wait_for(answer_later(exchange, call(exchange)));
      } else {
        if constexpr (std::is_void_v<Result>) {
          call(exchange);
        } else {
          answer(exchange, call(exchange));
        }
        exchange.finish();
      }
    } catch (...) {
      fail(exchange, std::current_exception());
    }
  }

 private:
  Result call([[maybe_unused]] Exchange& exchange) {
    if constexpr (std::is_invocable_v<F&, Request&>) {
      return function_(exchange.request());
    } else {
      return function_();
    }
  }

  F function_;
};

}  // namespace eddy::inline v0::web::internal
