// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/application_core.h>

#include <algorithm>
#include <stdexcept>

#include <eddy/core/base/log.h>
#include <eddy/web/app/internal/debug_page.h>
#include <eddy/web/app/internal/further_methods.h>
#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/app/internal/handler_state.h>
#include <eddy/web/app/internal/owned_route.h>
#include <eddy/web/app/internal/xsrf_check.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/http/internal/shown_text.h>
#include <eddy/web/http/status.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web::internal {

namespace {

// Calls one of a handler's hooks; what it throws is only logged.
void tell(Exchange& exchange, RequestHandler* handler, const char* name,
          void (RequestHandler::*hook)()) noexcept {
  if (handler == nullptr) return;
  try {
    (handler->*hook)();
  } catch (...) {
    log_thrown(exchange, name);
  }
}

// Parts are decoded once, here. False: one of them is not UTF-8.
bool decode_parts(Exchange& exchange, PathParts& parts) {
  for (std::size_t i = 0; i < parts.count; ++i) {
    const std::string_view part = parts.part[i].text();
    if (part.find('%') == std::string_view::npos) continue;
    const std::string decoded = percent_decode(part);
    if (!is_utf8(decoded)) return false;
    // A view of nothing must still differ from a group that took no part.
    parts.part[i] = decoded.empty() ? std::string_view("") : exchange.arena().copy(decoded);
  }
  return true;
}

}  // namespace

ApplicationCore::ApplicationCore(Application& application, Services services) noexcept
    : services_(std::move(services)), application_(&application) {}

ApplicationCore::~ApplicationCore() = default;

const Settings& ApplicationCore::settings() const noexcept {
  return settings_ != nullptr ? *settings_ : no_settings();
}

bool ApplicationCore::tags_responses() const noexcept {
  return settings_ != nullptr && settings_->etags;
}

void ApplicationCore::set_settings(std::unique_ptr<const Settings> settings) {
  HostPolicy hosts(settings->check_host, settings->hosts);
  OriginPolicy origins(settings->origins);
  const auto& headers = settings->security_headers;
  security_fields_ = headers ? std::make_unique<const SecurityFields>(*headers) : nullptr;
  set_completes_heads(security_fields_ != nullptr);
  host_policy_ = std::move(hosts);
  origin_policy_ = std::move(origins);
  checks_origin_ = settings->check_origin;
  settings_ = std::move(settings);
  if (settings_->debug || settings_->serve_traceback) {
    places_kept_.emplace();
  } else {
    places_kept_.reset();
  }
  const bool reloads = settings_->debug || settings_->autoreload;
  page_reload_ = reloads ? std::make_unique<PageReload>() : nullptr;
}

Application& ApplicationCore::application() const {
  if (application_ == nullptr) throw std::logic_error("the Application has been destroyed");
  return *application_;
}

std::vector<std::string> ApplicationCore::admit(const RouteDefinition& definition) const {
  for (const ServiceKey& key : definition.services) {
    if (services_.find(key) != nullptr) continue;
    throw std::invalid_argument(describe(definition) + ": " +
                                (definition.handler.empty() ? "its function" : definition.handler) +
                                " needs a " + key.name() +
                                ", which is not among the Application's Services");
  }
  std::vector<std::string> methods;
  if (definition.further() == nullptr) return methods;
  for (const FurtherMethods::Named& method : definition.further()->named) {
    methods.push_back(method.name);
  }
  return methods;
}

void ApplicationCore::learn(std::vector<std::string> methods) {
  for (std::string& method : methods) {
    if (!knows(method)) further_methods_.push_back(std::move(method));
  }
}

bool ApplicationCore::knows(std::string_view method) const noexcept {
  return std::find(further_methods_.begin(), further_methods_.end(), method) !=
         further_methods_.end();
}

RequestHandler* ApplicationCore::handler_of(const Exchange& exchange) const noexcept {
  // One that was handed on has what its service keeps for it.
  return exchange.service() == this ? static_cast<RequestHandler*>(exchange.attachment) : nullptr;
}

ContentPlan ApplicationCore::plan(Exchange& exchange) noexcept try {
  if (!allows(exchange)) return {.unwanted = true};
  PathParts parts;
  const Router::Found found = router_.find(exchange.request(), parts);
  if (found.result != Router::Result::match) return {.unwanted = true};
  exchange.subject = found.route;
  const MethodEntry* method = find_method(found.route->definition, exchange.request());
  if (method == nullptr || !method->owner.alive()) return {.unwanted = true};
  return {.streamed = method->streams_body, .limit = method->body_bytes};
} catch (...) {
  // A matcher's: it throws again, and is answered, in dispatch().
  return {.unwanted = true};
}

void ApplicationCore::handle(Exchange& exchange) noexcept {
  try {
    if (settings_ != nullptr && settings_->log_function) exchange.ask_to_log();
    if (page_reload_ != nullptr && is_a_developers(exchange)) exchange.ask_before_head();
    if (waits_for_news(exchange)) exchange.ask_to_log();
    dispatch(exchange);
    if (!exchange.finished() && !exchange.waiting()) exchange.finish();
  } catch (...) {
    fail(exchange, std::current_exception());
  }
}

namespace {

// What may be asked for, without asking for it (RFC 9110, 9.3.7).
void answer_options(Exchange& exchange, const std::string& allow) {
  exchange.response().status = 204;
  exchange.response().headers.set("Allow", allow);
  exchange.finish();
}

void refuse_by_text(Exchange& exchange, int status, const std::string& why,
                    std::string_view remedy) {
  exchange.log(LogLevel::warning, summary(exchange, status) + ": " + why);
  Response& response = exchange.response();
  response.status = status;
  response.headers.set(kPlainText);
  response.body = std::to_string(status) + ": " + std::string(reason_phrase(status)) + ": " + why;
  response.body.append(". ").append(remedy).append("\n");
  exchange.finish();
}

}  // namespace

bool ApplicationCore::allows_origin(const Request& request) const noexcept {
  return is_safe(request.method()) || origin_policy_.allows(request);
}

void ApplicationCore::refuse(Exchange& exchange) const {
  const Request& request = exchange.request();
  if (!host_policy_.allows(request, exchange.from_this_machine())) {
    // By a page that has its own name lead here, or by mistake.
    return refuse_by_text(exchange, 421,
                          "the host " + shown_text(request.host()) +
                              " is not one of this application's (Settings::hosts)",
                          "Where it should be, the program names it there.");
  }
  const std::string origin = shown_text(origin_of(request).value_or("unknown"));
  refuse_by_text(exchange, 403,
                 "pages of the origin " + origin + " may not send this (Settings::origins)",
                 "Where they should, the program names it there.");
}

// With a content, plan() has found it.
Router::Found ApplicationCore::found_route(Exchange& exchange, PathParts& parts) const {
  const auto* const planned = static_cast<const RouteEntry*>(exchange.subject);
  if (planned == nullptr) return router_.find(exchange.request(), parts);
  // What matched before matches again, or gives up.
  const bool matches =
      planned->pattern.match(exchange.request().path(), parts) == PathPattern::Result::match;
  return {matches ? Router::Result::match : Router::Result::gave_up, planned};
}

bool ApplicationCore::must_check_xsrf(Exchange& exchange) const noexcept {
  if (settings_ == nullptr || !settings_->xsrf_cookies) return false;
  const Request& request = exchange.request();
  if (is_safe(request.method())) return false;
  const auto* const found = static_cast<const RouteEntry*>(exchange.subject);
  const MethodEntry* const entry = find_method(found->definition, request);
  return entry != nullptr && entry->check_xsrf;
}

// By any of its methods: what comes before them all is the same, and ends there.
void ApplicationCore::refuse_by_handler(Exchange& exchange, const RouteEntry& found,
                                        int status) const {
  const RouteDefinition& route = found.definition;
  const Refusal refusal{status,
                        status == 405 ? allowed_methods(found, exchange.request()) : std::string()};
  const MethodEntry* of_handler = nullptr;
  visit_methods(route, [&of_handler](MethodName /*name*/, const MethodEntry& entry) {
    if (entry.handler_checks_xsrf) of_handler = &entry;
  });
  if (of_handler == nullptr) {
    if (!refusal.allow.empty()) exchange.response().headers.set("Allow", refusal.allow);
    return send_plain_error(exchange, status);
  }
  const Lifetime owner = of_handler->owner;
  if (owner.has_owner() && !watch_owner(exchange, owner, route.keeper_of(of_handler->target))) {
    return send_plain_error(exchange, 503);
  }
  PathParts none;
  none.refusal = &refusal;
  of_handler->invoke(of_handler->target, exchange, none);
}

void ApplicationCore::dispatch(Exchange& exchange) {
  const Request& request = exchange.request();
  PathParts parts;
  // What plan() has found a route for, it has found allowed.
  if (exchange.subject == nullptr && !allows(exchange)) return refuse(exchange);
  if (waits_for_news(exchange)) return page_reload_->answer(exchange);
  if (request.target_form() == TargetForm::asterisk) {
    std::string allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    for (const std::string& further : further_methods_) allow.append(", ").append(further);
    return answer_options(exchange, allow);
  }
  const Router::Found found = found_route(exchange, parts);
  if (found.result == Router::Result::no_match) return send_plain_error(exchange, 404);
  if (found.result == Router::Result::gave_up) {
    const RouteEntry* const route = found.route;  // none: the pattern is of a host
    exchange.log(LogLevel::warning,
                 summary(exchange, 500) + ": the match limit of " +
                     (route != nullptr ? route->definition.pattern : "a host's pattern"));
    return send_plain_error(exchange, 500);
  }
  const RouteDefinition& route = found.route->definition;
  exchange.subject = found.route;
  if (settings_ != nullptr && settings_->form_limits && !request.body().empty()) {
    exchange.set_form_limits(*settings_->form_limits);
  }
  const MethodEntry* method = find_method(route, request);
  if (method == nullptr) {
    if (request.method() == Method::other && !knows(request.method_text())) {
      return send_plain_error(exchange, 501);
    }
    if (request.method() == Method::options) {
      return answer_options(exchange, allowed_methods(*found.route, request));
    }
    return refuse_by_handler(exchange, *found.route, 405);
  }
  if (!decode_parts(exchange, parts)) return refuse_by_handler(exchange, *found.route, 400);
  if (settings_ != nullptr && !method->handler_checks_xsrf && must_check_xsrf(exchange)) {
    check_xsrf(exchange, *settings_);
  }
  if (method->cancel_on_disconnect) exchange.cancel_on_disconnect();
  if (!method->owner.has_owner()) return method->invoke(method->target, exchange, parts);
  const Lifetime owner = method->owner;
  if (!watch_owner(exchange, owner, route.keeper_of(method->target))) {
    return send_plain_error(exchange, 503);
  }
  method->invoke(method->target, exchange, parts);
  if (exchange.waiting()) tie_task(exchange, owner);
}

void ApplicationCore::log_exception(Exchange& exchange, int status,
                                    const std::exception_ptr& error) {
  if (RequestHandler* handler = handler_of(exchange)) {
    handler->log_exception(status, error);
  } else {
    BasicService::log_exception(exchange, status, error);
  }
}

void ApplicationCore::send_error(Exchange& exchange, int status, std::string_view reason,
                                 const std::exception_ptr& error) {
  if (RequestHandler* handler = handler_of(exchange)) {
    HandlerAccess::send_error(*handler, status, reason, error);
  } else {
    if (error && serves_debug_page(exchange)) {
      return send_debug_page(exchange, status, reason, error);
    }
    BasicService::send_error(exchange, status, reason, error);
  }
}

bool ApplicationCore::serves_debug_page(Exchange& exchange) const noexcept {
  return settings_ != nullptr && (settings_->debug || settings_->serve_traceback) &&
         is_a_developers(exchange);
}

bool ApplicationCore::waits_for_news(Exchange& exchange) const noexcept {
  return page_reload_ != nullptr && PageReload::is_for(exchange.request()) &&
         is_a_developers(exchange);
}

bool ApplicationCore::is_a_developers(Exchange& exchange) const noexcept {
  // Neither what a proxy of this machine hands on, nor a page of elsewhere that is rebound to it.
  const Request& request = exchange.request();
  return exchange.from_this_machine() && host_policy_.names(request) && !is_forwarded(request);
}

void ApplicationCore::before_head(Exchange& exchange, bool whole) noexcept {
  RequestHandler* const handler = handler_of(exchange);
  if (exchange.upgrades()) whole = false;  // the content is still to come
  if (whole && page_reload_ != nullptr && is_a_developers(exchange)) {
    try {
      page_reload_->add_to(exchange);
    } catch (...) {
      log_thrown(exchange, "the script that loads a page anew");
    }
  }
  try {
    if (handler != nullptr) HandlerAccess::complete_head(*handler, whole);
  } catch (...) {
    log_thrown(exchange, "what a response's head is completed with");
  }
}

bool ApplicationCore::log_request(Exchange& exchange, Duration took) noexcept {
  // Pages that wait for news ask every few seconds.
  if (waits_for_news(exchange)) return true;
  try {
    settings_->log_function({exchange.request(), exchange.response().status, took});
  } catch (...) {
    log_thrown(exchange, "Settings::log_function");
  }
  return true;
}

void ApplicationCore::over(Exchange& exchange) noexcept {
  tell(exchange, handler_of(exchange), "on_finish()", &RequestHandler::on_finish);
}

void ApplicationCore::client_gone(Exchange& exchange) noexcept {
  tell(exchange, handler_of(exchange), "on_connection_close()",
       &RequestHandler::on_connection_close);
}

void HandlerAccess::attach(RequestHandler& handler, Exchange& exchange, const Refusal* refusal) {
  handler.exchange_ = &exchange;
  if (refusal != nullptr) handler.state().refusal = *refusal;
  exchange.attachment = &handler;
  exchange.response().headers.set(kHtmlText);
  const auto& core = static_cast<const ApplicationCore&>(*exchange.service());
  if (core.tags_responses()) exchange.ask_before_head();
  handler.set_default_headers();
}

void HandlerAccess::detach(RequestHandler& handler) noexcept {
  handler.exchange_ = nullptr;
  handler.state_ = nullptr;
}

void HandlerAccess::use_etag(RequestHandler& handler) {
  handler.state().tags_response = true;
  handler.exchange().ask_before_head();
}

void HandlerAccess::check_request(RequestHandler& handler) {
  Exchange& exchange = handler.exchange();
  if (handler.state_ != nullptr && handler.state_->refusal) {
    throw HttpError(handler.state_->refusal->status);
  }
  const auto& core = static_cast<const ApplicationCore&>(*exchange.service());
  if (core.must_check_xsrf(exchange)) handler.check_xsrf_cookie();
}

void HandlerAccess::send_error(RequestHandler& handler, int status, std::string_view reason,
                               const std::exception_ptr& error) {
  handler.send_error(status, reason, error);
}

void HandlerAccess::pin(Exchange& exchange, PathParts& parts) {
  const MovedText moved = exchange.pin();
  for (std::size_t i = 0; i < parts.count; ++i) parts.part[i] = moved(parts.part[i].text());
}

}  // namespace eddy::inline v0::web::internal
