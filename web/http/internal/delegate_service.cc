// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/internal/delegate_service.h>

#include <stdexcept>

#include <eddy/core/base/error.h>

namespace eddy::inline v0::web {

MessageDelegate::~MessageDelegate() = default;

namespace internal {

namespace {

MessageDelegate* delegate_of(const Exchange& exchange) noexcept {
  return static_cast<MessageDelegate*>(exchange.attachment);
}

Task<void> run_steps(Exchange& exchange, MessageDelegate& delegate) {
  co_await delegate.headers_received(exchange.request(), exchange.response_stream());
  if (!exchange.finished()) delegate.body_begins(exchange.request_body());
  while (!exchange.finished()) {
    const std::string_view piece = co_await exchange.request_body().read();
    if (piece.empty()) {
      co_await delegate.finish();
      co_return;
    }
    co_await delegate.data_received(piece);
  }
}

}  // namespace

ContentPlan DelegateService::plan(Exchange& /*exchange*/) noexcept { return {.streamed = true}; }

void DelegateService::handle(Exchange& exchange) noexcept {
  try {
    exchange.pin();
    auto& delegate =
        exchange.arena().make<std::unique_ptr<MessageDelegate>>(factory_(exchange.request()));
    if (!delegate) throw std::logic_error("the server's handler has made no delegate");
    exchange.attachment = delegate.get();
    exchange.wait_for(run_steps(exchange, *delegate));
  } catch (...) {
    fail(exchange, std::current_exception());
  }
}

void DelegateService::client_gone(Exchange& exchange) noexcept {
  MessageDelegate* delegate = delegate_of(exchange);
  if (delegate == nullptr) return;
  try {
    delegate->on_connection_close();
  } catch (...) {
    log_thrown(exchange, "on_connection_close()");
  }
}

}  // namespace internal
}  // namespace eddy::inline v0::web
