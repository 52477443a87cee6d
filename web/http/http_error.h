// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// Thrown by a handler to end the request with an error page of that status. The message is for the
/// log only and never reaches the client. Source: tornado.web.HTTPError.
class EDDY_API HttpError : public std::runtime_error {
 public:
  explicit HttpError(int status, const std::string& log_message = {})
      : std::runtime_error(log_message), status_(status) {}
  /// 400 to 599; anything else is answered as 500.
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  int status_;
};

/// Thrown by what a handler awaits of its client when that has left: connection_reset. There is
/// nobody to answer, so that a handler need not catch it, and nothing is logged.
class EDDY_API ClientGoneError : public std::system_error {
 public:
  ClientGoneError()
      : std::system_error(std::make_error_code(std::errc::connection_reset),
                          "the client has left") {}
};

}  // namespace eddy::inline v0::web
