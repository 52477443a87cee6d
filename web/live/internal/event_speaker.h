// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/live/event_stream_options.h>

namespace eddy::inline v0::web {
class EventStream;
class RequestHandler;
}  // namespace eddy::inline v0::web

namespace eddy::inline v0::web::internal {

/// The program's part in an event stream: a handler, or a function.
class EDDY_API EventSpeaker {
 public:
  using Waits = std::optional<Task<void>>;

  EventSpeaker() = default;
  EventSpeaker(const EventSpeaker&) = delete;
  EventSpeaker& operator=(const EventSpeaker&) = delete;
  virtual ~EventSpeaker();

  /// Before anything is sent; what it throws is answered by an error page. False: there is no
  /// stream, and the client is not to come again.
  virtual bool accept(EventStream& /*stream*/) { return true; }
  /// The stream has begun. The request is there as long as this lasts.
  virtual Waits open(EventStream& stream) = 0;
  /// The stream has ended, and open() with it.
  virtual Waits close() { return {}; }

  /// The stream ends with the task of open().
  [[nodiscard]] virtual bool ends_with_task() const noexcept { return false; }
  /// open() has no need of the request, or needs it until the end.
  [[nodiscard]] virtual bool needs_request() const noexcept { return true; }
  [[nodiscard]] virtual bool keeps_request() const noexcept { return false; }
  /// Null for none.
  [[nodiscard]] virtual RequestHandler* handler() noexcept { return nullptr; }
};

/// Throws std::invalid_argument for what can't be.
EDDY_API void check(const EventStreamOptions& options);
/// Whether a request may be answered by a stream: a GET. False: it has been answered, by 405.
[[nodiscard]] EDDY_API bool check_event_stream(Exchange& exchange);
/// Answers one by a stream, or where the speaker does not accept it by 204.
EDDY_API void open_event_stream(Exchange& exchange, const EventStreamOptions& options,
                                std::unique_ptr<EventSpeaker> speaker);

}  // namespace eddy::inline v0::web::internal
