// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/web/app/security_headers.h>
#include <eddy/web/app/signed_value.h>
#include <eddy/web/app/static_files.h>
#include <eddy/web/http/form.h>
#include <eddy/web/http/set_cookie.h>

namespace eddy::inline v0::web {

class Request;

/// A request that has been answered, for a log.
struct AccessRecord {
  const Request& request;
  int status = 0;
  /// From when it was handed to the handler until the response was handed over.
  Duration took = {};
};

/// What the handlers of an Application have in common, given to it before it serves:
///
///     Application app({.cookie_signer = ValueSigner(secret), .login_url = "/login"},
///                     {route<Home>("/")});
///
/// A value, of which the Application keeps a copy. What a program has of its own to share goes into
/// its Services. Source: the settings of tornado.web.Application.
struct Settings {
  /// Signs and verifies signed cookies; they can't be used without it. Tornado's `cookie_secret`
  /// and `key_version`.
  std::optional<ValueSigner> cookie_signer = {};

  /// Requests of every method but GET, HEAD and OPTIONS are answered by 403 unless they prove that
  /// they come from a page of this site; see RequestHandler::check_xsrf_cookie(). Routes of
  /// functions are checked as those of handlers are; RouteOptions::check_xsrf leaves a route out.
  bool xsrf_cookies = false;
  /// What a browser says by Sec-Fetch-Site, which no page can forge, goes before the token.
  bool xsrf_sec_fetch_site = true;
  /// Of the cookie; the argument is called `_xsrf` in any case, as in Tornado.
  std::string xsrf_cookie_name = "_xsrf";
  /// 2, or 1 for who can read no other; see XsrfToken.
  int xsrf_cookie_version = 2;
  /// Without `expires`, `expires_days` and `max_age` it lasts for 30 days where a user is logged
  /// in, and else until the browser is closed. Tornado's `xsrf_cookie_kwargs`.
  CookieOptions xsrf_cookie_options = {};

  /// Of Request::form() and of what looks into it, such as get_argument() and the check of `_xsrf`:
  /// how many arguments, parts and bytes of their heads a form may have, or whether it may be a
  /// multipart one. The whole content is bounded by ServerOptions::limits and
  /// RouteOptions::body_bytes. Source: tornado.httputil.set_parse_body_config.
  std::optional<FormLimits> form_limits = {};

  /// Handlers' responses to GET and HEAD have entity tags, and are a 304 for who has the content
  /// already; see RequestHandler::compute_etag(). Off, unlike in Tornado: the digest of every
  /// response, some microseconds for each KiB, buys nothing where clients don't ask again. Routes
  /// of functions have none; serve() is for these.
  bool etags = false;

  /// Where a request is sent that needs a user and has none; see UserHandler.
  std::string login_url = {};

  /// A page of any site can have its own name lead to 127.0.0.1, and a browser then lets it read
  /// what a program there answers (DNS rebinding); but the Host that the browser sends gives it
  /// away. So a request for a host that is not this application's is answered by 421:
  ///
  /// - Of a client of this machine, which has connected to a loopback address, `localhost`, what
  ///   ends with `.localhost`, the loopback addresses and `hosts` pass.
  /// - Of a proxy that is trusted (ServerOptions::trusted_proxies, ProxyLayer), and at any other
  ///   address or Unix socket, `hosts` alone decides; where there are none, every host passes.
  ///
  /// A request of HTTP/1.0 without a Host counts as one for 127.0.0.1, as Request::host() has it.
  /// See docs/guide/desktop-safety.md.
  bool check_host = true;
  /// The names under which the application is found: "example.org", "*.example.org" for all names
  /// below that one, an address; with a port only that one, as "example.org:8443" or "[::1]:80",
  /// where none stands for 80, or 443 of https. Case, and a dot at a name's end, make no
  /// difference.
  std::vector<std::string> hosts = {};

  /// Requests of every method but GET, HEAD and OPTIONS are answered by 403 where they are of pages
  /// of other sites; see check_origin() in <eddy/web/app/origin.h>, which says how that is known.
  bool check_origin = false;
  /// Origins whose pages may send such requests, and open WebSockets, nevertheless:
  /// "https://example.org", "https://*.example.org:8443" for all names below that one,
  /// "app://name", or "null" for whoever hides where it is from.
  std::vector<std::string> origins = {};

  /// Fields of all responses that have a browser guard the pages: see SecurityHeaders for what is
  /// sent unless it is set otherwise. Nothing is sent without one.
  std::optional<SecurityHeaders> security_headers = {};

  /// What RequestHandler::static_url() makes links to. They are served by add_to().
  std::optional<StaticFiles> static_files = {};

  /// For who develops: both of the following.
  bool debug = false;
  /// The page of an exception tells what was thrown and because of what, the request, its route,
  /// and its fields but what is called as secrets are (Cookie, Authorization, tokens, keys). For
  /// requests of this machine, to one of its names or `hosts`, that no proxy has handed on (it has
  /// said so: Forwarded, X-Forwarded-For, X-Real-Ip, Via). Handlers that have a write_error() of
  /// their own show that.
  bool serve_traceback = false;
  /// From the first listen() on the program is begun anew when it has been built anew: see
  /// <eddy/core/loop/autoreload.h>, which also watches other files. Pages that a browser of this
  /// machine has got load anew then, by a script before their </body>. Templates of
  /// eddy_target_templates(... WATCH) are built when they change.
  bool autoreload = false;

  /// Called for each request that was answered, in place of the line in the access log, on servers
  /// with ServerOptions::access_log. What it throws is logged. For a FallbackHandler's requests
  /// there is the line as ever. Thread: the Loop's.
  std::function<void(const AccessRecord& access)> log_function = {};
};

namespace internal {

/// Throws std::invalid_argument, which names the setting, for what could not work.
EDDY_API void check_settings(const Settings& settings);
/// Of an Application that was given none.
[[nodiscard]] EDDY_API const Settings& no_settings();

}  // namespace internal
}  // namespace eddy::inline v0::web
