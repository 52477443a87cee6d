// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/security_headers.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/known_fields.h>

namespace eddy::inline v0::web::internal {

/// Whether a Content-Security-Policy has a place for the request's nonce.
[[nodiscard]] EDDY_API bool has_nonce(std::string_view policy) noexcept;

/// SecurityHeaders as they are sent, made once.
class EDDY_API SecurityFields {
 public:
  /// Throws std::invalid_argument, which names the member, for what could not be sent.
  explicit SecurityFields(const SecurityHeaders& headers);

  /// Adds them to a response whose head is about to be sent; but those that it has.
  void add_to(Exchange& exchange) const;

 private:
  void set_policy(const SecurityHeaders& headers);
  [[nodiscard]] std::string policy_for(const Request& request) const;

  // What every response has.
  KnownFields fields_;
  std::string transport_security_;
  // The policy, cut where a nonce goes in; empty where there is none, or fields_ has it.
  std::vector<std::string> policy_;
};

}  // namespace eddy::inline v0::web::internal
