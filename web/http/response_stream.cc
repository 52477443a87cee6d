// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/response_stream.h>

#include <stdexcept>
#include <string>

#include <eddy/core/loop/scheduler.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/scan.h>
#include <eddy/web/http/internal/trailer_fields.h>

namespace eddy::inline v0::web {

namespace internal {

// True: the coroutine is to be suspended.
bool FlushAwaiter::wait() {
  if (!exchange_.flush()) {
    exchange_.flush_waiter_ = this;
    return true;
  }
  if (!eddy::internal::budget_spent(core())) {
    StopNode::unlink();
    return false;
  }
  resume_later();
  return true;
}

void FlushAwaiter::leave() noexcept {
  if (exchange_.flush_waiter_ == this) exchange_.flush_waiter_ = nullptr;
}

void FlushAwaiter::stop_waiting() noexcept {
  leave();
  resume_later();
}

void FlushAwaiter::await_resume() {
  leave();
  throw_if_stopped();
}

namespace {

Headers& headers_before_head(Exchange& exchange, const char* call) {
  if (exchange.state().head_sent || exchange.finished()) {
    throw std::logic_error(std::string(call) + ": the response's head has been sent");
  }
  return exchange.response().headers;
}

}  // namespace
}  // namespace internal

void ResponseStream::set_status(int status, std::string_view reason) {
  (void)internal::headers_before_head(exchange_, "set_status");
  if (status < 200 || status > 999) {
    throw std::invalid_argument("set_status: " + std::to_string(status) + " is not of 200 to 999");
  }
  Response& response = exchange_.response();
  response.status = status;
  response.reason = internal::is_reason(reason) ? reason : std::string_view();
}

void ResponseStream::set_header(std::string_view name, std::string_view value) {
  internal::headers_before_head(exchange_, "set_header").set(name, value);
}

void ResponseStream::add_header(std::string_view name, std::string_view value) {
  internal::headers_before_head(exchange_, "add_header").add(name, value);
}

void ResponseStream::set_trailer(std::string_view name, std::string_view value) {
  if (internal::forbidden_in_trailer(name)) {
    throw std::invalid_argument("set_trailer(): " + std::string(name) +
                                " can't stand behind the content");
  }
  exchange_.trailers().set(name, value);
}

void ResponseStream::write(std::string_view text) {
  if (exchange_.client_gone()) return;
  if (exchange_.finished()) throw std::logic_error("write() after finish()");
  exchange_.response().body.append(text);
}

void ResponseStream::finish() {
  if (exchange_.finished()) throw std::logic_error("finish() was called twice");
  exchange_.finish();
}

bool ResponseStream::head_sent() const noexcept { return exchange_.state().head_sent; }
bool ResponseStream::finished() const noexcept { return exchange_.finished(); }
bool ResponseStream::client_gone() const noexcept { return exchange_.client_gone(); }

}  // namespace eddy::inline v0::web
