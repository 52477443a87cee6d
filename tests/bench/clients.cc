// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// clients --port=N --connections=N --seconds=N: connections that each send GET /c/ID, wait for the
// response and send the next one. For what must know which connection a request came from, which
// wrk cannot say. Prints how many responses came.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Client {
  int fd = -1;
  std::string request;
  std::string response;
};

int option(int argc, char** argv, std::string_view name) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(name)) return std::atoi(argv[i] + name.size());
  }
  return 0;
}

int connect_to(int port) {
  const sockaddr_in address{
      AF_INET, htons(static_cast<std::uint16_t>(port)), {htonl(INADDR_LOOPBACK)}, {}};
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::perror("clients: connect");
    std::exit(1);
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_request(const Client& client) {
  const auto size = static_cast<ssize_t>(client.request.size());
  if (send(client.fd, client.request.data(), client.request.size(), MSG_NOSIGNAL) != size) {
    std::perror("clients: send");
    std::exit(1);
  }
}

/// Takes what has come; true when the response is complete.
bool receive(Client& client) {
  char buffer[4096];
  const ssize_t size = recv(client.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return false;
  if (size <= 0) {
    std::fputs("clients: the server has closed a connection\n", stderr);
    std::exit(1);
  }
  client.response.append(buffer, static_cast<std::size_t>(size));
  if (!client.response.starts_with("HTTP/1.1 200 ")) {
    std::fprintf(stderr, "clients: the answer was %s\n", client.response.c_str());
    std::exit(1);
  }
  if (!client.response.ends_with("\r\n\r\nHello, world")) return false;
  client.response.clear();
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int port = option(argc, argv, "--port=");
  std::vector<Client> clients(static_cast<std::size_t>(option(argc, argv, "--connections=")));
  const auto end = Clock::now() + std::chrono::seconds(option(argc, argv, "--seconds="));
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t id = 0; id < clients.size(); ++id) {
    clients[id].fd = connect_to(port);
    clients[id].request = "GET /c/" + std::to_string(id) +
                          " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    epoll_ctl(epoll, EPOLL_CTL_ADD, clients[id].fd, &event);
  }
  for (const Client& client : clients) send_request(client);
  unsigned long responses = 0;
  std::vector<epoll_event> events(clients.size() + 1);
  while (Clock::now() < end) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) {
      Client& client = clients[events[static_cast<std::size_t>(i)].data.u64];
      if (!receive(client)) continue;
      ++responses;
      send_request(client);
    }
  }
  std::printf("%lu\n", responses);
  return 0;
}
