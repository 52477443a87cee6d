// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RESTinio on an io_context of one thread, with the traits it has for one thread.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <restinio/all.hpp>

#include <tests/bench/bench_program.h>

namespace {

namespace net = restinio::asio_ns;

class Program {
 public:
  explicit Program(const bench::ProgramOptions& options)
      : options_(options),
        report_(options),
        server_(restinio::external_io_context(context_), settings()),
        signals_(context_, bench::signal_descriptor()),
        timer_(context_) {}

  void run() {
    net::post(context_, [this] { server_.open_sync(); });
    wait_for_signals();
    if (options_.timer) start_timer();
    context_.run();
  }

 private:
  using Traits = restinio::default_single_thread_traits_t;

  restinio::server_settings_t<Traits> settings() {
    restinio::server_settings_t<Traits> settings;
    settings.address("127.0.0.1")
        .port(options_.port)
        .read_next_http_message_timelimit(std::chrono::hours(1))
        .handle_request_timeout(std::chrono::hours(1))
        .write_http_response_timelimit(std::chrono::hours(1))
        .max_pipelined_requests(16)
        // Without it pipelined responses wait for each other.
        .socket_options_setter(
            [](auto& options) { options.set_option(net::ip::tcp::no_delay(true)); })
        .acceptor_post_bind_hook([](net::ip::tcp::acceptor& acceptor) {
          bench::print_url(acceptor.local_endpoint().port());
        })
        .request_handler(
            [this](const restinio::request_handle_t& request) { return answer(request); });
    return settings;
  }

  restinio::request_handling_status_t answer(const restinio::request_handle_t& request) {
    report_.handle();
    auto response = request->create_response();
    response.append_header_date_field();
    if (request->header().request_target() == "/file") {
      response.append_header(restinio::http_field::content_type, "application/octet-stream")
          .set_body(restinio::sendfile(options_.file));
    } else {
      response.append_header(restinio::http_field::content_type, "text/plain; charset=UTF-8")
          .set_body(restinio::const_buffer("Hello, world", 12));
    }
    return response.done();
  }

  void wait_for_signals() {
    signals_.async_wait(net::posix::stream_descriptor::wait_read, [this](const auto&) {
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
    timer_.async_wait([this](const auto&) {
      report_.lateness.called();
      start_timer();
    });
  }

  net::io_context context_{1};
  const bench::ProgramOptions& options_;
  bench::PeerReport report_;
  restinio::http_server_t<Traits> server_;
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
