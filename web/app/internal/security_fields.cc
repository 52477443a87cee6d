// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/security_fields.h>

#include <algorithm>
#include <stdexcept>

#include <eddy/web/app/internal/host_pattern.h>
#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

SecurityHeaders SecurityHeaders::strict() {
  SecurityHeaders headers;
  headers.content_security_policy =
      "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
      "object-src 'none'; base-uri 'none'; form-action 'self'";
  headers.frames = Frames::nobody;
  headers.referrer_policy = "same-origin";
  headers.strict_transport_security = "max-age=31536000";
  return headers;
}

namespace internal {

namespace {

constexpr std::string_view kPolicy = "Content-Security-Policy";
constexpr std::string_view kTransportSecurity = "Strict-Transport-Security";
constexpr std::string_view kNonce = "{nonce}";

using Frames = SecurityHeaders::Frames;

[[noreturn]] void refuse(const char* member, const std::string& why) {
  throw std::invalid_argument("Settings::security_headers." + std::string(member) + ": " + why);
}

/// Whether there is a directive of that name among those that semicolons separate.
bool has_directive(std::string_view policy, std::string_view name) noexcept {
  while (!policy.empty()) {
    const std::size_t end = std::min(policy.find(';'), policy.size());
    const std::string_view directive = trim_blanks(policy.substr(0, end));
    if (equals_ignoring_case(directive.substr(0, directive.find_first_of(" \t=")), name))
      return true;
    policy.remove_prefix(std::min(end + 1, policy.size()));
  }
  return false;
}

}  // namespace

bool has_nonce(std::string_view policy) noexcept {
  return policy.find(kNonce) != std::string_view::npos;
}

SecurityFields::SecurityFields(const SecurityHeaders& headers) {
  const char* member = "";
  try {
    if (headers.nosniff) fields_.add("X-Content-Type-Options", "nosniff");
    if (headers.frames != Frames::anyone) {
      fields_.add("X-Frame-Options", headers.frames == Frames::nobody ? "DENY" : "SAMEORIGIN");
    }
    member = "referrer_policy";
    if (!headers.referrer_policy.empty()) fields_.add("Referrer-Policy", headers.referrer_policy);
    member = "strict_transport_security";
    transport_security_ = headers.strict_transport_security;
    if (!transport_security_.empty()) Headers().add(kTransportSecurity, transport_security_);
    member = "content_security_policy";
    set_policy(headers);
  } catch (const std::invalid_argument& error) {
    refuse(member, error.what());
  }
  if (!transport_security_.empty() && !has_directive(transport_security_, "max-age")) {
    refuse("strict_transport_security", "it has no max-age=, without which browsers ignore it");
  }
}

void SecurityFields::set_policy(const SecurityHeaders& headers) {
  std::string policy = headers.content_security_policy;
  if (headers.frames != Frames::anyone && !has_directive(policy, "frame-ancestors")) {
    if (!policy.empty()) policy += "; ";
    policy +=
        headers.frames == Frames::nobody ? "frame-ancestors 'none'" : "frame-ancestors 'self'";
  }
  if (policy.empty()) return;
  Headers().add(kPolicy, policy);
  std::string_view rest = policy;
  if (!has_nonce(rest)) return fields_.add(kPolicy, policy);
  for (;;) {
    const std::size_t at = rest.find(kNonce);
    policy_.emplace_back(rest.substr(0, at));
    if (at == std::string_view::npos) return;
    rest.remove_prefix(at + kNonce.size());
  }
}

std::string SecurityFields::policy_for(const Request& request) const {
  std::string policy = policy_.front();
  for (auto piece = policy_.begin() + 1; piece != policy_.end(); ++piece) {
    policy.append(request.csp_nonce()).append(*piece);
  }
  return policy;
}

void SecurityFields::add_to(Exchange& exchange) const {
  Headers& headers = exchange.response().headers;
  const Request& request = exchange.request();
  headers.add_missing(fields_);
  if (!policy_.empty() && exchange.response().status != 304 && !headers.contains(kPolicy)) {
    headers.add(kPolicy, policy_for(request));
  }
  if (!transport_security_.empty() && request.protocol() == "https" &&
      !names_this_machine(split_host(request.host()).host) &&
      !headers.contains(kTransportSecurity)) {
    headers.add(kTransportSecurity, transport_security_);
  }
}

}  // namespace internal
}  // namespace eddy::inline v0::web
