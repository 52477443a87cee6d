// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cookies of a RequestHandler.
#include <eddy/web/app/request_handler.h>

#include <stdexcept>
#include <utility>

#include <eddy/web/app/internal/handler_state.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/http/cookies.h>
#include <eddy/web/http/internal/char_class.h>

namespace eddy::inline v0::web {

namespace {

constexpr double kSignedCookieDays = 30;

// Without regard to case, as format_set_cookie() looks at it.
bool has_prefix(std::string_view name, std::string_view prefix) noexcept {
  return internal::equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

const ValueSigner& signer_for(const char* call, const RequestHandler& handler) {
  const Settings& settings = handler.settings();
  if (!settings.cookie_signer) {
    throw std::logic_error(std::string(call) +
                           ": the Application's Settings have no cookie_signer; give it one: "
                           "Application app({.cookie_signer = ValueSigner(secret)}, {...})");
  }
  return *settings.cookie_signer;
}

}  // namespace

std::optional<std::string_view> RequestHandler::get_cookie(std::string_view name) const {
  return request().cookies().find(name);
}

void RequestHandler::set_cookie(std::string_view name, std::string_view value) {
  set_cookie(name, value, CookieOptions());
}

void RequestHandler::set_cookie(std::string_view name, std::string_view value,
                                const CookieOptions& options) {
  add_cookie("set_cookie()", name, format_set_cookie(name, value, options));
}

void RequestHandler::clear_cookie(std::string_view name) { clear_cookie(name, CookieOptions()); }

void RequestHandler::clear_cookie(std::string_view name, const CookieOptions& options) {
  add_cookie("clear_cookie()", name, format_cookie_removal(name, options));
}

void RequestHandler::clear_all_cookies() { clear_all_cookies(CookieOptions()); }

void RequestHandler::clear_all_cookies(const CookieOptions& options) {
  for (const Cookies::Cookie& cookie : request().cookies()) {
    CookieOptions own = options;
    // What such a name promises is known, whatever the others have.
    const bool is_host = has_prefix(cookie.name, "__Host-");
    own.secure |= is_host || has_prefix(cookie.name, "__Secure-");
    if (is_host) {
      own.domain.clear();
      own.path.assign(1, '/');
    }
    clear_cookie(cookie.name, own);
  }
}

std::optional<std::string> RequestHandler::get_signed_cookie(std::string_view name) const {
  return get_signed_cookie(name, SignedValueOptions());
}

std::optional<std::string> RequestHandler::get_signed_cookie(
    std::string_view name, const SignedValueOptions& options) const {
  const ValueSigner& signer = signer_for("get_signed_cookie()", *this);
  const std::optional<std::string_view> text = get_cookie(name);
  if (!text) return std::nullopt;
  return signer.decode(name, *text, options);
}

void RequestHandler::set_signed_cookie(std::string_view name, std::string_view value) {
  set_signed_cookie(name, value, CookieOptions());
}

void RequestHandler::set_signed_cookie(std::string_view name, std::string_view value,
                                       const CookieOptions& options, int version) {
  const std::string text = signer_for("set_signed_cookie()", *this).create(name, value, version);
  if (options.expires || options.expires_days || options.max_age) {
    return add_cookie("set_signed_cookie()", name, format_set_cookie(name, text, options));
  }
  CookieOptions lasting = options;
  lasting.expires_days = kSignedCookieDays;
  add_cookie("set_signed_cookie()", name, format_set_cookie(name, text, lasting));
}

std::string RequestHandler::create_signed_value(std::string_view name, std::string_view value,
                                                int version) const {
  return signer_for("create_signed_value()", *this).create(name, value, version);
}

std::optional<int> RequestHandler::get_signed_cookie_key_version(std::string_view name) const {
  const std::optional<std::string_view> text = get_cookie(name);
  return text ? ValueSigner::key_version(*text) : std::nullopt;
}

void RequestHandler::add_cookie(const char* call, std::string_view name, std::string field) {
  internal::Exchange& exchange = unsent(call);
  state().set_cookie(name, std::move(field));
  exchange.ask_before_head();
}

internal::HandlerState& RequestHandler::state() {
  if (state_ == nullptr) state_ = &exchange().arena().make<internal::HandlerState>();
  return *state_;
}

}  // namespace eddy::inline v0::web
