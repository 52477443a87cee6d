// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// limit_bodies [--port=N] --body=BYTES | --file=PATH: as limit, with bodies. --body: each request
// has one of so many bytes, which is known and not read from the head. --file: each is answered
// with that file, by sendfile.
#include <fcntl.h>
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
#include <utility>
#include <vector>

#include <tests/bench/bench_program.h>
#include <tests/bench/limit_parts.h>

namespace {

struct Connection {
  std::size_t body_left = 0;
  off_t file_at = 0;
  bool sending = false;
};

class LimitBodies {
 public:
  explicit LimitBodies(std::uint64_t body) : body_(body) {}
  LimitBodies(int file, off_t size)
      : file_(file), file_size_(size), responses_(static_cast<std::size_t>(size), "") {}

  /// Returns at SIGTERM; false if it cannot begin.
  bool run(int port) {
    signals_ = bench::signal_descriptor();
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    listener_ = bench::listen_on(port);
    if (listener_ < 0 || !watch(EPOLL_CTL_ADD, listener_, EPOLLIN) ||
        !watch(EPOLL_CTL_ADD, signals_, EPOLLIN)) {
      return false;
    }
    epoll_event events[64];
    while (!ended_) {
      const int ready = epoll_wait(epoll_, events, 64, -1);
      ++turns_;
      responses_.set_date();
      for (int i = 0; i < ready; ++i) handle(events[i].data.fd);
    }
    return true;
  }

 private:
  bool watch(int operation, int fd, std::uint32_t what) const {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    return epoll_ctl(epoll_, operation, fd, &event) == 0;
  }

  void handle(int fd) {
    if (fd == signals_) {
      ended_ = bench::take_signal(signals_) == SIGTERM;
      bench::print_counts(requests_, turns_);
    } else if (fd == listener_) {
      accept_one();
    } else if (Connection& connection = connections_[static_cast<std::size_t>(fd)];
               connection.sending) {
      send_file(fd, connection);
    } else if (const ssize_t size = recv(fd, buffer_, sizeof buffer_, 0); size <= 0) {
      if (size == 0 || errno != EAGAIN) close(fd);
    } else if (ends(connection, static_cast<std::size_t>(size))) {
      answer(fd, connection);
    }
  }

  void accept_one() {
    const int client = bench::accept_from(listener_);
    if (client < 0) return;
    const auto index = static_cast<std::size_t>(client);
    if (connections_.size() <= index) connections_.resize(index + 1);
    connections_[index] = {};
    watch(EPOLL_CTL_ADD, client, EPOLLIN);
  }

  /// Whether the request ends in the first `size` bytes of the buffer.
  bool ends(Connection& connection, std::size_t size) const {
    if (connection.body_left == 0) {
      const void* const found = memmem(buffer_, size, "\r\n\r\n", 4);
      if (found == nullptr) return false;
      connection.body_left = body_;
      size -= static_cast<std::size_t>(static_cast<const char*>(found) + 4 - buffer_);
    }
    connection.body_left -= std::min(size, connection.body_left);
    return connection.body_left == 0;
  }

  void answer(int fd, Connection& connection) {
    ++requests_;
    const int more = file_ >= 0 ? MSG_MORE : 0;
    if (send(fd, responses_.data(), responses_.size(1), MSG_NOSIGNAL | more) < 0) {
      close(fd);
    } else if (file_ >= 0) {
      send_file(fd, connection);
    }
  }

  void send_file(int fd, Connection& connection) const {
    while (connection.file_at < file_size_) {
      const auto rest = static_cast<std::size_t>(file_size_ - connection.file_at);
      if (sendfile(fd, file_, &connection.file_at, rest) > 0) continue;
      if (errno != EAGAIN) {
        close(fd);
      } else if (!connection.sending) {
        connection.sending = watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
      }
      return;
    }
    connection.file_at = 0;
    if (std::exchange(connection.sending, false)) watch(EPOLL_CTL_MOD, fd, EPOLLIN);
  }

  const std::uint64_t body_ = 0;
  const int file_ = -1;
  const off_t file_size_ = 0;
  bench::Responses responses_;
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
      std::fprintf(stderr, "usage: %s [--port=N] --body=BYTES | --file=PATH\n", argv[0]);
      return 2;
    }
  }
  const int file = open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about {};
  if (options.file.empty() || (file >= 0 && fstat(file, &about) == 0)) {
    static LimitBodies limit =
        options.file.empty() ? LimitBodies(body) : LimitBodies(file, about.st_size);
    if (limit.run(options.port)) return 0;
  }
  std::perror("limit_bodies");
  return 1;
}
