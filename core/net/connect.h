// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <memory>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/stream.h>
#include <eddy/core/task/environment.h>
#include <eddy/core/task/with_loop.h>

namespace eddy::inline v0 {

namespace internal {

/// Holds the socket until it is connected; destroying it gives the attempt up.
class EDDY_API ConnectAwaiter final : public Waiter, private IoHandler {
 public:
  using eddy_awaiter = void;

  /// `source` is null or lives until the wait begins.
  explicit ConnectAwaiter(const Address& address, const Address* source = nullptr) noexcept
      : address_(address), source_(source) {}
  ~ConnectAwaiter() { end(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    if (!begin(handle)) return go_on_stopped();
    start();
    return true;
  }
  bool await_in(LoopCore& core, std::coroutine_handle<> handle) noexcept {
    begin_foreign(core, handle);
    start();
    return true;
  }

  std::unique_ptr<Stream> await_resume();

 private:
  void start() noexcept;
  /// Unwatches and closes what there is.
  void end() noexcept;
  void on_ready(Io events) override;
  void on_loop_closed() noexcept override;
  [[nodiscard]] const char* label() const noexcept override { return "connect"; }
  void stop_waiting() noexcept override;

  Address address_;
  const Address* source_;
  IoWatch watch_;
  int fd_ = -1;
  std::error_code error_;
};

}  // namespace internal

/// `co_await connect(address)`: a connection to a TCP address or a Unix socket, as a
/// std::unique_ptr<Stream>. No name is looked up, and one address is tried: see Address for what
/// makes one, and TcpClient for names. Waits as long as the system does, which may be minutes:
/// with_timeout bounds it. Of a Unix socket it decides at once: where as many wait to be accepted
/// as can, the error is std::errc::resource_unavailable_try_again.
///
/// Throws std::system_error, as "connect to 127.0.0.1:8888: Connection refused". A stop, and the
/// destruction of the task that waits, give the attempt up and close the socket. So does the
/// destruction of the Loop, after which a coroutine that is still there is not resumed any more.
///
/// Thread: the Loop's. Source: tornado.tcpclient.TCPClient.connect, IOStream.connect.
[[nodiscard]] inline internal::ConnectAwaiter connect(const Address& address) noexcept {
  return internal::ConnectAwaiter(address);
}
/// As above, from the address `source`, of the same family; port 0: any port. `source` must live
/// until the wait begins, as what stands in the co_await expression does.
[[nodiscard]] inline internal::ConnectAwaiter connect(const Address& address,
                                                      const Address& source) noexcept {
  return internal::ConnectAwaiter(address, &source);
}
/// For coroutines of another library, on the thread of `loop`; in a Task it is the task's own Loop.
[[nodiscard]] inline internal::WithLoop<internal::ConnectAwaiter> connect(Loop& loop,
                                                                          const Address& address) {
  return {loop, [&address] { return connect(address); }};
}

}  // namespace eddy::inline v0
