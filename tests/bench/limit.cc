// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// limit [--port=N] [--body=BYTES] [--file=PATH]: what a server on epoll costs at the least.
// Level-triggered, one recv and one send for each request, or for all that came pipelined by one
// recv, the response bytes of Eddy's hello, and nothing parsed but the end of the head: a head that
// comes in pieces is not understood. --body: each request has a body of so many bytes, which is
// known and not read from the head. --file: each is answered with that file, by sendfile.
// Prints its URL; at SIGUSR1, and at SIGTERM before it ends, what it has counted since the last
// time.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <tests/bench/bench_program.h>

namespace {

constexpr char kHead[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\n"
    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: ";

/// Pipelined responses that one send takes.
constexpr std::size_t kMostAtOnce = 64;

struct Connection {
  std::size_t body_left = 0;
  off_t file_at = 0;
  bool sending = false;
};

class Limit {
 public:
  Limit(std::uint64_t body, const std::string& file) : body_(body) {
    if (!file.empty()) {
      file_ = open(file.c_str(), O_RDONLY | O_CLOEXEC);
      struct stat about {};
      if (fstat(file_, &about) == 0) file_size_ = about.st_size;
    }
    const std::string one = file.empty() ? kHead + std::string("12\r\n\r\nHello, world")
                                         : kHead + std::to_string(file_size_) + "\r\n\r\n";
    response_size_ = one.size();
    for (std::size_t i = 0; i < kMostAtOnce; ++i) responses_ += one;
  }

  /// Returns at SIGTERM; false if it cannot begin.
  bool run(int port) {
    signals_ = bench::signal_descriptor();
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    if (!listen_on(port) || !watch(EPOLL_CTL_ADD, listener_, EPOLLIN) ||
        !watch(EPOLL_CTL_ADD, signals_, EPOLLIN) || (file_ < 0 && file_ != kNoFile)) {
      return false;
    }
    epoll_event events[64];
    while (!ended_) {
      const int ready = epoll_wait(epoll_, events, 64, -1);
      ++turns_;
      set_date();
      for (int i = 0; i < ready; ++i) handle(events[i].data.fd);
    }
    return true;
  }

 private:
  static constexpr int kNoFile = -2;

  bool watch(int operation, int fd, std::uint32_t what) const {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    return epoll_ctl(epoll_, operation, fd, &event) == 0;
  }

  bool listen_on(int port) {
    const int on = 1;
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{
        AF_INET, htons(static_cast<std::uint16_t>(port)), {htonl(INADDR_LOOPBACK)}, {}};
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 1024) != 0) return false;
    getsockname(listener_, generic, &size);
    bench::print_url(ntohs(address.sin_port));
    return true;
  }

  void set_date() {
    const char* date = bench::http_date();
    char* first = responses_.data() + kDateAt;
    if (std::memcmp(first, date, kDateSize) == 0) return;
    for (std::size_t i = 0; i < kMostAtOnce; ++i) {
      std::memcpy(first + i * response_size_, date, kDateSize);
    }
  }

  void handle(int fd) {
    if (fd == signals_) {
      ended_ = bench::take_signal(signals_) == SIGTERM;
      std::printf("{\"requests\": %lu, \"turns\": %lu}\n", requests_, turns_);
      std::fflush(stdout);
      requests_ = turns_ = 0;
    } else if (fd == listener_) {
      accept_one();
    } else if (connections_[static_cast<std::size_t>(fd)].sending) {
      send_file(fd, connections_[static_cast<std::size_t>(fd)]);
    } else if (const ssize_t size = recv(fd, buffer_, sizeof buffer_, 0); size <= 0) {
      if (size == 0 || errno != EAGAIN) close(fd);
    } else if (const std::size_t complete = count(connections_[static_cast<std::size_t>(fd)],
                                                  static_cast<std::size_t>(size));
               complete > 0) {
      requests_ += complete;
      const int more = file_ >= 0 ? MSG_MORE : 0;
      if (send(fd, responses_.data(), complete * response_size_, MSG_NOSIGNAL | more) < 0) {
        close(fd);
      } else if (file_ >= 0) {
        send_file(fd, connections_[static_cast<std::size_t>(fd)]);
      }
    }
  }

  void accept_one() {
    const int on = 1;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto index = static_cast<std::size_t>(client);
    if (connections_.size() <= index) connections_.resize(index + 1);
    connections_[index] = {};
    watch(EPOLL_CTL_ADD, client, EPOLLIN);
  }

  /// How many requests end in the first `size` bytes of the buffer.
  std::size_t count(Connection& connection, std::size_t size) const {
    if (connection.body_left > 0) {
      connection.body_left -= std::min(size, connection.body_left);
      return connection.body_left == 0 ? 1 : 0;
    }
    std::size_t complete = 0;
    const char* at = buffer_;
    const char* const end = buffer_ + size;
    while (complete < kMostAtOnce) {
      const void* found = memmem(at, static_cast<std::size_t>(end - at), "\r\n\r\n", 4);
      if (found == nullptr) break;
      at = static_cast<const char*>(found) + 4;
      if (body_ > 0) {
        connection.body_left =
            body_ - std::min<std::size_t>(body_, static_cast<std::size_t>(end - at));
        return connection.body_left == 0 ? 1 : 0;
      }
      ++complete;
    }
    return complete;
  }

  void send_file(int fd, Connection& connection) const {
    while (connection.file_at < file_size_) {
      const auto rest = static_cast<std::size_t>(file_size_ - connection.file_at);
      if (sendfile(fd, file_, &connection.file_at, rest) <= 0) {
        if (errno != EAGAIN) {
          close(fd);
        } else if (!connection.sending) {
          connection.sending = watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
        }
        return;
      }
    }
    connection.file_at = 0;
    if (connection.sending) watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    connection.sending = false;
  }

  static constexpr std::size_t kDateSize = 29;
  static constexpr std::size_t kDateAt =
      sizeof kHead - 1 - kDateSize - sizeof "\r\nContent-Length: " + 1;

  std::uint64_t body_;
  int file_ = kNoFile;
  off_t file_size_ = 0;
  std::string responses_;
  std::size_t response_size_ = 0;
  int epoll_ = -1;
  int signals_ = -1;
  int listener_ = -1;
  bool ended_ = false;
  unsigned long requests_ = 0;
  unsigned long turns_ = 0;
  std::vector<Connection> connections_;
  char buffer_[64 * 1024];
};

}  // namespace

int main(int argc, char** argv) {
  bench::ProgramOptions options;
  std::uint64_t body = 0;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (bench::read_program_option(argument, options)) continue;
    if (!bench::read_option(argument, "--body=", body) || !argument.empty()) {
      std::fprintf(stderr, "usage: %s [--port=N] [--body=BYTES] [--file=PATH]\n", argv[0]);
      return 2;
    }
  }
  static Limit limit(body, options.file);
  if (limit.run(options.port)) return 0;
  std::perror("limit");
  return 1;
}
