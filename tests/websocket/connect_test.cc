// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <eddy/core/base/base64.h>
#include <eddy/core/base/digest.h>
#include <eddy/core/net/client_layer.h>
#include <eddy/core/task/task_group.h>
#include <eddy/web/live/channel.h>
#include <eddy/web/websocket/internal/deflate.h>
#include <eddy/web/websocket/internal/frame.h>
#include <eddy/web/websocket/internal/message_reader.h>
#include <eddy/web/websocket/websocket_connect.h>
#include <eddy/web/websocket/websocket_handler.h>
#include <eddy/web/websocket/websocket_route.h>

#include <tests/websocket/socket_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::Channel;
using eddy::web::CloseCode;
using eddy::web::DeflateOptions;
using eddy::web::RemoteSend;
using eddy::web::WebSocket;
using eddy::web::websocket_connect;
using eddy::web::websocket_route;
using eddy::web::WebSocketClient;
using eddy::web::WebSocketClosedError;
using eddy::web::WebSocketConnectOptions;
using eddy::web::WebSocketHandshakeError;
using eddy::web::WebSocketMessage;
using eddy_tests::client_frame;
using eddy_tests::close_payload;
using eddy_tests::kBinary;
using eddy_tests::kClose;
using eddy_tests::kPing;
using eddy_tests::kText;
using eddy_tests::server_frame;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// What a client has sent, as a server reads it: "text hello", "close 1000 bye", ...
std::vector<std::string> messages_of(std::string bytes) {
  using eddy::web::internal::MessageEvent;
  using eddy::web::internal::MessageReader;
  MessageReader reader(MessageReader::Peer::client, {});
  std::span<char> input(bytes);
  std::vector<std::string> all;
  for (;;) {
    const MessageEvent event = reader.read(input);
    const std::string data(event.data);
    switch (event.kind) {
      case MessageEvent::Kind::more:
        EXPECT_FALSE(reader.within_message());
        return all;
      case MessageEvent::Kind::text:
        all.push_back("text " + data);
        break;
      case MessageEvent::Kind::binary:
        all.push_back("binary " + data);
        break;
      case MessageEvent::Kind::ping:
        all.push_back("ping " + data);
        break;
      case MessageEvent::Kind::pong:
        all.push_back("pong " + data);
        break;
      case MessageEvent::Kind::close:
        all.push_back("close " + std::to_string(static_cast<int>(event.code)) + " " + data);
        return all;
      case MessageEvent::Kind::failed:
        all.push_back("failed " + data);
        return all;
    }
  }
}

/// Clients, and servers that the test plays.
class Connects : public eddy_tests::WebSocketServer {
 protected:
  static constexpr std::uint16_t kPort = 7000;

  /// Begins to connect; what comes of it is in socket_ or error_.
  void begin(std::string url, WebSocketConnectOptions options = {}) {
    loop_.spawn(run(std::move(url), std::move(options)));
    loop_.run_until_idle();
  }
  /// The same to a server that the test plays, up to its answer.
  ManualPeer begin_with_peer(WebSocketConnectOptions options = {},
                             const std::string& path = "/chat") {
    ManualPeer peer = loop_.system().expect_connect(kPort);
    begin("ws://127.0.0.1:7000" + path, std::move(options));
    request_ = peer.read();
    return peer;
  }
  /// "Sec-WebSocket-Key: ..." of the request, answered.
  [[nodiscard]] std::string answer(std::string_view fields = {}) const {
    const std::string name = "\r\nSec-WebSocket-Key: ";
    const std::size_t begin = request_.find(name) + name.size();
    const std::string key = request_.substr(begin, request_.find('\r', begin) - begin);
    std::string text =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: ";
    text += eddy::base64_encode(eddy::sha1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    return text.append("\r\n").append(fields).append("\r\n");
  }
  ManualPeer open_with_peer(WebSocketConnectOptions options = {}, std::string_view fields = {},
                            std::string_view behind = {}) {
    ManualPeer peer = begin_with_peer(std::move(options));
    send(peer, answer(fields).append(behind));
    EXPECT_EQ(error_, "");
    EXPECT_NE(socket_, nullptr);
    return peer;
  }
  /// Takes messages into received_ until there are no more.
  void receive_all() {
    loop_.spawn([](Connects& test) -> Task<void> {
      while (auto message = co_await test.socket_->receive()) {
        test.received_.push_back((message->binary ? "binary " : "text ") + message->data);
      }
      test.received_.emplace_back("end");
    }(*this));
    loop_.run_until_idle();
  }

  WebSocketClient socket_;
  std::string error_;
  int status_ = -1;
  std::error_code code_;
  std::string request_;
  std::vector<std::string> received_;

 private:
  Task<void> run(std::string url, WebSocketConnectOptions options) {
    try {
      socket_ = co_await websocket_connect(std::move(url), std::move(options));
    } catch (const WebSocketHandshakeError& error) {
      error_ = error.what();
      status_ = error.status();
    } catch (const std::system_error& error) {
      error_ = error.what();
      code_ = error.code();
    } catch (const std::invalid_argument& error) {
      error_ = std::string("invalid: ") + error.what();
    }
  }
};

TEST_F(Connects, AskAsTheProtocolHasIt) {
  WebSocketConnectOptions options;
  options.subprotocols = {"chat", "superchat"};
  options.headers.add("Cookie", "a=b");
  options.headers.add("Origin", "http://a.example");
  options.websocket.deflate = DeflateOptions{};
  const ManualPeer peer = begin_with_peer(std::move(options), "/chat?x=1#part");
  EXPECT_THAT(request_, StartsWith("GET /chat?x=1 HTTP/1.1\r\nHost: 127.0.0.1:7000\r\n"));
  EXPECT_THAT(request_, EndsWith("\r\n\r\n"));
  for (const char* const field :
       {"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: chat, superchat", "Cookie: a=b", "Origin: http://a.example",
        "Sec-WebSocket-Extensions: permessage-deflate"}) {
    EXPECT_THAT(request_, HasSubstr("\r\n" + std::string(field))) << field;
  }
  EXPECT_EQ(socket_, nullptr);
}

TEST_F(Connects, SendMaskedAndReceive) {
  ManualPeer peer = open_with_peer({}, {}, server_frame(kText, "early"));
  receive_all();
  socket_->send("one");
  socket_->send(std::vector<std::byte>{std::byte{255}});
  socket_->ping("p");
  socket_->send(std::string(100'000, 'x'));
  loop_.run_until_idle();
  std::string bytes = read(peer);
  EXPECT_NE(static_cast<unsigned char>(bytes[1]) & 0x80U, 0U);
  EXPECT_THAT(messages_of(bytes), ElementsAre("text one", "binary \xff", "ping p",
                                              "text " + std::string(100'000, 'x')));
  send(peer, server_frame(kText, "two") + server_frame(kPing, "q") + server_frame(kBinary, "\1"));
  EXPECT_THAT(messages_of(read(peer)), ElementsAre("pong q"));
  EXPECT_THAT(received_, ElementsAre("text early", "text two", "binary \1"));
}

TEST_F(Connects, MaskEachFrameByAKeyOfItsOwn) {
  ManualPeer peer = open_with_peer();
  std::vector<std::string> keys;
  for (int i = 0; i < 200; ++i) {
    socket_->send("same");
    const std::string bytes = read(peer);
    EXPECT_THAT(messages_of(bytes), ElementsAre("text same"));
    keys.push_back(bytes.substr(2, 4));
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

TEST_F(Connects, CloseWhereTheyAreLetGo) {
  ManualPeer peer = open_with_peer();
  socket_->send("last words");
  socket_.reset();
  loop_.run_until_idle();
  EXPECT_THAT(messages_of(read(peer)), ElementsAre("text last words", "close 1000 "));
  send(peer, server_frame(kClose, close_payload(1000)));
  EXPECT_TRUE(peer.ended());
  peer.close();
  loop_.run_until_idle();
  EXPECT_EQ(loop_.system().open_descriptors(), 0U);
}

TEST_F(Connects, WaitSoLongForTheAnswerToAClose) {
  ManualPeer peer = open_with_peer();
  socket_->close(CloseCode(4000), "enough");
  EXPECT_TRUE(socket_->closed());
  loop_.run_until_idle();
  EXPECT_THAT(messages_of(read(peer)), ElementsAre("close 4000 enough"));
  loop_.advance(5s);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(socket_->close_code(), CloseCode::abnormal);
}

TEST_F(Connects, AreToldOfTheServersClose) {
  ManualPeer peer = open_with_peer();
  receive_all();
  send(peer, server_frame(kText, "a") + server_frame(kClose, close_payload(4001, "go away")));
  EXPECT_THAT(received_, ElementsAre("text a", "end"));
  EXPECT_EQ(socket_->close_code(), CloseCode(4001));
  EXPECT_EQ(socket_->close_reason(), "go away");
  EXPECT_FALSE(socket_->send("late"));
  EXPECT_THAT(messages_of(read(peer)), ElementsAre("close 4001 "));
}

TEST_F(Connects, AreToldOfAServerThatHasGone) {
  ManualPeer peer = open_with_peer();
  receive_all();
  peer.reset();
  loop_.run_until_idle();
  EXPECT_THAT(received_, ElementsAre("end"));
  EXPECT_EQ(socket_->close_code(), CloseCode::abnormal);
}

TEST_F(Connects, LetGoEndsTheWaitForAMessage) {
  WebSocketConnectOptions options;
  options.websocket.close_timeout = {};
  const ManualPeer peer = open_with_peer(std::move(options));
  receive_all();
  EXPECT_THAT(received_, IsEmpty());
  socket_.reset();
  loop_.run_until_idle();
  EXPECT_THAT(received_, ElementsAre("end"));
}

TEST_F(Connects, AServerMasksNothing) {
  ManualPeer peer = open_with_peer();
  receive_all();
  send(peer, client_frame(kText, "masked"));
  EXPECT_THAT(messages_of(read(peer)), ElementsAre(StartsWith("close 1002 ")));
  EXPECT_THAT(received_, ElementsAre("end"));
}

TEST_F(Connects, PingWhenTheyAreTo) {
  WebSocketConnectOptions options;
  options.websocket.ping_interval = 10s;
  ManualPeer peer = open_with_peer(std::move(options));
  receive_all();
  loop_.advance(10s);
  EXPECT_THAT(messages_of(read(peer)), ElementsAre("ping "));
  loop_.advance(10s);
  EXPECT_THAT(received_, ElementsAre("end"));
  EXPECT_EQ(socket_->close_code(), CloseCode::abnormal);
}

TEST_F(Connects, ReadNoMoreThanIsTaken) {
  WebSocketConnectOptions options;
  options.websocket.receive_bytes = 1000;
  ManualPeer peer = open_with_peer(std::move(options));
  const std::string message(400, 'x');
  for (int i = 0; i < 100; ++i) send(peer, server_frame(kText, message));
  const std::size_t before = peer.receives();
  send(peer, server_frame(kText, "last"));
  EXPECT_EQ(peer.receives(), before);
  receive_all();
  EXPECT_EQ(received_.size(), 101U);
}

TEST_F(Connects, TellWhatTheServerHasChosen) {
  WebSocketConnectOptions options;
  options.subprotocols = {"a", "b"};
  const ManualPeer peer = open_with_peer(std::move(options), "Sec-WebSocket-Protocol: b\r\n");
  EXPECT_EQ(socket_->subprotocol(), "b");
}

// ---- What comes to nothing ----------------------------------------------------------------------

TEST_F(Connects, RefuseWhatIsNoWebSocket) {
  struct Case {
    std::string_view answer;
    int status;
    std::string_view error;
  };
  for (const Case& each : {
           Case{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 403,
                "the server has answered 403 Forbidden"},
           Case{"HTTP/1.1 301 Moved\r\nLocation: ws://b/\r\nContent-Length: 0\r\n\r\n", 301,
                "the server has answered 301 Moved (Location: ws://b/)"},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200,
                "the server has answered 200 OK"},
           Case{"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
                101, "Sec-WebSocket-Accept"},
           Case{"HTTP/1.1 101 X\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n", 101,
                "something else than a WebSocket"},
           Case{"SSH-2.0-OpenSSH\r\n\r\n", 0, ""},
       }) {
    error_.clear();
    ManualPeer peer = begin_with_peer();
    send(peer, each.answer);
    EXPECT_THAT(error_, StartsWith("websocket_connect ws://127.0.0.1:7000/chat: the server"));
    EXPECT_THAT(error_, HasSubstr(each.error));
    EXPECT_EQ(status_, each.status) << each.answer;
    EXPECT_TRUE(peer.closed());
  }
  EXPECT_EQ(loop_.system().open_descriptors(), 0U);
}

TEST_F(Connects, RefuseWhatTheyHaveNotOffered) {
  for (const char* const field :
       {"Sec-WebSocket-Protocol: x\r\n", "Sec-WebSocket-Extensions: permessage-deflate\r\n"}) {
    ManualPeer peer = begin_with_peer();
    send(peer, answer(field));
    EXPECT_THAT(error_, HasSubstr("not"));
    EXPECT_EQ(socket_, nullptr);
    EXPECT_TRUE(peer.closed());
  }
}

TEST_F(Connects, GoPastWhatIsInterim) {
  ManualPeer peer = begin_with_peer();
  send(peer, "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + answer());
  EXPECT_NE(socket_, nullptr) << error_;
}

// What has come before it is no answer.
TEST_F(Connects, AServerThatStopsBehindWhatIsInterimHasNotAnswered) {
  for (const char* const half : {"", "HTTP/1.1 403 Forbidden", "HTTP/1.1 403 F\r\nX: y\r\n"}) {
    error_.clear();
    ManualPeer peer = begin_with_peer();
    send(peer, "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\nLink: <y>\r\n\r\n" + std::string(half));
    peer.close();
    loop_.run_until_idle();
    EXPECT_THAT(error_, HasSubstr("has closed the connection before it has answered")) << half;
    EXPECT_EQ(status_, 0) << half;
  }
}

TEST_F(Connects, TakeAnAnswerHoweverItComes) {
  ManualPeer peer = begin_with_peer();
  for (const char byte : answer() + server_frame(kText, "early")) {
    send(peer, std::string_view(&byte, 1));
  }
  ASSERT_NE(socket_, nullptr) << error_;
  receive_all();
  EXPECT_THAT(received_, ElementsAre("text early"));
}

TEST_F(Connects, AServerThatClosesHasNotAnswered) {
  ManualPeer peer = begin_with_peer();
  peer.close();
  loop_.run_until_idle();
  EXPECT_THAT(error_, HasSubstr("has closed the connection before it has answered"));
  EXPECT_EQ(status_, 0);
}

TEST_F(Connects, WaitSoLong) {
  WebSocketConnectOptions options;
  options.connection.timeout = 3s;
  const ManualPeer peer = begin_with_peer(std::move(options));
  loop_.advance(3s - 1ns);
  EXPECT_EQ(error_, "");
  loop_.advance(1ns);
  EXPECT_THAT(error_, StartsWith("websocket_connect ws://127.0.0.1:7000/chat: "));
  EXPECT_EQ(code_, std::errc::timed_out);
  EXPECT_TRUE(peer.closed());
}

TEST_F(Connects, NobodyThere) {
  begin("ws://127.0.0.1:1/");
  EXPECT_EQ(code_, std::errc::connection_refused);
  EXPECT_THAT(error_, HasSubstr("127.0.0.1:1"));
}

TEST_F(Connects, SayWhatIsWrongWithWhatTheyAreGiven) {
  struct Case {
    std::string_view url;
    std::string_view error;
  };
  for (const Case& each : {
           Case{"http://a/", "neither ws:// nor wss://"},
           Case{"ws:/a/", "neither ws:// nor wss://"},
           Case{"ws://", "no host"},
           Case{"ws://a:0/", "a port that is none"},
           Case{"ws://a:70000/", "a port that is none"},
           Case{"ws://[::1/", "no host"},
           Case{"ws://::1/", "no host"},
           Case{"ws://a b/", "no host"},
           Case{"ws://a/x y", "percent-encoded"},
           Case{"ws://a/\r\nX: y", "percent-encoded"},
           Case{"wss://a/", "tls::ClientContext"},
           Case{"ws://me:secret@a /", "'ws://***@a /'"},
           Case{"ws://me:sec/ret@a/", "'ws://***@a/'"},
           Case{"ws://me:sec#ret@a/", "'ws://***@a/'"},
           Case{"ws:/me:secret@a/", "'***@a/'"},
       }) {
    error_.clear();
    begin(std::string(each.url));
    EXPECT_THAT(error_, StartsWith("invalid: ")) << each.url;
    EXPECT_THAT(error_, HasSubstr(each.error)) << each.url;
  }
  WebSocketConnectOptions own;
  own.headers.add("Sec-Websocket-Key", "x");
  begin("ws://127.0.0.1:1/", std::move(own));
  EXPECT_THAT(error_, HasSubstr("Sec-Websocket-Key"));
  WebSocketConnectOptions protocol;
  protocol.subprotocols = {"a b"};
  begin("ws://127.0.0.1:1/", std::move(protocol));
  EXPECT_THAT(error_, HasSubstr("'a b' is no token"));
  WebSocketConnectOptions deflate;
  deflate.websocket.deflate = DeflateOptions{.level = 10};
  begin("ws://127.0.0.1:1/", std::move(deflate));
  EXPECT_THAT(error_, StartsWith("invalid: "));
}

TEST_F(Connects, AStopEndsTheAttempt) {
  ManualPeer peer = loop_.system().expect_connect(kPort);
  eddy::TaskGroup tasks(loop_);
  tasks.spawn([]() -> Task<void> {
    const WebSocketClient socket = co_await websocket_connect("ws://127.0.0.1:7000/");
    ADD_FAILURE();
  }());
  loop_.run_until_idle();
  EXPECT_NE(peer.read(), "");
  tasks.request_stop();
  loop_.run_until_idle();
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(loop_.system().open_descriptors(), 0U);
}

TEST_F(Connects, UsersBecomeAnAuthorization) {
  ManualPeer peer = loop_.system().expect_connect(kPort);
  begin("ws://Aladdin:open%20sesame@127.0.0.1:7000/");
  EXPECT_THAT(peer.read(), HasSubstr("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
}

TEST_F(Connects, UsersNeedNoPassword) {
  ManualPeer peer = loop_.system().expect_connect(kPort);
  begin("ws://Aladdin@127.0.0.1:7000/");
  EXPECT_THAT(peer.read(), HasSubstr("\r\nAuthorization: Basic QWxhZGRpbjo=\r\n"));
  ManualPeer nobody = loop_.system().expect_connect(kPort);
  begin("ws://@127.0.0.1:7000/");
  EXPECT_THAT(nobody.read(), testing::Not(HasSubstr("Authorization")));
}

TEST_F(Connects, GoToAnAddressOfIpv6) {
  ManualPeer peer = loop_.system().expect_connect(kPort);
  begin("ws://[::1]:7000/chat");
  EXPECT_EQ(error_, "");
  EXPECT_THAT(peer.read(), HasSubstr("\r\nHost: [::1]:7000\r\n"));
  for (const char* const url : {"ws://[a]/", "ws://[]/", "ws://[::1%25eth0]/", "ws://[[::1]]/",
                                "ws://[::1]x/", "ws://::1/"}) {
    error_.clear();
    begin(url);
    EXPECT_THAT(error_, HasSubstr("no host")) << url;
  }
}

// ---- Proxies ------------------------------------------------------------------------------------

TEST_F(Connects, GoByAProxy) {
  ManualPeer proxy = loop_.system().expect_connect(8080);
  WebSocketConnectOptions options;
  options.proxy = "http://me:pw@127.0.0.1:8080";
  begin("ws://far.example/chat", std::move(options));
  const std::string asked = proxy.read();
  EXPECT_THAT(asked, StartsWith("CONNECT far.example:80 HTTP/1.1\r\nHost: far.example:80\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nProxy-Authorization: Basic bWU6cHc=\r\n"));
  send(proxy, "HTTP/1.1 200 Connection established\r\n\r\n");
  request_ = proxy.read();
  EXPECT_THAT(request_, StartsWith("GET /chat HTTP/1.1\r\nHost: far.example\r\n"));
  EXPECT_THAT(request_, testing::Not(HasSubstr("Proxy-Authorization")));
  send(proxy, answer() + server_frame(kText, "through"));
  ASSERT_NE(socket_, nullptr) << error_;
  receive_all();
  EXPECT_THAT(received_, ElementsAre("text through"));
}

TEST_F(Connects, TellWhatAProxyRefuses) {
  ManualPeer proxy = loop_.system().expect_connect(8080);
  WebSocketConnectOptions options;
  options.proxy = "http://me:pw@127.0.0.1:8080";
  begin("ws://far.example/", std::move(options));
  send(proxy, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(error_,
            "the proxy http://***@127.0.0.1:8080 has answered 407 "
            "Proxy Authentication Required");
  EXPECT_EQ(status_, 407);
  EXPECT_TRUE(proxy.closed());
}

/// TLS in name only.
class NamedLayer final : public eddy::ClientLayer {
 public:
  explicit NamedLayer(std::string& name) : name_(name) {}
  [[nodiscard]] Task<std::unique_ptr<eddy::Stream>> open(std::unique_ptr<eddy::Stream> transport,
                                                         std::string host) const override {
    name_ = host;
    co_return transport;
  }

 private:
  std::string& name_;
};

TEST_F(Connects, TellTheLayerBehindAProxyWhomTheyWant) {
  for (const char* const given : {"", "other.example"}) {
    std::string name;
    ManualPeer proxy = loop_.system().expect_connect(8080);
    WebSocketConnectOptions options;
    options.proxy = "http://127.0.0.1:8080";
    options.connection.layer = std::make_shared<NamedLayer>(name);
    options.connection.server_name = given;
    begin("wss://far.example/", std::move(options));
    EXPECT_THAT(proxy.read(), StartsWith("CONNECT far.example:443 HTTP/1.1\r\n"));
    send(proxy, "HTTP/1.1 200 Connection established\r\n\r\n");
    EXPECT_EQ(name, *given == '\0' ? "far.example" : given);
    proxy.close();
    loop_.run_until_idle();
  }
}

// ---- Slow servers -------------------------------------------------------------------------------

// What was dropped is missing in the window of what follows, if that counts on it.
TEST_F(Connects, DropMessagesThatOthersDoNotNeed) {
  WebSocketConnectOptions options;
  options.websocket.deflate = DeflateOptions{.context_takeover = true, .threshold = 0};
  options.websocket.slow_consumer = eddy::web::SlowConsumer::drop_oldest;
  options.websocket.send_bytes = 1000;
  ManualPeer peer =
      open_with_peer(std::move(options), "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  peer.set_capacity(50);
  const std::string text = "they all have much of this in common, and little of their own: ";
  for (int i = 0; i < 30; ++i) socket_->send(text + std::to_string(i));
  const std::string bytes = read(peer);
  eddy::web::internal::DeflateInflater inflater(15, true);
  using eddy::web::internal::MessageEvent;
  using eddy::web::internal::MessageReader;
  MessageReader reader(MessageReader::Peer::client, {}, &inflater);
  std::string copy = bytes;
  std::span<char> input(copy);
  std::vector<std::string> messages;
  for (MessageEvent event = reader.read(input); event.kind != MessageEvent::Kind::more;
       event = reader.read(input)) {
    ASSERT_EQ(event.kind, MessageEvent::Kind::text) << event.data;
    messages.emplace_back(event.data);
  }
  EXPECT_LT(messages.size(), 30U);
  for (const std::string& message : messages) EXPECT_THAT(message, StartsWith(text));
  EXPECT_EQ(messages.back(), text + "29");
}

// ---- Both ends of Eddy's ------------------------------------------------------------------------

class BothEnds : public Connects,
                 public testing::WithParamInterface<std::optional<DeflateOptions>> {
 protected:
  std::string serve(const eddy::web::WebSocketOptions& options) {
    app_.add(websocket_route(
        "/echo",
        [](WebSocket& socket) -> Task<void> {
          while (auto message = co_await socket.receive()) co_await socket.send(*message);
        },
        {}, options));
    return "ws://127.0.0.1:" + std::to_string(listen().port()) + "/echo";
  }
};

INSTANTIATE_TEST_SUITE_P(
    Each, BothEnds,
    testing::Values(std::optional<DeflateOptions>(), DeflateOptions{},
                    DeflateOptions{.context_takeover = true},
                    DeflateOptions{.max_window_bits = 9, .context_takeover = true},
                    DeflateOptions{
                        .level = 9, .mem_level = 1, .max_window_bits = 12, .threshold = 0}));

TEST_P(BothEnds, UnderstandEachOther) {
  WebSocketConnectOptions options;
  options.websocket.deflate = GetParam();
  begin(serve({.deflate = GetParam()}), std::move(options));
  ASSERT_NE(socket_, nullptr) << error_;
  receive_all();
  std::vector<std::string> expected;
  for (const std::size_t size : {0, 1, 63, 64, 125, 126, 1000, 65'535, 65'536, 200'000}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; i += 7) text[i] = static_cast<char>('a' + i % 26);
    for (int times = 0; times < 2; ++times) {
      socket_->send(text);
      expected.push_back("text " + text);
      loop_.run_until_idle();
    }
  }
  EXPECT_EQ(received_, expected);
  EXPECT_FALSE(socket_->closed());
  socket_.reset();
  loop_.run_until_idle();
  EXPECT_EQ(server_->stats().connections, 0U);
  EXPECT_THAT(received_.back(), "end");
}

TEST_F(Connects, ServersGoAndClientsHearOfIt) {
  app_.add(websocket_route("/", [](WebSocket& socket) -> Task<void> {
    while (co_await socket.receive()) {
    }
  }));
  begin("ws://127.0.0.1:" + std::to_string(listen().port()) + "/");
  ASSERT_NE(socket_, nullptr) << error_;
  receive_all();
  server_->stop();
  loop_.run_until_idle();
  EXPECT_THAT(received_, ElementsAre("end"));
  EXPECT_EQ(socket_->close_code(), CloseCode::going_away);
  EXPECT_EQ(server_->stats().connections, 0U);
}

TEST_F(Connects, MaySubscribeAndBeReachedFromOtherThreads) {
  ManualPeer peer = open_with_peer();
  Channel channel(loop_);
  channel.subscribe(*socket_);
  channel.publish("published");
  channel.publish(std::vector<std::byte>{std::byte{1}});
  const auto remote = socket_->remote();
  EXPECT_EQ(remote.send("from afar"), RemoteSend::taken);
  loop_.run_until_idle();
  EXPECT_THAT(messages_of(read(peer)),
              testing::UnorderedElementsAre("text published", "binary \1", "text from afar"));
  socket_.reset();
  loop_.run_until_idle();
  EXPECT_EQ(channel.size(), 0U);
  EXPECT_EQ(remote.send("late"), RemoteSend::closed);
}

TEST_F(Connects, TellOtherThreadsOfTheirClose) {
  const ManualPeer peer = open_with_peer();
  const auto remote = socket_->remote();
  socket_->close();
  loop_.run_until_idle();
  EXPECT_EQ(remote.send("late"), RemoteSend::closed);
}

TEST(Clients, MayOutliveTheirLoop) {
  WebSocketClient socket;
  {
    eddy::testing::ManualLoop loop;
    eddy::web::Application app;
    app.websocket("/", [](WebSocket& served) -> Task<void> {
      while (co_await served.receive()) {
      }
    });
    const auto& server = app.listen(loop, "127.0.0.1", 0);
    loop.spawn([](WebSocketClient& socket, std::uint16_t port) -> Task<void> {
      socket = co_await websocket_connect("ws://127.0.0.1:" + std::to_string(port) + "/");
    }(socket, server.port()));
    loop.run_until_idle();
    ASSERT_NE(socket, nullptr);
  }
  EXPECT_TRUE(socket->closed());
  EXPECT_FALSE(socket->send("late"));
  EXPECT_EQ(socket->close_code(), CloseCode::abnormal);
}

}  // namespace
