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

/// A function of the program as a service.
template <class F>
class FunctionService final : public BasicService {
  static_assert(Callable<F>::kValid,
                "eddy: a server's handler is a function or a lambda with one call operator that is "
                "no template");
  using Result = typename Callable<F>::Result;
  static_assert(Answer<typename AnswerOf<Result>::Type>,
                "eddy: a server's handler returns text, a Response, nothing, or a Task of one");
  using Parameters = typename Callable<F>::Parameters;
  using Parts = ExchangeParts<Parameters>;
  static_assert(Parts::kOnly && Parts::kByReference,
                "eddy: a server's handler takes any of const Request&, RequestBody& and "
                "ResponseStream&");
  static_assert(!Parts::kStreams || kIsTask<Result>,
                "eddy: a handler that takes RequestBody& or ResponseStream& returns a Task");

 public:
  explicit FunctionService(F function) : function_(std::move(function)) {}

  ContentPlan plan(Exchange& /*exchange*/) noexcept override {
    return {.streamed = Parts::kReadsBody};
  }

  void handle(Exchange& exchange) noexcept override {
    try {
      if constexpr (kIsTask<Result>) {
        exchange.pin();
        answer_later(exchange, call(exchange));
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
  Result call(Exchange& exchange) { return call_with(exchange, Parameters()); }
  template <class... Args>
  Result call_with([[maybe_unused]] Exchange& exchange, Types<Args...> /*parameters*/) {
    return function_(part_of<Args>(exchange)...);
  }

  F function_;
};

}  // namespace eddy::inline v0::web::internal
