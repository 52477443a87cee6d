// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An Asio program on four threads that takes a feed of measurements over TCP, and a page that shows
// them as they come. The web server and what it shows live in one strand.
//
//     printf 'kitchen 21.5\ncellar 12\n' | nc 127.0.0.1 FEED_PORT

#include <array>
#include <charconv>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <eddy/asio/asio.h>
#include <eddy/web/web.h>
#include <examples/host_demo_asio/page.h>
#include <examples/hosts/either_asio.h>
#include <examples/live.h>
#include <examples/program.h>

namespace {

namespace asio = examples::asio;
using asio::ip::tcp;

/// The latest measurements. Thread: the strand's.
class Board {
 public:
  void add(const std::string& name, double value) {
    values_[name] = value;
    ++lines_;
    changes.notify();
  }
  [[nodiscard]] std::string state() const {
    std::string json = "{\"version\": " + std::to_string(changes.version()) +
                       ", \"lines\": " + std::to_string(lines_) + ", \"values\": {";
    const char* separator = "";
    for (const auto& [name, value] : values_) {
      json += std::exchange(separator, ", ") + examples::json_string(name) + ": ";
      json += std::to_string(value);
    }
    return json + "}}\n";
  }

  examples::Changes changes;

 private:
  std::map<std::string, double> values_;
  int lines_ = 0;
};

/// One connection of the feed, on any of the threads: "NAME NUMBER" a line, answered "ok".
asio::awaitable<void> read_feed(tcp::socket socket, eddy::Remote strand, Board& board) {
  std::string input;
  for (;;) {
    const std::size_t size = co_await asio::async_read_until(
        socket, asio::dynamic_buffer(input, 1024), '\n', asio::use_awaitable);
    const std::string_view line = std::string_view(input).substr(0, size - 1);
    const std::size_t space = line.find(' ');
    double value = 0;
    bool good = space != 0 && space != std::string_view::npos;
    if (good) {
      const auto [end, error] =
          std::from_chars(line.data() + space + 1, line.data() + line.size(), value);
      good = error == std::errc() && end == line.data() + line.size();
    }
    if (good) {
      strand.post(
          [&board, value, name = std::string(line.substr(0, space))] { board.add(name, value); });
    }
    const std::string_view answer = good ? "ok\n" : "error: NAME NUMBER\n";
    co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
    input.erase(0, size);
  }
}

asio::awaitable<void> accept_feeds(tcp::acceptor& acceptor, eddy::Remote strand, Board& board) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    // A connection ends when reading from it fails.
    asio::co_spawn(acceptor.get_executor(), read_feed(std::move(socket), strand, board),
                   asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  asio::io_context io(4);
  asio::signal_set on_signal(io, SIGINT, SIGTERM);
  on_signal.async_wait([&](const auto& /*error*/, int) { io.stop(); });

  Board board;
  eddy::AsioLoop loop(asio::make_strand(io));
  eddy::web::Application app;
  app.get("/", [] { return eddy::web::Response::html(kPage); });
  app.get("/state/{seen}", [&](int seen) -> eddy::Task<eddy::web::Response> {
    co_await board.changes.newer_than(seen);
    co_return examples::json(board.state());
  });
  const auto& server = app.listen(loop, examples::port_option(argc, argv));

  tcp::acceptor acceptor(
      io, {asio::ip::address_v4::loopback(), examples::port_option(argc, argv, "--feed-port", 0)});
  asio::co_spawn(io, accept_feeds(acceptor, loop.remote(), board), asio::detached);
  examples::print_line(server.url());
  examples::print_line("feed on port " + std::to_string(acceptor.local_endpoint().port()));

  std::vector<std::jthread> others(3);
  for (auto& thread : others) thread = std::jthread([&] { io.run(); });
  io.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
