// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/net/address.h>

namespace eddy::inline v0::testing {

/// A blocking client for tests of servers on real sockets; to be used on a thread of its own, or
/// between turns of the server's loop. Every call has a deadline, so that no test hangs: one that
/// passes it, and every other failure, is a std::system_error.
///
/// Thread: one at a time. Closes its connection when destroyed.
class EDDY_API TestClient {
 public:
  /// Connects to 127.0.0.1 (or another numeric address).
  explicit TestClient(std::uint16_t port, std::string_view host = "127.0.0.1",
                      std::chrono::milliseconds limit = std::chrono::seconds(5));
  /// Connects to a Unix socket, by its path or an abstract name ("@name").
  explicit TestClient(std::string_view path,
                      std::chrono::milliseconds limit = std::chrono::seconds(5));
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  TestClient(TestClient&& other) noexcept;
  TestClient& operator=(TestClient&& other) noexcept;
  ~TestClient();

  /// Sends all of `data`.
  void send(std::string_view data);
  /// What arrives next, at least a byte; empty at the end of the input.
  [[nodiscard]] std::string receive_some(std::size_t max = 64 * 1024);
  /// Exactly `bytes`; less only when the server ends before.
  [[nodiscard]] std::string receive(std::size_t bytes);
  /// Up to and with the first `end`; all, when the server ends before it comes.
  [[nodiscard]] std::string receive_until(std::string_view end);
  /// Everything until the server ends the connection.
  [[nodiscard]] std::string receive_all();
  /// Whether nothing arrives, the end included, within `time`.
  [[nodiscard]] bool silent_for(std::chrono::milliseconds time);

  /// No more will be sent.
  void shutdown_write();
  /// Closes with a reset, as a process does that was killed with data unread.
  void reset();
  void close();
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// The local port, which is the peer's port to the server.
  [[nodiscard]] std::uint16_t local_port() const;
  /// The system's send and receive buffers of this end, for slow readers. 0 leaves one as it is.
  void set_buffers(int send_bytes, int receive_bytes);

 private:
  void connect(const Address& address);
  bool wait_for(short events, std::chrono::steady_clock::time_point deadline);
  /// Appends to `buffer_` what is there; false at the end.
  bool fill(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const;
  std::string take(std::size_t bytes);

  int fd_ = -1;
  std::chrono::milliseconds limit_;
  /// Received and not yet asked for.
  std::string buffer_;
};

}  // namespace eddy::inline v0::testing
