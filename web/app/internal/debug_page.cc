// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/debug_page.h>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>
#include <typeinfo>

#include <eddy/core/base/error.h>
#include <eddy/core/base/thrown_at.h>
#include <eddy/web/app/internal/router.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/escape/escape.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/basic_service.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/scan.h>

namespace eddy::inline v0::web::internal {

namespace {

/// Causes may be many, or even a circle.
constexpr int kMostCauses = 20;

std::string type_of_current_exception() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "an exception";
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), &std::free);
  return name != nullptr ? name.get() : type->name();
}

void add(std::string& page, std::string_view element, std::string_view text) {
  page.append("<").append(element).append(">");
  append_xhtml_escaped(page, text);
  page.append("</").append(element).append(">\n");
}

void add_row(std::string& page, std::string_view name, std::string_view value) {
  page += "<tr><th align=\"left\">";
  append_xhtml_escaped(page, name);
  page += "</th><td>";
  append_xhtml_escaped(page, value);
  page += "</td></tr>\n";
}

void add_stack(std::string& page, const std::exception_ptr& error) {
  const std::string stack = thrown_at(error);
  if (stack.empty()) return;
  add(page, "h3", "thrown at");
  add(page, "pre", stack);
}

// Of `error`, and of what it is nested in.
void add_exceptions(std::string& page, const std::exception_ptr& error, int depth = 0) {
  if (depth > kMostCauses) return;
  std::exception_ptr cause;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& thrown) {
    add(page, "h2", (depth > 0 ? "because of " : "") + type_of_current_exception());
    add(page, "pre", thrown.what());
    if (const auto* const system = dynamic_cast<const std::system_error*>(&thrown)) {
      const std::error_code code = system->code();
      add(page, "p", std::string(code.category().name()) + ":" + std::to_string(code.value()));
    }
    if (const auto* const nested = dynamic_cast<const std::nested_exception*>(&thrown)) {
      cause = nested->nested_ptr();
    }
  } catch (...) {
    add(page, "h2", (depth > 0 ? "because of " : "") + type_of_current_exception());
  }
  add_stack(page, error);
  if (cause) add_exceptions(page, cause, depth + 1);
}

bool is_secret(std::string_view field) noexcept {
  for (const char* const name :
       {"Authorization", "Cookie", "Proxy-Authorization", "X-CSRFToken", "X-XSRFToken"}) {
    if (equals_ignoring_case(field, name)) return true;
  }
  return false;
}

void add_request(std::string& page, Exchange& exchange) {
  const Request& request = exchange.request();
  page += "<h2>Request</h2>\n<table>\n";
  add_row(page, "method", request.method_text());
  add_row(page, "target", request.target());
  add_row(page, "version", request.version());
  add_row(page, "from", request.remote_ip());
  if (const auto* const route = static_cast<const RouteEntry*>(exchange.subject)) {
    add_row(page, "answered by", describe(route->definition));
    if (!route->definition.handler.empty()) add_row(page, "handler", route->definition.handler);
  }
  page += "</table>\n<h2>Its fields</h2>\n<table>\n";
  for (const HeaderField field : request.headers()) {
    add_row(page, field.name, is_secret(field.name) ? "(not shown)" : field.value);
  }
  page += "</table>\n";
}

}  // namespace

std::string debug_page(Exchange& exchange, int status, const std::exception_ptr& error) {
  const std::string title =
      std::to_string(status) + ": " + error_title(status, exchange.response().reason);
  std::string page = "<!DOCTYPE html>\n<html><head><meta charset=\"UTF-8\"><title>" + title +
                     "</title></head>\n<body><h1>" + title + "</h1>\n";
  add_exceptions(page, error);
  add_request(page, exchange);
  page +=
      "<p>Programs on this machine are shown this since Settings::serve_traceback is on.</p>\n"
      "</body></html>\n";
  return page;
}

void send_debug_page(Exchange& exchange, int status, std::string_view reason,
                     const std::exception_ptr& error) {
  Response& response = exchange.response();
  response.headers.clear();
  response.headers.set(kHtmlText);
  response.status = status;
  response.reason = is_reason(reason) ? reason : std::string_view();
  response.body = debug_page(exchange, status, error);
  exchange.finish();
}

bool serves_debug_page(const Exchange& exchange, const Settings& settings) noexcept {
  return (settings.debug || settings.serve_traceback) && exchange.from_this_machine();
}

}  // namespace eddy::inline v0::web::internal
