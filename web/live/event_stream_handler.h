// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include <eddy/core/base/export.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/live/event_stream.h>
#include <eddy/web/live/event_stream_options.h>
#include <eddy/web/live/internal/event_handler_methods.h>

namespace eddy::inline v0::web {

namespace internal {
[[noreturn]] EDDY_API void throw_no_stream();
}  // namespace internal

/// An EventStreamHandler over a base class of the program's own: BasicEventStreamHandler<Site>.
template <class Base>
class BasicEventStreamHandler : public Base {
 public:
  using UpgradeMethods = internal::EventStreamMethods;

  [[nodiscard]] virtual EventStreamOptions event_stream_options() { return {}; }

  /// See EventStream::send().
  internal::EventSendAwaiter send_event(const ServerSentEvent& event) {
    return events().send(event);
  }
  template <class Text>
  requires std::is_convertible_v<const Text&, std::string_view> internal::EventSendAwaiter
  send_event(const Text& data) {
    return events().send(data);
  }
  void close() { events().close(); }
  /// Throws std::logic_error before open().
  [[nodiscard]] EventStream& events() const {
    if (stream_ == nullptr) internal::throw_no_stream();
    return *stream_;
  }
  [[nodiscard]] std::string_view last_event_id() const { return events().last_event_id(); }

 private:
  template <class H, class Values>
  friend class internal::HandlerEventSpeaker;

  void begin(EventStream& stream) noexcept { stream_ = &stream; }

  EventStream* stream_ = nullptr;
};

/// A stream of events. The class that derives from it has open(), and may have on_close(), each of
/// which may return a Task<void>:
///
///     struct News : EventStreamHandler {
///       void prepare();              // may refuse: send_error(403), or set_status(204); finish()
///       void open(int topic);        // what the path's groups become, as get()
///       void on_close();
///     };
///     Application app({route_path<News>("/news/{topic}")});
///
/// The stream is open until the client goes, the server stops or close() is called, however open()
/// ends. prepare(), cookies and users are as in any handler, and set_header() works until open().
/// The request is there until open() has ended, its task included, and a function that needs it
/// throws std::logic_error afterwards; with `static constexpr bool keep_request = true` it stays,
/// for some 2 KiB a client. A task of open() is stopped when the stream has ended; what a hook
/// throws is logged and ends it.
/// on_close() is called once, when nothing more can be sent and open() has ended; never where
/// open() was not called, or the route's owner has died. When the server goes, a task of it runs
/// until it first waits.
///
/// Thread: the Loop's. Lifetime: from the request until the client has gone and on_close() has
/// ended. What it answers besides is as event_stream_route() says.
using EventStreamHandler = BasicEventStreamHandler<RequestHandler>;

}  // namespace eddy::inline v0::web
