// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/owned_route.h>

#include <memory>
#include <utility>

#include <eddy/core/task/while_alive.h>
#include <eddy/web/http/internal/basic_service.h>

namespace eddy::inline v0::web::internal {

namespace {

/// Lives as long as the request's memory, so until after on_finish().
class OwnerWatch final : public LifetimeListener {
 public:
  OwnerWatch(Exchange& exchange, const Lifetime& owner, std::shared_ptr<void> function)
      : exchange_(exchange),
        function_(std::move(function)),
        hold_(owner.hold()),
        alive_(owner.listen(*this)) {}
  ~OwnerWatch() = default;
  [[nodiscard]] bool alive() const noexcept { return alive_; }

 private:
  void on_lifetime_ended() noexcept override { exchange_.attachment = nullptr; }

  Exchange& exchange_;
  std::shared_ptr<void> function_;
  std::shared_ptr<const void> hold_;
  bool alive_;
};

// Nothing of the handler's has part in it.
void answer_owner_gone(Exchange& exchange) {
  if (exchange.finished() || exchange.state().head_sent) return;
  exchange.response() = Response();
  send_plain_error(exchange, 503);
}

Task<void> run_owned(Exchange& exchange, Lifetime owner, Task<void> task) {
  // The hold of the handler's own frames goes with them.
  const ExchangePin pin(exchange);
  bool owner_gone = false;
  try {
    co_await while_alive(owner, std::move(task));
  } catch (const Cancelled&) {
    // Only that: what the handler throws, a stop included, has been answered within.
    owner_gone = true;
  }
  if (owner_gone) answer_owner_gone(exchange);
}

}  // namespace

bool watch_owner(Exchange& exchange, const Lifetime& owner, std::shared_ptr<void> function) {
  return exchange.arena().make<OwnerWatch>(exchange, owner, std::move(function)).alive();
}

void tie_task(Exchange& exchange, const Lifetime& owner) {
  exchange.wrap_task([&](Task<void> task) { return run_owned(exchange, owner, std::move(task)); });
}

}  // namespace eddy::inline v0::web::internal
