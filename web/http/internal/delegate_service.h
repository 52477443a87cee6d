// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/web/http/internal/basic_service.h>
#include <eddy/web/http/internal/function_service.h>
#include <eddy/web/http/message_delegate.h>

namespace eddy::inline v0::web::internal {

/// A service whose requests each get an object of their own.
class EDDY_API DelegateService final : public BasicService {
 public:
  using Factory = UniqueFunction<std::unique_ptr<MessageDelegate>(const Request&)>;

  explicit DelegateService(Factory factory) noexcept : factory_(std::move(factory)) {}

  [[nodiscard]] ContentPlan plan(Exchange& exchange) noexcept override;
  void handle(Exchange& exchange) noexcept override;
  void client_gone(Exchange& exchange) noexcept override;

 private:
  Factory factory_;
};

template <class T>
inline constexpr bool kIsDelegatePointer = false;
template <class D>
inline constexpr bool kIsDelegatePointer<std::unique_ptr<D>> =
    std::is_base_of_v<MessageDelegate, D>;

template <class F>
concept MakesDelegates =
    (std::is_invocable_v<F&> || std::is_invocable_v<F&, const Request&>)&&Callable<
        F>::kValid&& kIsDelegatePointer<typename Callable<F>::Result>;

/// Whether the service below is to be called before a request's content is there.
template <class F>
inline constexpr bool kReadsBody = ExchangeParts<typename Callable<F>::Parameters>::kReadsBody;
template <MakesDelegates F>
inline constexpr bool kReadsBody<F> = true;

/// The service that a server's handler stands for.
template <class F>
std::shared_ptr<HttpService> make_service(F function) {
  if constexpr (MakesDelegates<F>) {
    return std::make_shared<DelegateService>(
        [make = std::move(function)](
            [[maybe_unused]] const Request& request) mutable -> std::unique_ptr<MessageDelegate> {
          if constexpr (std::is_invocable_v<F&, const Request&>) {
            return make(request);
          } else {
            return make();
          }
        });
  } else {
    return std::make_shared<FunctionService<F>>(std::move(function));
  }
}

}  // namespace eddy::inline v0::web::internal
