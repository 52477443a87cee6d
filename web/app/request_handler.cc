// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/request_handler.h>

#include <stdexcept>
#include <string>
#include <utility>

#include <eddy/web/app/internal/application_core.h>
#include <eddy/web/app/internal/debug_page.h>
#include <eddy/web/app/internal/handler_state.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/http/http_date.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/status.h>

namespace eddy::inline v0::web {

RequestHandler::~RequestHandler() = default;

internal::Exchange& RequestHandler::exchange() const {
  if (exchange_ == nullptr) {
    throw std::logic_error(
        "a RequestHandler has no request before its constructor has ended, and a WebSocketHandler "
        "none behind open(), unless it has `keep_request`");
  }
  return *exchange_;
}

internal::Exchange& RequestHandler::unsent(const char* call) const {
  internal::Exchange& exchange = this->exchange();
  if (exchange.finished()) throw std::logic_error(std::string(call) + " after finish()");
  if (exchange.state().head_sent) throw std::logic_error(std::string(call) + " after flush()");
  return exchange;
}

const Request& RequestHandler::request() const { return exchange().request(); }

Duration RequestHandler::request_time() const { return exchange().request_time(); }

std::string_view RequestHandler::csp_nonce() const { return request().csp_nonce(); }

Application& RequestHandler::app() const {
  return static_cast<internal::ApplicationCore*>(exchange().service())->application();
}

const Settings& RequestHandler::settings() const {
  return static_cast<internal::ApplicationCore*>(exchange().service())->settings();
}

std::string RequestHandler::reverse(std::string_view name,
                                    std::initializer_list<internal::UrlArgument> values) const {
  auto& core = static_cast<internal::ApplicationCore&>(*exchange().service());
  return core.router().reverse_url(name, {values.begin(), values.size()});
}

std::string RequestHandler::static_url(std::string_view path, bool absolute) const {
  const Settings& settings = this->settings();
  if (!settings.static_files) {
    throw std::logic_error(
        "static_url(): the Application's Settings have no static_files; give it some: "
        "Application app({.static_files = StaticFiles(folder)}, {...})");
  }
  std::string url = settings.static_files->url(path);
  if (!absolute) return url;
  return std::string(request().protocol()) + "://" + std::string(request().host()) + url;
}

void RequestHandler::log_exception(int status, const std::exception_ptr& error) {
  internal::log_error(exchange(), status, error);
}

void RequestHandler::write_error(int status, const std::exception_ptr& error) {
  set_header("Content-Type", "text/html; charset=UTF-8");
  const auto& core = static_cast<const internal::ApplicationCore&>(*exchange().service());
  if (error && core.serves_debug_page(exchange())) {
    // One of the default fields may have pages of other sites read the response.
    clear_header("Access-Control-Allow-Origin");
    set_header("Cache-Control", "no-store");
    return finish(internal::debug_page(exchange(), status, error));
  }
  const std::string title =
      std::to_string(status) + ": " + internal::error_title(status, exchange().response().reason);
  finish("<html><title>" + title + "</title><body>" + title + "</body></html>");
}

void RequestHandler::set_status(int status, std::string_view reason) {
  if (status < 100 || status > 999) {
    throw std::invalid_argument("set_status: " + std::to_string(status) + " is not of 100 to 999");
  }
  Response& response = exchange().response();
  response.status = status;
  response.reason = internal::is_reason(reason) ? reason : std::string_view();
}

int RequestHandler::status() const { return exchange().response().status; }

std::string_view RequestHandler::reason() const {
  const Response& response = exchange().response();
  return response.reason.empty() ? reason_phrase(response.status) : response.reason;
}

void RequestHandler::clear() {
  Response& response = unsent("clear()").response();
  response.status = 200;
  response.reason.clear();
  response.headers.clear();
  response.headers.set(internal::kHtmlText);
  response.body.clear();
  response.file.reset();
  if (state_ != nullptr) state_->cookies_added = false;
  set_default_headers();
}

void RequestHandler::set_header(std::string_view name, std::string_view value) {
  exchange().response().headers.set(name, value);
}

void RequestHandler::set_header(std::string_view name, std::chrono::sys_seconds time) {
  set_header(name, format_http_date(time));
}

void RequestHandler::add_header(std::string_view name, std::chrono::sys_seconds time) {
  add_header(name, format_http_date(time));
}

void RequestHandler::add_header(std::string_view name, std::string_view value) {
  exchange().response().headers.add(name, value);
}

void RequestHandler::clear_header(std::string_view name) {
  exchange().response().headers.erase(name);
}

void RequestHandler::complete_head(bool whole) {
  if (state_ != nullptr && !std::exchange(state_->cookies_added, true)) {
    for (const internal::HandlerState::NewCookie& cookie : state_->cookies) {
      add_header("Set-Cookie", cookie.field);
    }
  }
  if (whole && ((state_ != nullptr && state_->tags_response) || settings().etags)) tag_response();
}

std::string* RequestHandler::appendable_content() const {
  internal::Exchange& exchange = this->exchange();
  if (exchange.client_gone()) return nullptr;
  if (exchange.finished()) throw std::logic_error("write() after finish()");
  return &exchange.response().body;
}

void RequestHandler::append(std::string_view text) {
  if (std::string* const content = appendable_content()) content->append(text);
}

void RequestHandler::append_json(const void* value,
                                 void (*write)(std::string& out, const void* value)) {
  std::string* const content = appendable_content();
  if (content == nullptr) return;
  if (!headers_sent()) exchange().response().headers.set(internal::kJson);
  write(*content, value);
}

internal::FlushAwaiter RequestHandler::flush() { return internal::FlushAwaiter(exchange()); }

bool RequestHandler::headers_sent() const { return exchange().state().head_sent; }

void RequestHandler::send_file(File file) {
  const std::uint64_t size = file.size();
  send_file(std::move(file), 0, size);
}

void RequestHandler::send_file(File file, std::uint64_t offset, std::uint64_t length) {
  Response& response = unsent("send_file()").response();
  response.body.clear();
  response.file = FilePart{std::move(file), offset, length};
  finish();
}

void RequestHandler::redirect(std::string_view url, bool permanent) {
  send_elsewhere(url, permanent ? 301 : 302);
}

void RequestHandler::redirect(std::string_view url, int status) {
  if (status < 300 || status > 399) {
    throw std::invalid_argument("redirect(): " + std::to_string(status) + " is not of 300 to 399");
  }
  send_elsewhere(url, status);
}

void RequestHandler::send_elsewhere(std::string_view url, int status) {
  Response& response = unsent("redirect()").response();
  set_header("Location", url);
  set_status(status);
  response.body.clear();
  finish();
}

void RequestHandler::send_error(int status, std::string_view reason) {
  send_error(status, reason, nullptr);
}

void RequestHandler::send_error(int status, std::string_view reason,
                                const std::exception_ptr& error) {
  const internal::Exchange& exchange = unsent("send_error()");
  clear();
  set_status(status, reason);
  if (state_ != nullptr && state_->refusal && !state_->refusal->allow.empty()) {
    set_header("Allow", state_->refusal->allow);
  }
  write_error(status, error);
  if (!exchange.finished()) finish();
}

void RequestHandler::finish() {
  internal::Exchange& exchange = this->exchange();
  if (exchange.finished()) throw std::logic_error("finish() was called twice");
  exchange.finish();
}

bool RequestHandler::finished() const { return exchange().finished(); }

}  // namespace eddy::inline v0::web
