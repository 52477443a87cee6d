// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/websocket_connect.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <eddy/core/base/version.h>
#include <eddy/core/loop/shared_core.h>
#include <eddy/core/task/event.h>
#include <eddy/core/task/with_timeout.h>
#include <eddy/web/http/internal/char_class.h>
#include <eddy/web/http/internal/server_url.h>
#include <eddy/web/http/response_parser.h>
#include <eddy/web/websocket/internal/client_home.h>
#include <eddy/web/websocket/internal/connection.h>
#include <eddy/web/websocket/internal/handshake.h>

namespace eddy::inline v0::web {

namespace {

using internal::ServerUrl;
using internal::WebSocketConnection;

/// Who has opened the WebSocket takes its messages, for as long as there is a use for it.
class ClientSpeaker final : public internal::WebSocketSpeaker {
 public:
  Waits open(WebSocket& /*socket*/) override { return until_let_go(); }
  [[nodiscard]] bool receives() const noexcept override { return true; }
  void let_go() noexcept override { let_go_.set(); }

 private:
  Task<void> until_let_go() { co_await let_go_.wait(); }

  Event let_go_;
};

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

bool is_of_the_handshake(std::string_view name) noexcept {
  using internal::equals_ignoring_case;
  for (const char* const each : {"Upgrade", "Connection", "Content-Length", "Transfer-Encoding"}) {
    if (equals_ignoring_case(name, each)) return true;
  }
  constexpr std::string_view kPrefix = "Sec-WebSocket-";
  return equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
}

std::string list_of(const std::vector<std::string>& subprotocols) {
  std::string list;
  for (const std::string& each : subprotocols) {
    if (!internal::is_token(each)) {
      throw std::invalid_argument("websocket_connect: the subprotocol '" + each +
                                  "' is no token (RFC 9110, 5.6.2)");
    }
    list.append(list.empty() ? "" : ", ").append(each);
  }
  return list;
}

std::string make_request(const ServerUrl& url, const WebSocketConnectOptions& options,
                         std::string_view key) {
  std::string head = "GET " + url.target + " HTTP/1.1\r\n";
  if (!options.headers.contains("Host")) append_field(head, "Host", url.authority);
  append_field(head, "Upgrade", "websocket");
  append_field(head, "Connection", "Upgrade");
  append_field(head, "Sec-WebSocket-Key", key);
  append_field(head, "Sec-WebSocket-Version", "13");
  if (!options.subprotocols.empty()) {
    append_field(head, "Sec-WebSocket-Protocol", list_of(options.subprotocols));
  }
  if (options.websocket.deflate) {
    append_field(head, "Sec-WebSocket-Extensions",
                 internal::offer_deflate(*options.websocket.deflate));
  }
  if (!options.headers.contains("User-Agent")) {
    append_field(head, "User-Agent", "Eddy/" EDDY_VERSION_STRING);
  }
  if (!url.authorization.empty() && !options.headers.contains("Authorization")) {
    append_field(head, "Authorization", url.authorization);
  }
  for (const HeaderField field : options.headers) {
    if (is_of_the_handshake(field.name)) {
      throw std::invalid_argument("websocket_connect: the field " + std::string(field.name) +
                                  " is of the handshake, and can't be given");
    }
    append_field(head, field.name, field.value);
  }
  return head += "\r\n";
}

/// An answer to a request for something else than content: its head, and what has come behind it.
class Answer {
 public:
  /// `whose` for errors: of the server or the proxy.
  Answer(Stream& stream, std::string_view method, std::string whose)
      : stream_(stream), method_(method), whose_(std::move(whose)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  [[nodiscard]] Task<void> read() {
    do {
      text_.erase(0, rest_at());
      read_ = false;
      parser_.begin(method_);
      ParseResult result = parser_.parse(text_);
      while (result == ParseResult::need_more) {
        const std::size_t count = co_await stream_.read_some(buffer_);
        if (count == 0) fail("has closed the connection before it has answered");
        text_.append(buffer_.data(), count);
        result = parser_.parse(text_);
      }
      if (result == ParseResult::failed) fail(parser_.error().what);
      read_ = true;
    } while (parser_.head().interim());
  }
  [[nodiscard]] const ReceivedResponseHead& head() const noexcept { return parser_.head(); }
  [[nodiscard]] std::string_view rest() const noexcept {
    return std::string_view(text_).substr(rest_at());
  }
  /// With the status and fields that it has come to.
  [[noreturn]] void fail(std::string_view why) const {
    Headers headers;
    if (!read_) throw WebSocketHandshakeError(whose_ + " " + std::string(why), 0, headers);
    for (const HeaderField field : head().headers()) headers.add(field.name, field.value);
    throw WebSocketHandshakeError(whose_ + " " + std::string(why), head().status(), headers);
  }
  [[noreturn]] void fail_by_status() const {
    std::string why = "has answered " + std::to_string(head().status());
    if (!head().reason().empty()) why.append(" ").append(head().reason());
    if (const auto location = head().headers().find("Location")) {
      why.append(" (Location: ").append(*location).append(")");
    }
    fail(why);
  }

 private:
  [[nodiscard]] std::size_t rest_at() const noexcept { return read_ ? parser_.head_bytes() : 0; }

  Stream& stream_;
  std::string_view method_;
  std::string whose_;
  ResponseParser parser_;
  std::string text_;
  std::array<char, 4096> buffer_;
  bool read_ = false;
};

const std::shared_ptr<Resolver>& shared_resolver() {
  static const std::shared_ptr<Resolver> resolver = std::make_shared<ThreadedResolver>();
  return resolver;
}

Task<std::unique_ptr<Stream>> connect_by_proxy(const TcpClient& client, const ServerUrl& url,
                                               const WebSocketConnectOptions& options,
                                               ConnectOptions connection) {
  const ServerUrl proxy = internal::parse_server_url(options.proxy, "http");
  if (proxy.secure) {
    throw std::invalid_argument(
        "websocket_connect: the proxy is to be spoken to by http, not https");
  }
  const std::shared_ptr<const ClientLayer> layer = std::exchange(connection.layer, nullptr);
  std::string name = connection.server_name.empty() ? url.host : connection.server_name;
  auto stream = co_await client.connect(proxy.host, proxy.port, std::move(connection));
  std::string head = "CONNECT " + url.host_and_port + " HTTP/1.1\r\n";
  append_field(head, "Host", url.host_and_port);
  if (!proxy.authorization.empty()) append_field(head, "Proxy-Authorization", proxy.authorization);
  co_await stream->write(head + "\r\n");
  Answer answer(*stream, "CONNECT", "the proxy " + internal::url_without_user(options.proxy));
  co_await answer.read();
  if (answer.head().status() / 100 != 2) answer.fail_by_status();
  if (!answer.rest().empty()) answer.fail("has sent more than an answer to CONNECT");
  if (layer == nullptr) co_return stream;
  co_return co_await layer->open(std::move(stream), std::move(name));
}

Task<std::unique_ptr<Stream>> connect_to(const ServerUrl& url,
                                         const WebSocketConnectOptions& options) {
  const TcpClient client(options.resolver ? options.resolver : shared_resolver());
  ConnectOptions connection = options.connection;
  connection.timeout = Duration::zero();  // it is bounded with the rest
  if (!url.secure) connection.layer = nullptr;
  if (!options.proxy.empty()) {
    co_return co_await connect_by_proxy(client, url, options, std::move(connection));
  }
  co_return co_await client.connect(url.host, url.port, std::move(connection));
}

WebSocketClient open(eddy::internal::LoopCore& loop, std::unique_ptr<Stream> stream,
                     const WebSocketConnectOptions& options,
                     const internal::AgreedHandshake& agreed, std::string_view rest) {
  internal::WebSocketTerms terms;
  terms.options = options.websocket;
  terms.subprotocol = agreed.subprotocol;
  auto connection = std::make_unique<WebSocketConnection>(WebSocketConnection::Peer::server, terms,
                                                          agreed.deflate, internal::RouteOwner{},
                                                          std::make_unique<ClientSpeaker>());
  internal::UpgradedConnection upgraded{internal::client_home(eddy::internal::shared_core(loop)),
                                        std::move(stream),
                                        {},
                                        {},
                                        {},
                                        std::nullopt};
  upgraded.input.append(rest);
  connection->hold();
  WebSocketClient client(connection.get());
  static_cast<internal::Upgrade&>(*connection.release()).begin(std::move(upgraded));
  return client;
}

// The parameters are the frame's own.
Task<WebSocketClient> shake_hands(ServerUrl url, std::string shown,
                                  WebSocketConnectOptions options) {
  const auto* const environment =
      co_await eddy::internal::EnvironmentAwaiter<eddy::internal::ReadEnvironment>();
  const std::string key = internal::new_handshake_key();
  std::string request = make_request(url, options, key);
  auto stream = co_await connect_to(url, options);
  co_await stream->write(std::move(request));
  Answer answer(*stream, "GET", "websocket_connect " + shown + ": the server");
  co_await answer.read();
  if (answer.head().status() != 101) answer.fail_by_status();
  internal::HandshakeOffer offer{.key = key};
  offer.subprotocols.assign(options.subprotocols.begin(), options.subprotocols.end());
  if (options.websocket.deflate) offer.deflate = &*options.websocket.deflate;
  const auto agreed = internal::agreed_handshake(101, answer.head().headers(), offer);
  if (!agreed.error.empty()) answer.fail(agreed.error);
  co_return open(*environment->core, std::move(stream), options, agreed, answer.rest());
}

}  // namespace

WebSocketHandshakeError::WebSocketHandshakeError(const std::string& what, int status,
                                                 Headers headers)
    : std::runtime_error(what), status_(status), headers_(std::move(headers)) {}
WebSocketHandshakeError::~WebSocketHandshakeError() = default;

void internal::WebSocketRelease::operator()(WebSocket* socket) const noexcept {
  static_cast<WebSocketConnection*>(socket)->let_go();
}

Task<WebSocketClient> websocket_connect(std::string url, WebSocketConnectOptions options) {
  ServerUrl parts = internal::parse_server_url(url, "ws");
  std::string shown = internal::url_without_user(url);
  if (parts.secure && options.connection.layer == nullptr) {
    throw std::invalid_argument("websocket_connect " + shown +
                                ": wss needs options.connection.layer, a tls::ClientContext");
  }
  if (options.websocket.deflate) internal::check(*options.websocket.deflate);
  const Duration limit = options.connection.timeout;
  auto task = shake_hands(std::move(parts), shown, std::move(options));
  if (limit <= Duration::zero()) co_return co_await std::move(task);
  try {
    co_return co_await with_timeout(limit, std::move(task));
  } catch (const TimeoutError&) {
    throw std::system_error(std::make_error_code(std::errc::timed_out),
                            "websocket_connect " + shown);
  }
}

Task<WebSocketClient> websocket_connect(std::string url) {
  return websocket_connect(std::move(url), WebSocketConnectOptions());
}

}  // namespace eddy::inline v0::web
