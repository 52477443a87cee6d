// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/debug_page.h>

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>
#include <typeinfo>

#include <eddy/core/base/error.h>
#include <eddy/core/base/thrown_at.h>
#include <eddy/web/app/internal/router.h>
#include <eddy/web/escape/escape.h>
#include <eddy/web/http/http_error.h>
#include <eddy/web/http/internal/basic_service.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/request.h>

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

/// Whether what is called so may be a secret: cookies, tokens, keys, passwords.
bool is_secret(std::string_view name) noexcept {
  constexpr std::string_view kWords[] = {"auth", "cookie", "credential", "csrf", "jwt",   "key",
                                         "pass", "secret", "session",    "sign", "token", "xsrf"};
  const auto contains = [name](std::string_view word) {
    for (std::size_t at = 0; at + word.size() <= name.size(); ++at) {
      if (equals_ignoring_case(name.substr(at, word.size()), word)) return true;
    }
    return false;
  };
  return std::any_of(std::begin(kWords), std::end(kWords), contains);
}

constexpr std::string_view kNotShown = "(not shown)";

/// A URL without the values of such arguments.
std::string shown_url(std::string_view url) {
  std::string shown;
  for (std::size_t begin = 0; begin < url.size();) {
    const std::size_t end = std::min(url.find_first_of("?&#", begin), url.size());
    const std::string_view part = url.substr(begin, end - begin);
    const std::size_t equal = begin > 0 ? part.find('=') : std::string_view::npos;
    if (equal != std::string_view::npos && is_secret(part.substr(0, equal))) {
      shown.append(part.substr(0, equal + 1)).append(kNotShown);
    } else {
      shown += part;
    }
    if (end < url.size()) shown += url[end];
    begin = end + 1;
  }
  return shown;
}

std::string shown_value(HeaderField field) {
  if (is_secret(field.name)) return std::string(kNotShown);
  if (equals_ignoring_case(field.name, "Referer")) return shown_url(field.value);
  return std::string(field.value);
}

void add_request(std::string& page, Exchange& exchange) {
  const Request& request = exchange.request();
  page += "<h2>Request</h2>\n<table>\n";
  add_row(page, "method", request.method_text());
  add_row(page, "target", shown_url(request.target()));
  add_row(page, "version", request.version());
  add_row(page, "from", request.remote_ip());
  if (const auto* const route = static_cast<const RouteEntry*>(exchange.subject)) {
    add_row(page, "answered by", describe(route->definition));
    if (!route->definition.handler.empty()) add_row(page, "handler", route->definition.handler);
  }
  page += "</table>\n<h2>Its fields</h2>\n<table>\n";
  for (const HeaderField field : request.headers()) {
    add_row(page, field.name, shown_value(field));
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
  response.headers.set("Cache-Control", "no-store");
  response.status = status;
  response.reason = is_reason(reason) ? reason : std::string_view();
  response.body = debug_page(exchange, status, error);
  exchange.finish();
}

bool is_forwarded(const Request& request) noexcept {
  for (const HeaderField field : request.headers()) {
    const std::string_view name = field.name;
    constexpr std::string_view kPrefix = "X-Forwarded-";
    if (equals_ignoring_case(name, "Forwarded") || equals_ignoring_case(name, "Via") ||
        equals_ignoring_case(name, "X-Real-Ip") ||
        equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix)) {
      return true;
    }
  }
  return false;
}

}  // namespace eddy::inline v0::web::internal
