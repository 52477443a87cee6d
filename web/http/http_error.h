// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// Thrown by a handler to end the request with an error page of that status. The message is for the
/// log only and never reaches the client; the reason stands in the status line and on the page, in
/// place of the status's own. Source: tornado.web.HTTPError.
class EDDY_API HttpError : public std::runtime_error {
 public:
  explicit HttpError(int status, const std::string& log_message = {}, std::string reason = {})
      : std::runtime_error(log_message), reason_(std::move(reason)), status_(status) {}
  HttpError(const HttpError&) = default;
  HttpError& operator=(const HttpError&) = default;
  ~HttpError() override;
  /// 300 to 599; anything else is answered as 500.
  [[nodiscard]] int status() const noexcept { return status_; }
  /// Empty: the status's own.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  std::string reason_;
  int status_;
};

/// Thrown by a handler to end the request as it is: the status, the fields and what was written so
/// far are sent, with `last_part` behind them, and nothing is logged. For code deep below a method,
/// such as a prepare() that has answered. Source: tornado.web.Finish.
class EDDY_API Finish : public std::exception {
 public:
  Finish() = default;
  explicit Finish(std::string last_part) : last_part_(std::move(last_part)) {}
  Finish(const Finish&) = default;
  Finish& operator=(const Finish&) = default;
  ~Finish() override;
  [[nodiscard]] const char* what() const noexcept override;
  [[nodiscard]] const std::string& last_part() const noexcept { return last_part_; }

 private:
  std::string last_part_;
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
