// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web::internal {

/// What services have in common: what is thrown becomes an error page and a line of log.
class EDDY_API BasicService : public HttpService {
 public:
  void task_ended(Exchange& exchange, const std::exception_ptr& error) noexcept override;
  void over(Exchange& exchange) noexcept override;

 protected:
  void fail(Exchange& exchange, const std::exception_ptr& error) noexcept;
  /// A line of log for what was thrown: a warning for an HttpError that has a message, nothing for
  /// one without, an error for anything else, also a Cancelled that is not the request's own.
  virtual void log_exception(Exchange& exchange, int status, const std::exception_ptr& error);
  /// Drops what has been set and written, and finishes the exchange with an error page.
  virtual void send_error(Exchange& exchange, int status, std::string_view reason,
                          const std::exception_ptr& error);
};

/// log_exception() of services.
EDDY_API void log_error(Exchange& exchange, int status, const std::exception_ptr& error);

/// In a catch block: logs what a hook, whose outcome changes nothing any more, has thrown.
EDDY_API void log_thrown(Exchange& exchange, std::string_view hook) noexcept;
/// "404 GET /path (127.0.0.1)", as log lines about a request begin.
[[nodiscard]] EDDY_API std::string summary(Exchange& exchange, int status);
/// What an error page says beside the number: the reason, fit to stand in HTML.
[[nodiscard]] EDDY_API std::string error_title(int status, std::string_view reason);
/// The error page of a request that no handler answers; fields that have been set are sent.
EDDY_API void send_plain_error(Exchange& exchange, int status, std::string_view reason = {});

}  // namespace eddy::inline v0::web::internal
