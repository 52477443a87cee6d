// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// What several tests of core use.

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <eddy/core/core.h>

namespace eddy::core_test {

/// Two connected sockets, non-blocking.
class SocketPair {
 public:
  SocketPair() {
    std::array<int, 2> fds{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) != 0) {
      throw std::system_error(errno, std::system_category(), "socketpair");
    }
    near_ = fds[0];
    far_ = fds[1];
  }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() {
    close_near();
    close_far();
  }

  [[nodiscard]] int near() const { return near_; }
  [[nodiscard]] int far() const { return far_; }
  void make_readable() const {
    if (::send(far_, "x", 1, MSG_NOSIGNAL) != 1) throw std::runtime_error("send");
  }
  void drain() const {
    std::array<char, 64> buffer;
    while (::recv(near_, buffer.data(), buffer.size(), 0) > 0) {
    }
  }
  /// Gives up an end.
  int release_near() { return std::exchange(near_, -1); }
  int release_far() { return std::exchange(far_, -1); }
  void close_near() { close(near_); }
  void close_far() { close(far_); }

 private:
  static void close(int& fd) {
    if (fd >= 0) ::close(std::exchange(fd, -1));
  }
  int near_;
  int far_;
};

/// Runs turns of a loop that has a descriptor until `done`, at most a few seconds; false: in vain.
template <class Done>
bool run_turns_until(Loop& loop, Done done,
                     std::chrono::milliseconds limit = std::chrono::seconds(5)) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) return false;
    loop.dispatch();
  }
  return true;
}

/// Counts how many of its kind live, and says so when it is destroyed.
class Alive {
 public:
  explicit Alive(int& count) : count_(&count) { ++*count_; }
  Alive(const Alive& other) : count_(other.count_) { ++*count_; }
  Alive& operator=(const Alive& other) {
    if (this == &other) return *this;
    --*count_;
    count_ = other.count_;
    ++*count_;
    return *this;
  }
  Alive(Alive&& other) noexcept : count_(other.count_) { ++*count_; }
  ~Alive() { --*count_; }

 private:
  int* count_;
};

/// A Host that only remembers what it was asked; turns come from Loop::dispatch.
struct HostCalls {
  Dispatcher dispatcher;
  int attached = 0;
  int detached = 0;
  bool keep_alive = false;
  int keep_alive_calls = 0;
  int wakes = 0;
  Access access = Access::inside;
  std::error_code run_result;
  bool throw_on_attach = false;
};

class RecordingHost final : public Host {
 public:
  explicit RecordingHost(std::shared_ptr<HostCalls> calls) : calls_(std::move(calls)) {}

  void attach(Dispatcher dispatcher) override {
    if (calls_->throw_on_attach) throw std::runtime_error("make an application first");
    ++calls_->attached;
    calls_->dispatcher = std::move(dispatcher);
  }
  void detach() noexcept override {
    ++calls_->detached;
    calls_->dispatcher = {};
  }
  [[nodiscard]] Access access() const noexcept override { return calls_->access; }
  std::error_code run_once(bool /*wait*/) override {
    if (!calls_->run_result) Dispatcher(calls_->dispatcher).dispatch();
    return calls_->run_result;
  }
  void keep_alive(bool on) noexcept override {
    calls_->keep_alive = on;
    ++calls_->keep_alive_calls;
  }
  void wake() noexcept override { ++calls_->wakes; }

 private:
  std::shared_ptr<HostCalls> calls_;
};

}  // namespace eddy::core_test
