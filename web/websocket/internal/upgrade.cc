// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include <eddy/web/app/internal/application_core.h>
#include <eddy/web/app/internal/origin_policy.h>
#include <eddy/web/app/internal/route_owner.h>
#include <eddy/web/http/internal/shown_text.h>
#include <eddy/web/websocket/internal/connection.h>
#include <eddy/web/websocket/internal/deflate_agreement.h>
#include <eddy/web/websocket/internal/handshake.h>
#include <eddy/web/websocket/internal/speaker.h>

namespace eddy::inline v0::web::internal {

WebSocketSpeaker::~WebSocketSpeaker() = default;

namespace {

void refuse_handshake(Exchange& exchange, int status, std::string_view text) {
  Response& response = exchange.response();
  response.status = status;
  response.headers.set(kPlainText);
  if (status == 426) {  // RFC 6455, 4.4, and RFC 9110, 15.5.22
    response.headers.set("Sec-WebSocket-Version", "13");
    response.headers.set("Upgrade", "websocket");
  }
  response.body = std::string(text) + "\n";
  exchange.finish();
}

}  // namespace

std::vector<std::string_view> offered_subprotocols(Exchange& exchange) {
  return offered_subprotocols(exchange.request().headers());
}

std::optional<std::string> check_handshake(Exchange& exchange) {
  const RequestHead& head = exchange.parser().head();
  if (exchange.state().head_sent)
    throw std::logic_error("a WebSocket can't be opened after flush()");
  if (head.method() != Method::get) {
    refuse_handshake(exchange, 400, "this is a WebSocket: it wants a GET");
    return std::nullopt;
  }
  HandshakeAnswer answer = answer_handshake(head.headers(), head.version_minor(), head.has_body());
  if (answer.status == 101) return std::move(answer.accept);
  refuse_handshake(exchange, answer.status, answer.text);
  return std::nullopt;
}

bool websocket_origin_allowed(Exchange& exchange) {
  return static_cast<const ApplicationCore&>(*exchange.service())
      .origin_policy()
      .allows(exchange.request());
}

std::optional<std::string_view> websocket_origin(Exchange& exchange) {
  return origin_of(exchange.request());
}

bool check_websocket_origin(Exchange& exchange, bool allowed) {
  if (allowed) return true;
  const std::string origin(origin_of(exchange.request()).value_or("unknown"));
  exchange.log(LogLevel::warning, "a WebSocket was refused to a page of " + shown_text(origin) +
                                      " (Settings::origins, check_origin())");
  refuse_handshake(exchange, 403, "a page of another site may not open this WebSocket");
  return false;
}

void upgrade_to_websocket(Exchange& exchange, const WebSocketTerms& given,
                          std::unique_ptr<WebSocketSpeaker> speaker) {
  const RequestHead& head = exchange.parser().head();
  WebSocketTerms terms = given;
  Response& response = exchange.response();
  std::optional<DeflateAgreement> agreed;
  if (terms.options.deflate) {
    check(*terms.options.deflate);
    // What was dropped would be missing in the window of what follows.
    if (terms.options.slow_consumer != SlowConsumer::close) {
      terms.options.deflate->context_takeover = false;
    }
    if (const auto offers = head.headers().get("Sec-WebSocket-Extensions")) {
      if (auto accepted = accept_deflate(*offers, *terms.options.deflate)) {
        agreed = accepted->agreement;
        response.headers.set("Sec-WebSocket-Extensions", accepted->field);
      }
    }
  }
  response.status = 101;
  response.body.clear();
  response.headers.set("Upgrade", "websocket");
  response.headers.set("Connection", "Upgrade");
  response.headers.set("Sec-WebSocket-Accept", terms.accept);
  if (!terms.subprotocol.empty()) {
    response.headers.set("Sec-WebSocket-Protocol", terms.subprotocol);
  }
  exchange.upgrade(std::make_unique<WebSocketConnection>(
      WebSocketConnection::Peer::client, terms, agreed, route_owner(exchange), std::move(speaker)));
  exchange.finish();
}

}  // namespace eddy::inline v0::web::internal
