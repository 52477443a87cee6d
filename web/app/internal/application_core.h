// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/web/app/internal/router.h>
#include <eddy/web/http/internal/basic_service.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web {

class Application;
class RequestHandler;

namespace internal {

/// What serves requests: outlives its Application for as long as a connection or a handler needs
/// it.
class ApplicationCore final : public BasicService {
 public:
  explicit ApplicationCore(Application& application) noexcept : application_(&application) {}

  [[nodiscard]] Router& router() noexcept { return router_; }
  [[nodiscard]] Application& application() const;
  void forget_application() noexcept { application_ = nullptr; }

  [[nodiscard]] ContentPlan plan(Exchange& exchange) noexcept override;
  void handle(Exchange& exchange) noexcept override;
  void client_gone(Exchange& exchange) noexcept override;
  void over(Exchange& exchange) noexcept override;

 private:
  void dispatch(Exchange& exchange);
  void log_exception(Exchange& exchange, int status, const std::exception_ptr& error) override;
  void send_error(Exchange& exchange, int status, std::string_view reason,
                  const std::exception_ptr& error) override;

  Router router_;
  Application* application_;
};

}  // namespace internal
}  // namespace eddy::inline v0::web
