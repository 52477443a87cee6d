// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// limit_websocket [--port=N]: what a WebSocket echo on epoll costs at the least. Level-triggered,
// one recv, and one send of all the frames that it brought; they are unmasked where they were read
// and sent from there. Nothing is parsed but the ends of frames, nothing is checked. Prints its
// URL; at SIGUSR1, and at SIGTERM before it ends, what it has counted since the last time.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <eddy/core/base/base64.h>
#include <eddy/core/base/digest.h>
#include <tests/bench/bench_program.h>
#include <tests/bench/limit_parts.h>
#include <tests/bench/websocket_frames.h>

namespace {

struct Connection {
  bool open = false;  // the handshake is done
  std::string rest;   // what has come of a frame that is not whole
};

class EchoServer {
 public:
  EchoServer() : buffer_(kMostRead + kMostKept) {}

  unsigned long messages = 0;

  void add(int fd) {
    const auto index = static_cast<std::size_t>(fd);
    if (index >= connections_.size()) connections_.resize(index + 1);
    connections_[index] = {};
  }

  /// False: it is to be closed.
  bool serve(int fd) {
    Connection& connection = connections_[static_cast<std::size_t>(fd)];
    const std::size_t kept = connection.rest.size();
    const ssize_t size = recv(fd, buffer_.data() + kept, kMostRead, 0);
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    if (kept != 0) {
      std::memcpy(buffer_.data(), connection.rest.data(), kept);
      connection.rest.clear();
    }
    const std::size_t all = kept + static_cast<std::size_t>(size);
    if (!connection.open) return shake_hands(fd, connection, all);
    return echo(fd, connection, all);
  }

 private:
  // A message and what has come of the next one; a longer one is not understood.
  static constexpr std::size_t kMostRead = 256 * 1024;
  static constexpr std::size_t kMostKept = 1024 * 1024;

  bool shake_hands(int fd, Connection& connection, std::size_t size) {
    const std::string_view head(buffer_.data(), size);
    if (!head.ends_with("\r\n\r\n")) {
      connection.rest = head;
      return size < kMostKept;
    }
    constexpr std::string_view kKey = "Sec-WebSocket-Key: ";
    const std::size_t at = head.find(kKey);
    if (at == head.npos) return false;
    const std::string_view key = head.substr(at + kKey.size(), 24);
    const auto digest =
        eddy::Sha1().update(key).update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11").finish();
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        eddy::base64_encode(digest) + "\r\n\r\n";
    connection.open = true;
    return send_all(fd, answer.data(), answer.size());
  }

  bool echo(int fd, Connection& connection, std::size_t size) {
    char* at = buffer_.data();
    char* const end = at + size;
    char* first = nullptr;  // of what is sent
    char* last = nullptr;
    while (const auto header = bench::read_frame_header(at, static_cast<std::size_t>(end - at))) {
      if (header->payload > static_cast<std::size_t>(end - at) - header->size) break;
      char* payload = at + header->size;
      at = payload + header->payload;
      bench::apply_key(payload, header->payload, payload - bench::kKeySize);
      // The header without a key fits into the place of the one with it.
      char frame[bench::kLongestHeader];
      const std::size_t head =
          bench::write_frame_header(frame, answer_to(header->first), false, header->payload);
      if (first == nullptr) {
        first = payload - head;
        last = at;
        std::memcpy(first, frame, head);
      } else {
        std::memcpy(last, frame, head);
        std::memmove(last + head, payload, header->payload);
        last += head + header->payload;
      }
      if ((header->first & bench::kOpcode) == bench::kClose) {
        send_all(fd, first, static_cast<std::size_t>(last - first));
        return false;
      }
      if ((header->first & bench::kFin) != 0) ++messages;
    }
    if (at != end) connection.rest.assign(at, end);
    if (connection.rest.size() > kMostKept) return false;
    return first == nullptr || send_all(fd, first, static_cast<std::size_t>(last - first));
  }

  static std::uint8_t answer_to(std::uint8_t first) {
    const bool is_ping = (first & bench::kOpcode) == bench::kPing;
    return is_ping ? std::uint8_t{bench::kFin | bench::kPong} : first;
  }

  // What a peer does not take at once is not waited for.
  static bool send_all(int fd, const char* data, std::size_t size) {
    return send(fd, data, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
  }

  std::vector<char> buffer_;
  std::vector<Connection> connections_;
};

}  // namespace

int main(int argc, char** argv) {
  bench::ProgramOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--port=") && bench::read_program_option(argument, options)) continue;
    std::fprintf(stderr, "usage: %s [--port=N]\n", argv[0]);
    return 2;
  }
  const int signals = bench::signal_descriptor();
  const int listener = bench::listen_on(options.port);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const auto watch = [epoll](int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
  };
  if (listener < 0 || !watch(listener) || !watch(signals)) {
    std::perror("limit_websocket");
    return 1;
  }
  EchoServer server;
  unsigned long turns = 0;
  for (;;) {
    epoll_event events[64];
    const int ready = epoll_wait(epoll, events, 64, -1);
    ++turns;
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == signals) {
        const int signal = bench::take_signal(signals);
        bench::print_counts(server.messages, turns);
        if (signal == SIGTERM) return 0;
      } else if (fd == listener) {
        if (const int client = bench::accept_from(listener); client >= 0 && watch(client)) {
          server.add(client);
        }
      } else if (!server.serve(fd)) {
        ::close(fd);
      }
    }
  }
}
