// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Echoes lines, in whichever loop it was compiled for (see examples/host_loop.h), or asks one that
// does.
//
//   tcpecho [--port=N]               the server
//   tcpecho --say=TEXT [--port=N]    sends TEXT as a line, and prints the line that comes back

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <eddy/core/core.h>
#include <examples/host_loop.h>
#include <examples/program.h>
#include <examples/run_task.h>

namespace {

using eddy::Task;

constexpr std::size_t kLongestLine = 64 * std::size_t{1024};

/// The next line with its end; without one at the end of the input, and empty behind that. `rest`
/// is what has been read and not given yet.
Task<std::string> read_line(eddy::Stream& stream, std::string& rest) {
  for (;;) {
    if (const std::size_t end = rest.find('\n'); end != std::string::npos) {
      std::string line = rest.substr(0, end + 1);
      rest.erase(0, end + 1);
      co_return line;
    }
    if (rest.size() >= kLongestLine) throw std::length_error("a line is longer than 64 KiB");
    char piece[4096];
    const std::size_t bytes = co_await stream.read_some(piece);
    if (bytes == 0) co_return std::exchange(rest, {});
    rest.append(piece, bytes);
  }
}

Task<void> echo(std::unique_ptr<eddy::Stream> stream) {
  const std::string client = stream->peer_address().to_string();
  std::string rest;
  std::size_t lines = 0;
  try {
    for (std::string line; !(line = co_await read_line(*stream, rest)).empty(); ++lines) {
      co_await stream->write(std::move(line));
    }
    examples::print_line(client + ": " + std::to_string(lines) + " lines");
  } catch (const std::exception& error) {
    examples::print_line(client + ": " + error.what());
  }
}

Task<int> say(eddy::Address server, std::string text) {
  const std::unique_ptr<eddy::Stream> stream = co_await eddy::connect(server);
  co_await stream->write(text + "\n");
  std::string rest;
  const std::string line =
      co_await eddy::with_timeout(std::chrono::seconds(10), read_line(*stream, rest));
  if (!line.ends_with('\n')) throw std::runtime_error("the server has closed before a whole line");
  examples::print_line(line.substr(0, line.size() - 1));
  co_return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  examples::HostLoop host(argc, argv);
  const std::uint16_t port = examples::port_option(argc, argv);

  if (const std::string text(examples::option(argc, argv, "--say")); !text.empty()) {
    const auto local = eddy::Address::from_ip(std::array<unsigned char, 4>{127, 0, 0, 1}, port);
    return examples::run_task(host, say(local, text));
  }

  eddy::TcpServer server(host.loop(), [&](std::unique_ptr<eddy::Stream> stream) {
    host.loop().spawn(echo(std::move(stream)));
  });
  server.listen(port);
  examples::print_line("tcp://127.0.0.1:" + std::to_string(server.port()));
  host.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
