// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/task/environment.h>

namespace eddy::inline v0::web {
class BodyDecoder;
class RequestHead;
struct ParseError;
}  // namespace eddy::inline v0::web

namespace eddy::inline v0::web::internal {

using eddy::internal::Waiter;

class BodyReadAwaiter;
class ByteBuffer;
struct ContentDecoding;

/// How long a handler lets its client take, instead of HttpTimeouts::body and, where it is given,
/// body_bytes_per_second.
struct BodyPace {
  Duration body{};
  std::optional<std::size_t> bytes_per_second = {};
};

/// Who brings the bytes of a streamed body: a connection.
class EDDY_API BodySource {
 public:
  /// The handler waits for more than is there. Called within read().
  virtual void on_body_wanted() noexcept = 0;
  /// The handler has set another pace.
  virtual void on_body_pace() noexcept {}

 protected:
  ~BodySource() = default;
};

/// The content of a request whose handler takes it piece by piece. What the connection reads goes
/// into raw(), what the handler gets are views of that: nothing is copied, and nothing is read from
/// the client while the handler still has a piece.
class EDDY_API BodyStream {
 public:
  BodyStream(BodyDecoder& decoder, ByteBuffer& raw) noexcept : decoder_(decoder), raw_(raw) {}
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;
  ~BodyStream() { reset(); }

  // ---- For the connection ----

  /// The head is there, and in raw() what came behind it. What is framed goes through `decoding`,
  /// if there is one, which lives until reset().
  void begin(const RequestHead& head, BodySource& source, ContentDecoding* decoding = nullptr);
  [[nodiscard]] bool active() const noexcept { return active_; }
  [[nodiscard]] ByteBuffer& raw() noexcept { return raw_; }
  /// Somebody waits for bytes that are not in raw().
  [[nodiscard]] bool wanted() const noexcept { return waiter_ != nullptr; }
  /// Bytes have been put into raw(): who waits goes on, inside this call, if they bring a piece.
  void received();
  /// Nothing more will come. Who reads, now or later, gets what is there and then `error`.
  void fail(std::exception_ptr error) noexcept;
  /// The connection has gone.
  void detach() noexcept;
  /// The handler has ended: drops what it has not taken. True: the content's end is in raw(), which
  /// begins with the next request then.
  [[nodiscard]] bool skip_rest();
  void reset() noexcept;

  // ---- For the handler ----

  /// More than so much is an error 413.
  void set_limit(std::size_t bytes) noexcept;
  void set_pace(const BodyPace& pace) noexcept;
  [[nodiscard]] const std::optional<BodyPace>& pace() const noexcept { return pace_; }
  /// The next piece, "" at the end, or nothing where more has to be read first. Throws what fail()
  /// was given, and HttpError for content that is malformed or too large.
  std::optional<std::string_view> take();
  [[nodiscard]] const BodyDecoder& decoder() const noexcept { return decoder_; }
  /// Bytes that take() has given.
  [[nodiscard]] std::uint64_t given() const noexcept;

 private:
  friend class BodyReadAwaiter;

  std::optional<std::string_view> take_framed();
  std::optional<std::string_view> take_decoded();
  void refuse(const ParseError& error) noexcept;

  BodyDecoder& decoder_;
  ByteBuffer& raw_;
  ContentDecoding* decoding_ = nullptr;
  BodySource* source_ = nullptr;
  BodyReadAwaiter* waiter_ = nullptr;
  std::exception_ptr error_;
  std::optional<BodyPace> pace_;
  std::uint64_t length_ = 0;
  /// Bytes at the front of raw_ that the handler has been shown.
  std::size_t shown_ = 0;
  bool active_ = false;
  /// What is in raw_ can't be content: error_ says why.
  bool malformed_ = false;
};

/// A handler that waits for the next piece.
class EDDY_API BodyReadAwaiter final : public Waiter {
 public:
  using eddy_awaiter = void;

  explicit BodyReadAwaiter(BodyStream& stream) noexcept : stream_(stream) {}
  ~BodyReadAwaiter() { leave(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(handle) ? wait() : go_on_stopped();
  }
  std::string_view await_resume();

 private:
  friend class BodyStream;

  bool wait();
  void leave() noexcept;
  void stop_waiting() noexcept override;

  BodyStream& stream_;
  std::optional<std::string_view> piece_;
};

}  // namespace eddy::inline v0::web::internal
