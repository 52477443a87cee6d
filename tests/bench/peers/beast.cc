// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Boost.Beast on an io_context of one thread, as in its example of an asynchronous server.
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <tests/bench/bench_program.h>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using net::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const bench::ProgramOptions& options, bench::PeerReport& report)
      : stream_(std::move(socket)), options_(options), report_(report) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(4 << 20);
    stream_.expires_after(std::chrono::hours(1));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->answer();
                     });
  }

 private:
  void answer() {
    report_.handle();
    const auto& request = parser_->get();
    if (request.target() == "/file") {
      beast::error_code error;
      file_ = {http::status::ok, request.version()};
      file_.body().open(options_.file.c_str(), beast::file_mode::scan, error);
      if (error) return;
      file_.set(http::field::content_type, "application/octet-stream");
      write(file_);
      return;
    }
    response_ = {http::status::ok, request.version()};
    response_.set(http::field::content_type, "text/plain; charset=UTF-8");
    response_.body() = "Hello, world";
    write(response_);
  }

  template <class Response>
  void write(Response& response) {
    response.set(http::field::date, bench::http_date());
    response.keep_alive(parser_->get().keep_alive());
    response.prepare_payload();
    http::async_write(stream_, response,
                      [self = shared_from_this(), keep_alive = response.keep_alive()](
                          beast::error_code error, std::size_t) {
                        if (!error && keep_alive) self->read();
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  http::response<http::file_body> file_;
  const bench::ProgramOptions& options_;
  bench::PeerReport& report_;
};

class Program {
 public:
  explicit Program(const bench::ProgramOptions& options)
      : options_(options),
        report_(options),
        acceptor_(context_, {net::ip::address_v4::loopback(), options.port}),
        signals_(context_, bench::signal_descriptor()),
        timer_(context_) {}

  void run() {
    accept();
    wait_for_signals();
    if (options_.timer) start_timer();
    bench::print_url(acceptor_.local_endpoint().port());
    context_.run();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!error) {
        socket.set_option(tcp::no_delay(true));
        std::make_shared<Session>(std::move(socket), options_, report_)->read();
      }
      accept();
    });
  }

  void wait_for_signals() {
    signals_.async_wait(net::posix::stream_descriptor::wait_read, [this](beast::error_code) {
      if (report_.answer(signals_.native_handle())) {
        wait_for_signals();
      } else {
        context_.stop();
      }
    });
  }

  void start_timer() {
    report_.lateness.set();
    timer_.expires_after(bench::Lateness::kPeriod);
    timer_.async_wait([this](beast::error_code) {
      report_.lateness.called();
      start_timer();
    });
  }

  net::io_context context_{1};
  const bench::ProgramOptions& options_;
  bench::PeerReport report_;
  tcp::acceptor acceptor_;
  net::posix::stream_descriptor signals_;
  net::steady_timer timer_;
};

}  // namespace

int main(int argc, char** argv) try {
  const bench::ProgramOptions options = bench::program_options(argc, argv);
  Program(options).run();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}
