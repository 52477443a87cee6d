// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/loop/scheduler.h>
#include <eddy/core/net/address.h>
#include <eddy/core/net/socket_ops.h>
#include <eddy/core/net/tls_info.h>
#include <eddy/core/task/environment.h>

namespace eddy::inline v0 {

template <class T>
class Task;

/// Is told when a Stream is ready. For protocols that drive a Stream without coroutines.
class EDDY_API StreamDelegate {
 public:
  /// Reading or writing may make progress; a hint. May destroy the stream and anything else.
  virtual void on_stream_ready(Io events) = 0;
  /// The stream is closed, because the Loop has been destroyed or the system has refused to watch
  /// it (no memory, too many watches). May destroy the stream.
  virtual void on_stream_closed() noexcept = 0;
  /// For stats; a literal.
  [[nodiscard]] virtual const char* stream_label() const noexcept { return "stream"; }

 protected:
  ~StreamDelegate() = default;
};

namespace internal {
class CompactAddress;
class StreamWaiter;
class StreamReadAwaiter;
class StreamWriteAwaiter;
}  // namespace internal

/// A connected byte stream: a TCP or Unix socket, TLS over one, or an in-memory one in tests.
/// It is driven either by awaits, or by a delegate and the try_ calls; not by both at a time.
///
/// Thread: the Loop's. Ownership: closes its connection when destroyed; keeps the host running as
/// long as it is open. May outlive the Loop, closed. Source: tornado.iostream.IOStream.
class EDDY_API Stream : protected StreamDelegate {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  // ---- Awaits: one read and one write at a time; closing the stream ends them with an error ----

  /// Reads what is there, at least a byte, at most `buffer`, which must live until then; 0 at the
  /// end of the peer's input. Throws std::system_error. A stop leaves what has not been read.
  [[nodiscard]] internal::StreamReadAwaiter read_some(std::span<char> buffer);
  /// Writes all of `data`, or what a try_write() has left, from `begin` on. Throws
  /// std::system_error.
  [[nodiscard]] Task<void> write(std::string data, std::size_t begin = 0);

  // ---- Without waiting ----

  /// 0 bytes without an error is the end of the peer's input.
  virtual IoResult try_read(std::span<char> buffer) noexcept = 0;
  /// Writes the pieces in order, in one call to the system; may write less.
  virtual IoResult try_write(std::span<const std::string_view> pieces) noexcept = 0;
  /// Writes at most `bytes` of the regular file `file`, from `offset` on, and may write less; the
  /// file's own position is neither used nor changed. A socket takes them without a copy, by
  /// sendfile; the default reads a piece of bounded size and writes that, so a stream whose
  /// try_write wants the same bytes again after would_block must hold a copy of them, since the
  /// file may have changed. A file that ends at or before `offset` is Errc::file_truncated.
  /// Waits for the disk where the file is not in memory.
  virtual IoResult try_send_file(int file, std::uint64_t offset, std::size_t bytes) noexcept;
  /// Who is told of readiness from now on, and for what; null and Io::none: nobody.
  virtual void set_delegate(StreamDelegate* delegate, Io interest) noexcept = 0;
  virtual void set_interest(Io interest) noexcept = 0;

  /// Tells the peer that no more will be written; reading goes on.
  virtual void shutdown_write() noexcept = 0;
  /// Idempotent. No delegate is called any more.
  virtual void close() noexcept = 0;
  [[nodiscard]] virtual bool closed() const noexcept = 0;

  [[nodiscard]] virtual Address peer_address() const noexcept = 0;
  /// The same for who keeps it in little room.
  virtual void store_peer(internal::CompactAddress& place) const;
  /// Whether peer_address() stays: not so until a proxy has said whom the connection is from.
  [[nodiscard]] virtual bool peer_known() const noexcept { return true; }
  /// The descriptor, or -1 when closed or without one. Stays the stream's.
  [[nodiscard]] virtual int fd() const noexcept = 0;
  /// What TLS knows of this connection; null where nothing is encrypted.
  [[nodiscard]] virtual const TlsInfo* tls() const noexcept { return nullptr; }
  /// Whether the client's own connection is encrypted: this one, or where a proxy speaks for the
  /// client, the one to the proxy, as that says (PP2_CLIENT_SSL of the PROXY protocol).
  [[nodiscard]] virtual bool secure() const noexcept { return false; }

 protected:
  /// To be called when the stream closes: what waits is resumed with an error, in a later step.
  void end_waits() noexcept;
  [[nodiscard]] virtual internal::LoopCore& core() noexcept = 0;
  /// The Loop of a stream below this one.
  [[nodiscard]] static internal::LoopCore& core_of(Stream& stream) noexcept {
    return stream.core();
  }

 private:
  friend class internal::StreamWaiter;
  friend class internal::StreamReadAwaiter;
  friend class internal::StreamWriteAwaiter;

  // It is the delegate of its own awaits, since a read and a write may wait at a time.
  void on_stream_ready(Io events) final;
  void on_stream_closed() noexcept final { end_waits(); }
  void watch_for_waits() noexcept;

  internal::StreamWaiter* reader_ = nullptr;
  internal::StreamWaiter* writer_ = nullptr;
};

namespace internal {

/// A coroutine that waits for one direction of a stream. The stream may be destroyed meanwhile.
class EDDY_API StreamWaiter : public Waiter {
 public:
  using eddy_awaiter = void;

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    if (!begin(handle)) return go_on_stopped();
    wait();
    return true;
  }

 protected:
  StreamWaiter(Stream& stream, StreamWaiter* Stream::*place) noexcept
      : stream_(stream), place_(place) {}
  ~StreamWaiter() { end(); }

  /// The stream need not tell any more.
  void end() noexcept;
  [[nodiscard]] bool closed() const noexcept { return closed_; }

  Stream& stream_;

 private:
  friend class eddy::Stream;

  void wait() noexcept;
  /// The stream is ready. False: not for this, it waits on.
  virtual bool take() noexcept = 0;
  void on_ready();
  void on_closed() noexcept;
  void stop_waiting() noexcept override;

  StreamWaiter* Stream::*place_;
  bool waiting_ = false;
  bool closed_ = false;
};

class EDDY_API StreamReadAwaiter final : public StreamWaiter {
 public:
  StreamReadAwaiter(Stream& stream, std::span<char> buffer) noexcept;

  /// Data that is there at once costs no suspension, unless the budget is spent.
  [[nodiscard]] bool await_ready() noexcept;
  std::size_t await_resume();

 private:
  bool take() noexcept override;

  std::span<char> buffer_;
  IoResult result_;
  bool have_result_ = false;
};

class EDDY_API StreamWriteAwaiter final : public StreamWaiter {
 public:
  explicit StreamWriteAwaiter(Stream& stream) noexcept;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  /// The stream can be written to.
  void await_resume();

 private:
  bool take() noexcept override { return true; }
};

/// A connected, non-blocking socket as a Stream; takes `fd` over. On error `fd` is closed.
[[nodiscard]] EDDY_API std::unique_ptr<Stream> make_socket_stream(std::shared_ptr<LoopCore> core,
                                                                  int fd, const Address& peer);

}  // namespace internal

inline internal::StreamReadAwaiter Stream::read_some(std::span<char> buffer) {
  return {*this, buffer};
}

}  // namespace eddy::inline v0
