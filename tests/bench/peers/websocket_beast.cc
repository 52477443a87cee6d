// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// websocket_beast [--deflate]: Boost.Beast on an io_context of one thread. /echo as in its example
// of an asynchronous WebSocket server; /broadcast as in that of a chat: whoever sends "publish"
// has 1 KiB sent to all of its connections.
#include <cstdio>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <tests/bench/bench_program.h>
#include <tests/bench/peers/websocket_peer.h>
#include <tests/bench/websocket_text.h>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
namespace websocket = beast::websocket;
using net::ip::tcp;

class BroadcastSession;

struct Shared {
  const bench::WebSocketPeerOptions& options;
  bench::PeerReport report{options};
  std::unordered_set<BroadcastSession*> sessions = {};
  std::string text = bench::text_of(1024);
};

void set_options(websocket::stream<beast::tcp_stream>& stream,
                 const bench::WebSocketPeerOptions& options) {
  stream.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
  websocket::permessage_deflate deflate;
  deflate.server_enable = options.deflate;
  stream.set_option(deflate);
}

using Request = http::request<http::string_body>;

class EchoSession : public std::enable_shared_from_this<EchoSession> {
 public:
  EchoSession(beast::tcp_stream stream, Shared& shared)
      : stream_(std::move(stream)), shared_(shared) {}

  void run(const Request& request) {
    set_options(stream_, shared_.options);
    stream_.async_accept(request, [self = shared_from_this()](beast::error_code error) {
      if (!error) self->read();
    });
  }

 private:
  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->answer();
    });
  }

  void answer() {
    shared_.report.handle();
    stream_.text(stream_.got_text());
    stream_.async_write(buffer_.data(),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error) return;
                          self->buffer_.consume(self->buffer_.size());
                          self->read();
                        });
  }

  websocket::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  Shared& shared_;
};

class BroadcastSession : public std::enable_shared_from_this<BroadcastSession> {
 public:
  BroadcastSession(beast::tcp_stream stream, Shared& shared)
      : stream_(std::move(stream)), shared_(shared) {}
  ~BroadcastSession() { shared_.sessions.erase(this); }

  void run(const Request& request) {
    set_options(stream_, shared_.options);
    stream_.async_accept(request, [self = shared_from_this()](beast::error_code error) {
      if (error) return;
      self->shared_.sessions.insert(self.get());
      self->read();
    });
  }

  void send(const std::shared_ptr<const std::string>& message) {
    queue_.push_back(message);
    if (queue_.size() == 1) write();
  }

 private:
  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return;
      self->buffer_.consume(self->buffer_.size());
      self->publish();
      self->read();
    });
  }

  void publish() {
    const auto message = std::make_shared<const std::string>(shared_.text);
    // Each of them may go while it is sent to.
    std::vector<std::weak_ptr<BroadcastSession>> all;
    all.reserve(shared_.sessions.size());
    for (BroadcastSession* session : shared_.sessions) all.push_back(session->weak_from_this());
    for (const auto& weak : all) {
      if (const auto session = weak.lock()) session->send(message);
      shared_.report.handle();
    }
  }

  void write() {
    stream_.async_write(net::buffer(*queue_.front()),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error) return;
                          self->queue_.erase(self->queue_.begin());
                          if (!self->queue_.empty()) self->write();
                        });
  }

  websocket::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  std::vector<std::shared_ptr<const std::string>> queue_;
  Shared& shared_;
};

/// Reads the handshake's request, whose path says what it becomes.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(tcp::socket socket, Shared& shared) : stream_(std::move(socket)), shared_(shared) {}

  void run() {
    stream_.expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->upgrade();
                     });
  }

 private:
  void upgrade() {
    if (!websocket::is_upgrade(request_)) return;
    stream_.expires_never();  // a WebSocket's stream has timeouts of its own
    if (request_.target() == "/broadcast") {
      std::make_shared<BroadcastSession>(std::move(stream_), shared_)->run(request_);
    } else {
      std::make_shared<EchoSession>(std::move(stream_), shared_)->run(request_);
    }
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  Request request_;
  Shared& shared_;
};

class Program {
 public:
  explicit Program(const bench::WebSocketPeerOptions& options)
      : shared_{options},
        acceptor_(context_, {net::ip::address_v4::loopback(), options.port}),
        signals_(context_, bench::signal_descriptor()) {}

  void run() {
    accept();
    wait_for_signals();
    bench::print_url(acceptor_.local_endpoint().port());
    context_.run();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error) {
        socket.set_option(tcp::no_delay(true));
        std::make_shared<HttpSession>(std::move(socket), shared_)->run();
      }
      accept();
    });
  }

  void wait_for_signals() {
    signals_.async_wait(net::posix::stream_descriptor::wait_read, [this](beast::error_code) {
      if (shared_.report.answer(signals_.native_handle())) {
        wait_for_signals();
      } else {
        context_.stop();
      }
    });
  }

  Shared shared_;
  net::io_context context_{1};
  tcp::acceptor acceptor_;
  net::posix::stream_descriptor signals_;
};

}  // namespace

int main(int argc, char** argv) try {
  const bench::WebSocketPeerOptions options = bench::websocket_peer_options(argc, argv);
  Program(options).run();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}
