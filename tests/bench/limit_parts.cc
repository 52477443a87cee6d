// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstring>

#include <tests/bench/bench_program.h>
#include <tests/bench/limit_parts.h>

namespace bench {

namespace {

constexpr char kBeforeDate[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nDate: ";
constexpr std::size_t kDateAt = sizeof kBeforeDate - 1;
constexpr std::size_t kDateSize = 29;

}  // namespace

Responses::Responses(std::size_t length, const std::string& body) {
  const std::string one = kBeforeDate + std::string(http_date()) +
                          "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + body;
  size_ = one.size();
  for (std::size_t i = 0; i < kMostAtOnce; ++i) bytes_ += one;
}

void Responses::set_date() {
  const char* const date = http_date();
  if (std::memcmp(bytes_.data() + kDateAt, date, kDateSize) == 0) return;
  for (std::size_t at = kDateAt; at < bytes_.size(); at += size_) {
    std::memcpy(bytes_.data() + at, date, kDateSize);
  }
}

int listen_on(int port) {
  const int on = 1;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{
      AF_INET, htons(static_cast<std::uint16_t>(port)), {htonl(INADDR_LOOPBACK)}, {}};
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, generic, size) != 0 || listen(listener, 1024) != 0) return -1;
  getsockname(listener, generic, &size);
  print_url(ntohs(address.sin_port));
  return listener;
}

int accept_from(int listener) {
  const int on = 1;
  const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client >= 0) setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return client;
}

void print_counts(unsigned long& requests, unsigned long& turns) {
  std::printf("{\"requests\": %lu, \"turns\": %lu}\n", requests, turns);
  std::fflush(stdout);
  requests = turns = 0;
}

}  // namespace bench
