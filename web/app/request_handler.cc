// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/request_handler.h>

#include <stdexcept>
#include <string>
#include <utility>

#include <eddy/web/app/internal/application_core.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/status.h>

namespace eddy::inline v0::web {

RequestHandler::~RequestHandler() = default;

internal::Exchange& RequestHandler::exchange() const {
  if (exchange_ == nullptr) {
    throw std::logic_error("a RequestHandler has no request before its constructor has ended");
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

Application& RequestHandler::app() const {
  return static_cast<internal::ApplicationCore*>(exchange().service())->application();
}

void RequestHandler::write_error(int status) {
  set_header("Content-Type", "text/html; charset=UTF-8");
  const Response& response = exchange().response();
  const std::string title =
      std::to_string(status) + ": " + internal::error_title(status, response.reason);
  finish("<html><title>" + title + "</title><body>" + title + "</body></html>");
}

void RequestHandler::set_status(int status, std::string_view reason) {
  if (status < 100 || status > 999) {
    throw std::invalid_argument("set_status: " + std::to_string(status) + " is not of 100 to 999");
  }
  Response& response = exchange().response();
  response.status = status;
  response.reason = internal::is_field_value(reason) ? reason : std::string_view();
}

int RequestHandler::status() const { return exchange().response().status; }

void RequestHandler::set_header(std::string_view name, std::string_view value) {
  exchange().response().headers.set(name, value);
}

void RequestHandler::add_header(std::string_view name, std::string_view value) {
  exchange().response().headers.add(name, value);
}

void RequestHandler::clear_header(std::string_view name) {
  exchange().response().headers.erase(name);
}

void RequestHandler::append(std::string_view text) {
  internal::Exchange& exchange = this->exchange();
  if (exchange.client_gone()) return;
  if (exchange.finished()) throw std::logic_error("write() after finish()");
  exchange.response().body.append(text);
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
  Response& response = unsent("redirect()").response();
  set_header("Location", url);
  set_status(permanent ? 301 : 302);
  response.body.clear();
  finish();
}

void RequestHandler::send_error(int status) {
  internal::Exchange& exchange = unsent("send_error()");
  internal::clear_response(exchange);
  set_status(status);
  write_error(status);
  if (!exchange.finished()) finish();
}

void RequestHandler::finish() {
  internal::Exchange& exchange = this->exchange();
  if (exchange.finished()) throw std::logic_error("finish() was called twice");
  exchange.finish();
}

void RequestHandler::finish(std::string_view last_part) {
  append(last_part);
  finish();
}

bool RequestHandler::finished() const { return exchange().finished(); }

}  // namespace eddy::inline v0::web
