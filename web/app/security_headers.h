// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// Header fields by which a browser guards a site's pages: Settings::security_headers. They are
/// sent with all responses of the application, those of functions and error pages included, but not
/// with those of a FallbackHandler; a field of the same name that a handler has set is sent
/// instead.
///
///     Application app({.security_headers = SecurityHeaders::strict()}, {...});
///
/// By default what breaks no page of a site that does not live in frames of others.
///
/// A value. What could not be sent is a std::invalid_argument when the Application is given it.
struct SecurityHeaders {
  /// Who may show a page within its own (RFC 7034; CSP 3, 6.4.2).
  enum class Frames : std::uint8_t {
    anyone,
    /// `X-Frame-Options: SAMEORIGIN` and `frame-ancestors 'self'`.
    same_origin,
    /// `X-Frame-Options: DENY` and `frame-ancestors 'none'`.
    nobody,
  };

  /// What a page may load and run: a Content-Security-Policy, without line ends; empty for none.
  /// `{nonce}` in it stands for the request's csp_nonce(), which a page's own scripts and styles
  /// bear:
  ///
  ///     .content_security_policy = "script-src 'nonce-{nonce}'"
  ///     <script nonce="{{ csp_nonce() }}">
  ///
  /// A response of 304 leaves a policy with a nonce out: the page that the browser has kept bears
  /// that which it came with.
  std::string content_security_policy = {};
  /// `frame-ancestors` goes into the policy, unless that has one.
  Frames frames = Frames::same_origin;
  /// `X-Content-Type-Options: nosniff`: what is said to be text is never run as a script.
  bool nosniff = true;
  /// `Referrer-Policy`: what other sites learn of where a user came from; empty for none.
  std::string referrer_policy = "strict-origin-when-cross-origin";
  /// `Strict-Transport-Security` (RFC 6797), as "max-age=31536000; includeSubDomains"; empty for
  /// none. Browsers never leave encryption again for this host, whatever its port: so it is sent
  /// over encrypted connections only (Request::protocol() is "https"), and never for names and
  /// addresses of this machine, which other programs are found by as well.
  std::string strict_transport_security = {};

  /// For a site that keeps to itself: everything from its own origin, scripts and styles also by
  /// nonce, no plugins, no frames, nothing told to other sites, and a year of encryption only.
  [[nodiscard]] EDDY_API static SecurityHeaders strict();
};

}  // namespace eddy::inline v0::web
