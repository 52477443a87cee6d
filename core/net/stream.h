// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/socket_ops.h>
#include <eddy/core/task/environment.h>

namespace eddy::inline v0 {

template <class T>
class Task;

/// Is told when a Stream is ready. For protocols that drive a Stream without coroutines.
class EDDY_API StreamDelegate {
 public:
  /// Reading or writing may make progress; a hint. May destroy the stream and anything else.
  virtual void on_stream_ready(Io events) = 0;
  /// The Loop has been destroyed and the stream is closed.
  virtual void on_stream_closed() noexcept = 0;
  /// For stats; a literal.
  [[nodiscard]] virtual const char* stream_label() const noexcept { return "stream"; }

 protected:
  ~StreamDelegate() = default;
};

namespace internal {
class StreamReadAwaiter;
class StreamWriteAwaiter;
}  // namespace internal

/// A connected byte stream: a TCP or Unix socket, later TLS over one, or an in-memory one in tests.
/// It is driven either by awaits, or by a delegate and the try_ calls; not by both at a time.
///
/// Thread: the Loop's. Ownership: closes its connection when destroyed; keeps the host running as
/// long as it is open. May outlive the Loop, closed. Source: tornado.iostream.IOStream.
class EDDY_API Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  // ---- Awaits: one read and one write at a time; `buffer` and the stream must live until then
  // ----

  /// Reads what is there, at least a byte, at most `buffer`; 0 at the end of the peer's input.
  /// Throws std::system_error. A stop leaves what has not been read.
  [[nodiscard]] internal::StreamReadAwaiter read_some(std::span<char> buffer);
  /// Writes all of `data`. Throws std::system_error.
  [[nodiscard]] Task<void> write(std::string data);

  // ---- Without waiting ----

  /// 0 bytes without an error is the end of the peer's input.
  virtual IoResult try_read(std::span<char> buffer) noexcept = 0;
  /// Writes the pieces in order, in one call to the system; may write less.
  virtual IoResult try_write(std::span<const std::string_view> pieces) noexcept = 0;
  /// Who is told of readiness from now on, and for what; null and Io::none: nobody.
  virtual void set_delegate(StreamDelegate* delegate, Io interest) noexcept = 0;
  virtual void set_interest(Io interest) noexcept = 0;

  /// Tells the peer that no more will be written; reading goes on.
  virtual void shutdown_write() noexcept = 0;
  /// Idempotent. No delegate is called any more.
  virtual void close() noexcept = 0;
  [[nodiscard]] virtual bool closed() const noexcept = 0;

  [[nodiscard]] virtual const Address& peer_address() const noexcept = 0;
  /// The descriptor, or -1 when closed or without one. Stays the stream's.
  [[nodiscard]] virtual int fd() const noexcept = 0;

 protected:
  friend class internal::StreamReadAwaiter;
  friend class internal::StreamWriteAwaiter;
  [[nodiscard]] virtual internal::LoopCore& core() noexcept = 0;
};

namespace internal {

class EDDY_API StreamReadAwaiter final : public Waiter, private StreamDelegate {
 public:
  using eddy_awaiter = void;

  StreamReadAwaiter(Stream& stream, std::span<char> buffer) : stream_(stream), buffer_(buffer) {}
  StreamReadAwaiter(StreamReadAwaiter&& other) noexcept
      : stream_(other.stream_), buffer_(other.buffer_) {}
  ~StreamReadAwaiter() { end(); }

  /// Data that is there at once costs no suspension, unless the budget is spent.
  [[nodiscard]] bool await_ready() noexcept;
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    require_environment<Promise>();
    if (!begin(handle)) return false;
    wait();
    return true;
  }
  std::size_t await_resume();

 private:
  void wait() noexcept;
  void end() noexcept;
  void on_stream_ready(Io events) override;
  void on_stream_closed() noexcept override;
  void stop_waiting() noexcept override;

  Stream& stream_;
  std::span<char> buffer_;
  IoResult result_;
  bool have_result_ = false;
  bool waiting_ = false;
};

class EDDY_API StreamWriteAwaiter final : public Waiter, private StreamDelegate {
 public:
  using eddy_awaiter = void;

  explicit StreamWriteAwaiter(Stream& stream) : stream_(stream) {}
  StreamWriteAwaiter(StreamWriteAwaiter&& other) noexcept : stream_(other.stream_) {}
  ~StreamWriteAwaiter() { end(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    require_environment<Promise>();
    if (!begin(handle)) return false;
    wait();
    return true;
  }
  /// The stream can be written to, or is closed.
  void await_resume() {
    end();
    throw_if_stopped();
  }

 private:
  void wait() noexcept;
  void end() noexcept;
  void on_stream_ready(Io events) override;
  void on_stream_closed() noexcept override;
  void stop_waiting() noexcept override;

  Stream& stream_;
  bool waiting_ = false;
};

/// A connected, non-blocking socket as a Stream; takes `fd` over. On error `fd` is closed.
[[nodiscard]] EDDY_API std::unique_ptr<Stream> make_socket_stream(std::shared_ptr<LoopCore> core,
                                                                  int fd, const Address& peer);

}  // namespace internal

inline internal::StreamReadAwaiter Stream::read_some(std::span<char> buffer) {
  return {*this, buffer};
}

}  // namespace eddy::inline v0
