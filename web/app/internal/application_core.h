// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <eddy/web/app/internal/router.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web {

class Application;
class RequestHandler;

namespace internal {

/// What serves requests: outlives its Application for as long as a connection or a handler needs
/// it.
class ApplicationCore final : public HttpService {
 public:
  explicit ApplicationCore(Application& application) noexcept : application_(&application) {}

  [[nodiscard]] Router& router() noexcept { return router_; }
  [[nodiscard]] Application& application() const;
  void forget_application() noexcept { application_ = nullptr; }

  void handle(Exchange& exchange) noexcept override;
  void task_ended(Exchange& exchange, const std::exception_ptr& error) noexcept override;
  void over(Exchange& exchange) noexcept override;

 private:
  void dispatch(Exchange& exchange);
  void fail(Exchange& exchange, const std::exception_ptr& error) noexcept;

  Router router_;
  Application* application_;
};

/// Drops what a handler has set and written so far.
void clear_response(Exchange& exchange);
/// What an error page says beside the number: the reason, fit to stand in HTML.
[[nodiscard]] std::string error_title(int status, std::string_view reason);
/// The error page of a request that no handler answers.
void send_plain_error(Exchange& exchange, int status);

}  // namespace internal
}  // namespace eddy::inline v0::web
