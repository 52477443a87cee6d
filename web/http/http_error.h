// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <stdexcept>
#include <string>

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

}  // namespace eddy::inline v0::web
