// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/application_core.h>

#include <stdexcept>

#include <eddy/core/base/error.h>
#include <eddy/core/base/log.h>
#include <eddy/web/app/internal/function_route.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/status.h>
#include <eddy/web/http/url.h>

namespace eddy::inline v0::web::internal {

namespace {

// A request that has no connection to wait for.
constexpr int kStopped = 503;

RequestHandler* handler_of(const Exchange& exchange) noexcept {
  return static_cast<RequestHandler*>(exchange.attachment);
}

std::string summary(Exchange& exchange, int status) {
  const Request& request = exchange.request();
  std::string text = std::to_string(status) + " ";
  text.append(request.method_text()).append(" ").append(request.target());
  return text.append(" (").append(request.remote_ip()).append(")");
}

std::string allowed_methods(const RouteDefinition& route) {
  std::string allow;
  auto add = [&allow](Method method) {
    if (!allow.empty()) allow += ", ";
    allow += to_string(method);
  };
  for (int i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    const bool by_get = method == Method::head && route.methods[0].invoke != nullptr;
    if (by_get || route.methods[static_cast<std::size_t>(i)].invoke != nullptr) add(method);
  }
  return allow;
}

// Parts are decoded once, here. False: one of them is not UTF-8.
bool decode_parts(Exchange& exchange, PathParts& parts) {
  for (std::size_t i = 0; i < parts.count; ++i) {
    std::string_view& part = parts.part[i];
    if (part.find('%') == std::string_view::npos) continue;
    const std::string decoded = percent_decode(part);
    if (!is_utf8(decoded)) return false;
    // A view of nothing must still differ from a group that took no part.
    part = decoded.empty() ? std::string_view("") : exchange.arena().copy(decoded);
  }
  return true;
}

const MethodEntry* find_method(const RouteDefinition& route, Method method) noexcept {
  if (method == Method::other) return nullptr;
  const MethodEntry& entry = route.methods[static_cast<std::size_t>(method)];
  if (entry.invoke != nullptr) return &entry;
  const MethodEntry& get = route.methods[static_cast<std::size_t>(Method::get)];
  return method == Method::head && get.invoke != nullptr ? &get : nullptr;
}

}  // namespace

Application& ApplicationCore::application() const {
  if (application_ == nullptr) throw std::logic_error("the Application has been destroyed");
  return *application_;
}

void ApplicationCore::handle(Exchange& exchange) noexcept {
  try {
    dispatch(exchange);
    if (!exchange.finished() && !exchange.waiting()) exchange.finish();
  } catch (...) {
    fail(exchange, std::current_exception());
  }
}

void ApplicationCore::dispatch(Exchange& exchange) {
  const Request& request = exchange.request();
  PathParts parts;
  const Router::Found found = router_.find(request.path(), parts);
  if (found.result == Router::Result::no_match) return send_plain_error(exchange, 404);
  if (found.result == Router::Result::gave_up) {
    exchange.log(LogLevel::warning,
                 summary(exchange, 500) + ": the match limit of " + found.route->pattern);
    return send_plain_error(exchange, 500);
  }
  const MethodEntry* method = find_method(*found.route, request.method());
  if (method == nullptr) {
    if (request.method() == Method::other) return send_plain_error(exchange, 501);
    exchange.response().headers.set("Allow", allowed_methods(*found.route));
    return send_plain_error(exchange, 405);
  }
  if (!decode_parts(exchange, parts)) return send_plain_error(exchange, 400);
  method->invoke(method->target, exchange, parts);
}

void ApplicationCore::task_ended(Exchange& exchange, const std::exception_ptr& error) noexcept {
  if (error) {
    fail(exchange, error);
  } else if (!exchange.finished()) {
    exchange.finish();
  }
}

void ApplicationCore::fail(Exchange& exchange, const std::exception_ptr& error) noexcept {
  int status = 500;
  try {
    try {
      std::rethrow_exception(error);
    } catch (const HttpError& http) {
      if (http.status() >= 400 && http.status() <= 599) status = http.status();
      if (http.what()[0] != '\0') {
        exchange.log(LogLevel::warning, summary(exchange, status) + ": " + http.what());
      }
    } catch (const Cancelled&) {
      status = kStopped;
    } catch (...) {
      exchange.log(LogLevel::error,
                   summary(exchange, status) + ": " + describe(std::current_exception()));
    }
    if (exchange.finished()) return;
    if (RequestHandler* handler = handler_of(exchange)) {
      handler->send_error(status);
    } else {
      exchange.response().headers.clear();
      send_plain_error(exchange, status);
    }
  } catch (...) {
    // Not even the error page could be made: send what needs no memory.
    if (exchange.finished()) return;
    exchange.response().headers.clear();
    exchange.response().body.clear();
    exchange.response().reason.clear();
    exchange.response().status = status;
    exchange.finish();
  }
}

void ApplicationCore::over(Exchange& exchange) noexcept {
  RequestHandler* handler = handler_of(exchange);
  if (handler == nullptr) return;
  try {
    handler->on_finish();
  } catch (...) {
    try {
      exchange.log(LogLevel::error, "on_finish(): " + describe(std::current_exception()));
    } catch (...) {  // no memory for the message
    }
  }
}

void clear_response(Exchange& exchange) {
  Response& response = exchange.response();
  response.headers.clear();
  response.headers.set("Content-Type", "text/html; charset=UTF-8");
  response.body.clear();
  response.reason.clear();
  response.status = 200;
}

std::string error_title(int status, std::string_view reason) {
  const std::string_view text = reason.empty() ? reason_phrase(status) : reason;
  std::string escaped;
  for (const char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

void send_plain_error(Exchange& exchange, int status) {
  Response& response = exchange.response();
  const std::string title = std::to_string(status) + ": " + error_title(status, {});
  response.status = status;
  response.reason.clear();
  response.headers.set("Content-Type", "text/html; charset=UTF-8");
  response.body = "<html><title>" + title + "</title><body>" + title + "</body></html>";
  exchange.finish();
}

void HandlerAccess::attach(RequestHandler& handler, Exchange& exchange) {
  handler.exchange_ = &exchange;
  exchange.attachment = &handler;
  exchange.response().headers.set("Content-Type", "text/html; charset=UTF-8");
}

void HandlerAccess::pin(Exchange& exchange, PathParts& parts) {
  exchange.pin();
  for (std::size_t i = 0; i < parts.count; ++i) parts.part[i] = exchange.pinned(parts.part[i]);
}

void answer_text(Exchange& exchange, std::string text) {
  exchange.response().headers.set("Content-Type", "text/plain; charset=UTF-8");
  exchange.response().body = std::move(text);
}

void answer_view(Exchange& exchange, std::string_view text) {
  exchange.response().headers.set("Content-Type", "text/plain; charset=UTF-8");
  exchange.response().body.assign(text);
}

void answer_response(Exchange& exchange, Response response) {
  exchange.response() = std::move(response);
}

}  // namespace eddy::inline v0::web::internal
