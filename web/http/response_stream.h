// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/task/environment.h>
#include <eddy/web/http/headers.h>

namespace eddy::inline v0::web {

namespace internal {

class Exchange;

/// A handler that waits for its client to take what it has written.
class EDDY_API FlushAwaiter final : public eddy::internal::Waiter {
 public:
  using eddy_awaiter = void;

  explicit FlushAwaiter(Exchange& exchange) noexcept : exchange_(exchange) {}
  ~FlushAwaiter() { leave(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(handle) ? wait() : go_on_stopped();
  }
  void await_resume();

 private:
  friend class Exchange;

  bool wait();
  void leave() noexcept;
  void stop_waiting() noexcept override;

  Exchange& exchange_;
};

}  // namespace internal

/// A response that is sent while it is being made: for what is large, endless, or not known yet.
///
///     app.get("/count", [](ResponseStream& out) -> Task<void> {
///       for (int i = 0; i < 1000; ++i) {
///         out.write(std::to_string(i) + "\n");
///         co_await out.flush();  // waits for a slow client
///       }
///     });
///
/// The first flush() sends status and header fields; until then they may be changed, and what was
/// written is held. The content is chunked, or ended by closing the connection in HTTP/1.0, unless
/// a Content-Length was set: then exactly so many bytes must be written. The response ends with
/// finish() or with the handler's task.
///
/// After the client has gone, write() and flush() do nothing; a handler of GET or HEAD is stopped.
/// Thread: the Loop's. Lifetime: as the request's.
/// Source: tornado.web.RequestHandler.flush.
class EDDY_API ResponseStream {
 public:
  explicit ResponseStream(internal::Exchange& exchange) noexcept : exchange_(exchange) {}
  ResponseStream(const ResponseStream&) = delete;
  ResponseStream& operator=(const ResponseStream&) = delete;

  /// 200 to 999. Throws std::invalid_argument for another, std::logic_error once the head is sent.
  void set_status(int status, std::string_view reason = {});
  /// Throws as Headers::set, and std::logic_error once the head is sent.
  void set_header(std::string_view name, std::string_view value);
  void add_header(std::string_view name, std::string_view value);
  /// A field behind chunked content; it is dropped where the response is not chunked. Throws
  /// std::invalid_argument for what can't be sent, and for fields that must stand before the
  /// content (RFC 9110, 6.5.1), such as Content-Type.
  void set_trailer(std::string_view name, std::string_view value);

  /// Appends to the content. Throws std::logic_error after finish().
  void write(std::string_view text);
  /// `co_await out.flush()`: sends what has been written, and waits while the client is behind by
  /// more than ServerOptions::output_bytes. Throws std::logic_error for content beyond the
  /// Content-Length that was set; the connection is closed then.
  [[nodiscard]] internal::FlushAwaiter flush() noexcept {
    return internal::FlushAwaiter(exchange_);
  }
  /// The response is complete; the handler may go on without it. Once.
  void finish();

  [[nodiscard]] bool head_sent() const noexcept;
  [[nodiscard]] bool finished() const noexcept;
  [[nodiscard]] bool client_gone() const noexcept;

 private:
  internal::Exchange& exchange_;
};

}  // namespace eddy::inline v0::web
