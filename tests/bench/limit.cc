// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// limit [--port=N]: what a server on epoll costs at the least. Level-triggered, one recv and one
// send for each request, the response bytes of Eddy's hello, and nothing parsed but the end of the
// head: a head that comes in pieces, or with the next one, is not understood. Prints its URL; at
// SIGUSR1, and at SIGTERM before it ends, what it has counted since the last time.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr char kResponse[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\n"
    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 12\r\n\r\nHello, world";

int watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int listen_on(int port) {
  const int on = 1;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{
      AF_INET, htons(static_cast<std::uint16_t>(port)), {htonl(INADDR_LOOPBACK)}, {}};
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, generic, size) != 0 || listen(fd, 1024) != 0) return -1;
  getsockname(fd, generic, &size);
  std::printf("http://127.0.0.1:%d/\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return fd;
}

void set_date(char* response) {
  static std::time_t made = 0;
  timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec == made) return;
  made = now.tv_sec;
  std::tm parts;
  char date[30];
  gmtime_r(&made, &parts);
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  std::memcpy(std::strstr(response, "Date: ") + 6, date, 29);
}

}  // namespace

int main(int argc, char** argv) {
  char response[sizeof kResponse];
  std::memcpy(response, kResponse, sizeof kResponse);
  sigset_t reports;
  sigemptyset(&reports);
  sigaddset(&reports, SIGTERM);
  sigaddset(&reports, SIGUSR1);
  sigprocmask(SIG_BLOCK, &reports, nullptr);
  const int signals = signalfd(-1, &reports, SFD_CLOEXEC);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int listener = listen_on(argc > 1 ? std::atoi(std::strchr(argv[1], '=') + 1) : 0);
  if (listener < 0 || watch(epoll, listener) != 0 || watch(epoll, signals) != 0) {
    std::perror("limit");
    return 1;
  }
  unsigned long requests = 0;
  unsigned long turns = 0;
  epoll_event events[64];
  char buffer[4096];
  for (;;) {
    const int ready = epoll_wait(epoll, events, 64, -1);
    ++turns;
    set_date(response);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == signals) {
        signalfd_siginfo signal;
        if (read(signals, &signal, sizeof signal) < 0) return 1;
        std::printf("{\"requests\": %lu, \"turns\": %lu}\n", requests, turns);
        std::fflush(stdout);
        if (signal.ssi_signo == SIGTERM) return 0;
        requests = turns = 0;
      } else if (fd == listener) {
        const int on = 1;
        const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) continue;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(epoll, client);
      } else if (const ssize_t size = recv(fd, buffer, sizeof buffer, 0); size <= 0) {
        if (size == 0 || errno != EAGAIN) close(fd);
      } else if (size >= 4 && std::memcmp(buffer + size - 4, "\r\n\r\n", 4) == 0) {
        ++requests;
        if (send(fd, response, sizeof response - 1, MSG_NOSIGNAL) < 0) close(fd);
      }
    }
  }
}
