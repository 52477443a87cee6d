// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/line_client.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace eddy::inline v0::conformance {

namespace {

constexpr int kPatienceMs = 20'000;

/// True when `fd` is ready for `events` in time. Interruptions start it again.
bool wait_for(int fd, short events) {
  pollfd entry{fd, events, 0};
  for (;;) {
    const int ready = ::poll(&entry, 1, kPatienceMs);
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

bool connect_to(int fd, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  if (errno != EINTR && errno != EINPROGRESS) return false;
  if (!wait_for(fd, POLLOUT)) return false;
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

}  // namespace

LineClient::LineClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  broken_ = fd_ < 0 || !connect_to(fd_, port);
}

LineClient::LineClient(LineClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), broken_(other.broken_), input_(std::move(other.input_)) {}

bool LineClient::send(std::string_view data) {
  while (!data.empty() && !broken_) {
    const ssize_t sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      data.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      broken_ = true;
    }
  }
  return !broken_;
}

std::string LineClient::read_line() {
  for (;;) {
    if (const auto end = input_.find('\n'); end != std::string::npos) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      return line;
    }
    if (!receive()) return {};
  }
}

std::string LineClient::read_bytes(std::size_t count) {
  while (input_.size() < count && receive()) {
  }
  std::string bytes = input_.substr(0, count);
  input_.erase(0, bytes.size());
  return bytes;
}

bool LineClient::receive() {
  while (!broken_ && wait_for(fd_, POLLIN)) {
    char buffer[4096];
    const ssize_t received = ::recv(fd_, buffer, sizeof buffer, 0);
    if (received > 0) {
      input_.append(buffer, static_cast<std::size_t>(received));
      return true;
    }
    if (received == 0 || errno != EINTR) break;
  }
  broken_ = true;
  return false;
}

bool LineClient::wait_for_end() {
  for (;;) {
    if (!wait_for(fd_, POLLIN)) return false;
    char buffer[4096];
    const ssize_t received = ::recv(fd_, buffer, sizeof buffer, 0);
    if (received == 0 || (received < 0 && errno != EINTR)) return true;
  }
}

void LineClient::close() {
  if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
}

void LineClient::abort() {
  const linger hard{1, 0};
  if (fd_ >= 0) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close();
}

ClientThread::ClientThread(std::function<void()> work) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread(std::move(work));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void sleep_at_least(std::chrono::nanoseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) std::this_thread::sleep_until(until);
}

}  // namespace eddy::inline v0::conformance
