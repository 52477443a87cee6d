// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What keeps the pages of other sites from sending requests in a user's name.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/web/app/internal/handler_state.h>
#include <eddy/web/app/internal/xsrf_check.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/app/xsrf_token.h>
#include <eddy/web/escape/escape.h>
#include <eddy/web/http/cookies.h>
#include <eddy/web/http/form.h>
#include <eddy/web/http/http_error.h>

namespace eddy::inline v0::web {

namespace {

constexpr double kUsersCookieDays = 30;

std::optional<XsrfToken> token_of_cookie(const Request& request, const Settings& settings) {
  const std::optional<std::string_view> cookie = request.cookies().find(settings.xsrf_cookie_name);
  return cookie ? XsrfToken::parse(*cookie) : std::nullopt;
}

// Header fields first: then a form need not be read for it.
std::string_view sent_token(internal::Exchange& exchange) {
  const Request& request = exchange.request();
  for (const char* const name : {"X-XSRFToken", "X-CSRFToken"}) {
    if (const std::string_view token = request.header(name); !token.empty()) return token;
  }
  if (const auto token = request.query_arguments().find("_xsrf"); token && !token->empty()) {
    return *token;
  }
  if (exchange.streams_content()) return {};  // not there yet
  return request.form().arguments.find("_xsrf").value_or(std::string_view());
}

CookieOptions cookie_options(const Settings& settings, bool has_user) {
  CookieOptions options = settings.xsrf_cookie_options;
  if (has_user && !options.expires && !options.expires_days && !options.max_age) {
    options.expires_days = kUsersCookieDays;
  }
  return options;
}

}  // namespace

namespace internal {

void check_xsrf(Exchange& exchange, const Settings& settings) {
  const Request& request = exchange.request();
  if (settings.xsrf_sec_fetch_site) {
    const std::string_view site = request.header("Sec-Fetch-Site");
    if (site == "same-origin" || site == "none") return;
    if (site == "cross-site") {
      throw HttpError(403, "Sec-Fetch-Site: a page of another site has sent this request");
    }
  }
  const std::string_view text = sent_token(exchange);
  if (text.empty()) throw HttpError(403, "'_xsrf' argument missing from POST");
  const std::optional<XsrfToken> sent = XsrfToken::parse(text);
  if (!sent) throw HttpError(403, "'_xsrf' argument has invalid format");
  const std::optional<XsrfToken> expected = token_of_cookie(request, settings);
  if (!expected || !sent->matches(*expected)) {
    throw HttpError(403, "XSRF cookie does not match POST argument");
  }
}

}  // namespace internal

void RequestHandler::check_xsrf_cookie() { internal::check_xsrf(exchange(), settings()); }

std::string_view RequestHandler::xsrf_token() {
  internal::HandlerState& state = this->state();
  if (!state.xsrf_token.empty()) return state.xsrf_token;
  const Settings& settings = this->settings();
  const std::optional<XsrfToken> known = token_of_cookie(request(), settings);
  std::string text = (known ? *known : XsrfToken::generate()).text(settings.xsrf_cookie_version);
  if (!known) {
    const std::string& name = settings.xsrf_cookie_name;
    add_cookie("xsrf_token(), which sets a cookie,", name,
               format_set_cookie(name, text, cookie_options(settings, has_current_user())));
  }
  return state.xsrf_token = std::move(text);
}

std::string RequestHandler::xsrf_form_html() {
  return "<input type=\"hidden\" name=\"_xsrf\" value=\"" + xhtml_escape(xsrf_token()) + "\"/>";
}

}  // namespace eddy::inline v0::web
