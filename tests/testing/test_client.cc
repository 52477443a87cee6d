// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/test_client.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace eddy::inline v0::testing {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

[[noreturn]] void fail(int error, const char* what) {
  throw std::system_error(error, std::system_category(), what);
}

}  // namespace

TestClient::TestClient(std::uint16_t port, std::string_view host, std::chrono::milliseconds limit)
    : limit_(limit) {
  std::error_code error;
  const Address address = Address::parse(host, port, error);
  if (error) throw std::system_error(error, "TestClient");
  connect(address);
}

TestClient::TestClient(std::string_view path, std::chrono::milliseconds limit) : limit_(limit) {
  std::error_code error;
  const Address address = Address::local(path, error);
  if (error) throw std::system_error(error, "TestClient");
  connect(address);
}

void TestClient::connect(const Address& address) {
  const auto* name = static_cast<const sockaddr*>(address.data());
  fd_ = ::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) fail(errno, "TestClient: socket");
  if (::connect(fd_, name, static_cast<socklen_t>(address.size())) == 0) return;
  int failed = errno;
  if (failed == EINPROGRESS || failed == EINTR) {
    failed = ETIMEDOUT;
    if (wait_for(POLLOUT, deadline())) {
      socklen_t size = sizeof failed;
      ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &failed, &size);
    }
  }
  if (failed == 0) return;
  close();
  fail(failed, "TestClient: connect");
}

TestClient::TestClient(TestClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), limit_(other.limit_), buffer_(std::move(other.buffer_)) {}

TestClient& TestClient::operator=(TestClient&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    limit_ = other.limit_;
    buffer_ = std::move(other.buffer_);
  }
  return *this;
}

TestClient::~TestClient() { close(); }

void TestClient::send(std::string_view data) {
  const SteadyTime until = deadline();
  while (!data.empty()) {
    const ssize_t n = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      data.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      if (!wait_for(POLLOUT, until)) fail(ETIMEDOUT, "TestClient: send");
    } else if (errno != EINTR) {
      fail(errno, "TestClient: send");
    }
  }
}

std::string TestClient::receive_some(std::size_t max) {
  if (buffer_.empty()) (void)fill(deadline());
  return take(max);
}

std::string TestClient::receive(std::size_t bytes) {
  const SteadyTime until = deadline();
  while (buffer_.size() < bytes && fill(until)) {
  }
  return take(bytes);
}

std::string TestClient::receive_until(std::string_view end) {
  const SteadyTime until = deadline();
  for (;;) {
    const std::size_t at = buffer_.find(end);
    if (at != std::string::npos) return take(at + end.size());
    if (!fill(until)) return take(buffer_.size());
  }
}

std::string TestClient::receive_all() {
  const SteadyTime until = deadline();
  while (fill(until)) {
  }
  return take(buffer_.size());
}

bool TestClient::silent_for(std::chrono::milliseconds time) {
  return buffer_.empty() && !wait_for(POLLIN, std::chrono::steady_clock::now() + time);
}

void TestClient::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

void TestClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void TestClient::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::uint16_t TestClient::local_port() const {
  Address address;
  auto size = static_cast<socklen_t>(Address::capacity());
  if (::getsockname(fd_, static_cast<sockaddr*>(address.data()), &size) != 0) {
    fail(errno, "TestClient: getsockname");
  }
  address.set_size(size);
  return address.port();
}

void TestClient::set_buffers(int send_bytes, int receive_bytes) {
  if (send_bytes != 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes);
  }
  if (receive_bytes != 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  }
}

bool TestClient::wait_for(short events, SteadyTime deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::max(deadline - std::chrono::steady_clock::now(), SteadyTime::duration::zero()));
    pollfd watched{fd_, events, 0};
    const int n = ::poll(&watched, 1, static_cast<int>(left.count()));
    if (n > 0) return true;
    if (n == 0) return false;
    if (errno != EINTR) fail(errno, "TestClient: poll");
  }
}

bool TestClient::fill(SteadyTime deadline) {
  std::array<char, 16 * 1024> chunk;
  for (;;) {
    const ssize_t n = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (n == 0) return false;
    if (n > 0) {
      buffer_.append(chunk.data(), static_cast<std::size_t>(n));
      return true;
    }
    if (errno == EAGAIN) {
      if (!wait_for(POLLIN, deadline)) fail(ETIMEDOUT, "TestClient: receive");
    } else if (errno != EINTR) {
      fail(errno, "TestClient: receive");
    }
  }
}

SteadyTime TestClient::deadline() const { return std::chrono::steady_clock::now() + limit_; }

std::string TestClient::take(std::size_t bytes) {
  std::string taken = buffer_.substr(0, bytes);
  buffer_.erase(0, taken.size());
  return taken;
}

}  // namespace eddy::inline v0::testing
