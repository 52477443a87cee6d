// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace eddy::inline v0::conformance {

/// A blocking TCP client, for use on a thread of its own (or in this one, while nothing is awaited
/// from the loop). Calls that fail make it `broken()`; nothing throws.
class LineClient {
 public:
  explicit LineClient(std::uint16_t port);
  LineClient(const LineClient&) = delete;
  LineClient& operator=(const LineClient&) = delete;
  LineClient(LineClient&& other) noexcept;
  ~LineClient() { close(); }

  bool send(std::string_view data);
  /// The next line without its end; empty when the connection ends or after 20 s.
  std::string read_line();
  /// The next `count` bytes; fewer when the connection ends or after 20 s.
  std::string read_bytes(std::size_t count);
  /// send() and read_line().
  std::string ask(std::string_view line) {
    send(std::string(line) + "\n");
    return read_line();
  }
  /// Waits until the peer has closed.
  bool wait_for_end();
  void close();
  /// Closes so that the peer sees a reset, and no port is left waiting.
  void abort();

  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  /// Some more bytes; false at the end.
  bool receive();

  int fd_ = -1;
  bool broken_ = false;
  std::string input_;
};

/// A thread for clients: takes no signals of the test's, and is joined by the destructor.
class ClientThread {
 public:
  explicit ClientThread(std::function<void()> work);
  ClientThread(ClientThread&&) = default;
  ~ClientThread() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::thread thread_;
};

/// Sleeps for at least `time`, interrupted or not.
void sleep_at_least(std::chrono::nanoseconds time);

}  // namespace eddy::inline v0::conformance
