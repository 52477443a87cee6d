// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// limit [--port=N]: what a server on epoll costs at the least. Level-triggered, exactly one recv
// and one send for each request, or for all that one recv brought pipelined, the response bytes of
// Eddy's hello, and nothing parsed but the end of the head: one that comes in pieces is not
// understood. Prints its URL; at SIGUSR1, and at SIGTERM before it ends, what it has counted since
// the last time.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <tests/bench/bench_program.h>
#include <tests/bench/limit_parts.h>

namespace {

std::size_t count_heads(const char* at, const char* end) {
  std::size_t heads = 0;
  while (const void* found = memmem(at, static_cast<std::size_t>(end - at), "\r\n\r\n", 4)) {
    at = static_cast<const char*>(found) + 4;
    ++heads;
  }
  return std::min(heads, bench::kMostAtOnce);
}

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
    std::perror("limit");
    return 1;
  }
  static char buffer[64 * 1024];
  bench::Responses responses;
  unsigned long requests = 0;
  unsigned long turns = 0;
  for (;;) {
    epoll_event events[64];
    const int ready = epoll_wait(epoll, events, 64, -1);
    ++turns;
    responses.set_date();
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == signals) {
        const int signal = bench::take_signal(signals);
        bench::print_counts(requests, turns);
        if (signal == SIGTERM) return 0;
      } else if (fd == listener) {
        if (const int client = bench::accept_from(listener); client >= 0) watch(client);
      } else if (const ssize_t size = recv(fd, buffer, sizeof buffer, 0); size > 0) {
        const std::size_t heads = count_heads(buffer, buffer + size);
        requests += heads;
        if (send(fd, responses.data(), responses.size(heads), MSG_NOSIGNAL) < 0) close(fd);
      } else if (size == 0 || errno != EAGAIN) {
        close(fd);
      }
    }
  }
}
