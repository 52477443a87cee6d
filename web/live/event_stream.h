// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <eddy/core/base/export.h>
#include <eddy/core/base/intrusive_list.h>
#include <eddy/core/task/environment.h>
#include <eddy/core/task/sync_waiter.h>
#include <eddy/web/live/server_sent_event.h>

namespace eddy::inline v0::web {

/// An event could not be sent: the stream is closed.
class EDDY_API EventStreamClosedError : public std::runtime_error {
 public:
  EventStreamClosedError();
  EventStreamClosedError(const EventStreamClosedError&) = default;
  EventStreamClosedError& operator=(const EventStreamClosedError&) = default;
  ~EventStreamClosedError() override;
};

namespace internal {

class EventConnection;

/// What send() gives: may be awaited, and need not be.
class EDDY_API EventSendAwaiter final : public eddy::internal::Waiter,
                                        public eddy::internal::WaitLink {
 public:
  using eddy_awaiter = void;

  EventSendAwaiter(EventConnection& connection, bool sent) noexcept
      : connection_(connection), sent_(sent) {}

  /// Whether the event was taken: it will be sent unless the client goes.
  [[nodiscard]] explicit operator bool() const noexcept { return sent_; }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(handle) ? wait() : go_on_stopped();
  }
  void await_resume();

 private:
  friend class EventConnection;

  bool wait();
  void wake(bool sent) noexcept;
  void stop_waiting() noexcept override;

  EventConnection& connection_;
  bool sent_;
};

class EDDY_API EventStreamEndAwaiter final : public eddy::internal::Waiter,
                                             public eddy::internal::WaitLink {
 public:
  using eddy_awaiter = void;

  explicit EventStreamEndAwaiter(EventConnection& connection) noexcept : connection_(connection) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(handle) ? wait() : go_on_stopped();
  }
  void await_resume() const { throw_if_stopped(); }

 private:
  friend class EventConnection;

  bool wait();
  void wake() noexcept { resume_later(); }
  void stop_waiting() noexcept override;

  EventConnection& connection_;
};

}  // namespace internal

/// A stream of events to one client, for what speaks on it; see event_stream_route() and
/// EventStreamHandler.
///
///     app.events("/clock", [](EventStream& events) -> Task<void> {
///       for (int i = 0;; ++i) {
///         co_await events.send({"tick", "clock", std::to_string(i)});
///         co_await sleep(1s);
///       }
///     });
///
/// Thread: the Loop's. Lifetime: until the function's task, or the handler, has ended; of a
/// function without a task, until the stream is closed. Source: HTML, 9.2.
class EDDY_API EventStream {
 public:
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  /// The id of the last event that the client has got, before its connection broke; empty where
  /// this is its first one. What it is given is Last-Event-ID as it was sent. Valid as long as the
  /// stream.
  [[nodiscard]] std::string_view last_event_id() const noexcept;

  /// Sends an event. `co_await send(...)` waits as long as much is waiting for a slow client, and
  /// throws EventStreamClosedError where the stream is closed. Without an await the result tells
  /// whether it was taken, and what then waits is bounded by EventStreamOptions::slow_consumer.
  /// Throws as append_to(std::string&, const ServerSentEvent&).
  internal::EventSendAwaiter send(const ServerSentEvent& event);
  /// An event of nothing but data.
  template <class Text>
  requires std::is_convertible_v<const Text&, std::string_view> internal::EventSendAwaiter send(
      const Text& data) {
    return send_data(data);
  }

  /// Ends the stream behind what was sent before, and stops its own task. The client comes again,
  /// as it does whenever a stream ends; a 204 is what stops it (see event_stream_route).
  void close();
  /// Whether nothing more can be sent: by close(), by the server's end, or as the client has gone.
  [[nodiscard]] bool closed() const noexcept;
  /// `co_await until_closed()`: for tasks that have nothing else to do. The stream's own task is
  /// stopped then, so it throws Cancelled there.
  [[nodiscard]] internal::EventStreamEndAwaiter until_closed() noexcept;

  /// Bytes that wait for the client.
  [[nodiscard]] std::size_t buffered_bytes() const noexcept;

 protected:
  EventStream() = default;
  ~EventStream() = default;

 private:
  internal::EventSendAwaiter send_data(std::string_view data);
};

}  // namespace eddy::inline v0::web
