// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <eddy/web/app/internal/route_owner.h>
#include <eddy/web/http/internal/basic_service.h>
#include <eddy/web/live/internal/event_connection.h>
#include <eddy/web/live/internal/event_speaker.h>

namespace eddy::inline v0::web::internal {

namespace {

/// Holds the connection until it begins.
class EventStreamUpgrade final : public Upgrade {
 public:
  EventStreamUpgrade() = default;
  ~EventStreamUpgrade() override {
    if (connection_ != nullptr) connection_->dismiss();
  }
  void begin(UpgradedConnection connection) noexcept override {
    // Itself it goes first, as the other does what the program wants.
    EventConnection& events = *std::exchange(connection_, nullptr);
    delete this;
    events.begin(std::move(connection));
  }
  void hold(EventConnection& connection) noexcept { connection_ = &connection; }
  [[nodiscard]] EventConnection& get() const noexcept { return *connection_; }

 private:
  EventConnection* connection_ = nullptr;
};

}  // namespace

void check(const EventStreamOptions& options) {
  if (options.retry && options.retry->count() < 0) {
    throw std::invalid_argument("EventStreamOptions: retry is below zero");
  }
}

bool check_event_stream(Exchange& exchange) {
  if (exchange.state().head_sent) {
    throw std::logic_error("an event stream can't be opened after flush()");
  }
  if (exchange.request().method() == Method::get) return true;
  // A HEAD would be answered before it is known whether there is a stream.
  Response& response = exchange.response();
  response.status = 405;
  response.headers.set("Allow", "GET, OPTIONS");
  response.headers.set(kPlainText);
  response.body = "this is a stream of events: it wants a GET\n";
  exchange.finish();
  return false;
}

void open_event_stream(Exchange& exchange, const EventStreamOptions& options,
                       std::unique_ptr<EventSpeaker> speaker) {
  std::string last_id(exchange.request().header("Last-Event-ID"));
  auto upgrade = std::make_unique<EventStreamUpgrade>();
  upgrade->hold(
      *new EventConnection(options, std::move(last_id), route_owner(exchange), std::move(speaker)));
  Response& response = exchange.response();
  const bool accepted = upgrade->get().accept();
  response.headers.set("Cache-Control", "no-store");
  if (!accepted) {
    response.status = 204;
    return exchange.finish();
  }
  response.status = 200;
  response.reason.clear();
  response.body.clear();
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("X-Accel-Buffering", "no");  // for nginx and its kin: pass it on at once
  exchange.upgrade(std::move(upgrade));
  exchange.finish();
}

}  // namespace eddy::inline v0::web::internal
