// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// One event of an event stream, as an EventSource of a page is given it.
///
///     co_await events.send({"21.5", "temperature", "17"});
///
/// No aggregate, since g++ 12 copies those byte by byte where one is made within a co_await.
/// Source: HTML, 9.2 (https://html.spec.whatwg.org/multipage/server-sent-events.html).
struct ServerSentEvent {
  // NOLINTNEXTLINE(google-explicit-constructor): its data is an event
  ServerSentEvent(std::string data_text = {}, std::string type = {},
                  std::optional<std::string> own_id = {},
                  std::optional<std::chrono::milliseconds> retry_after = {}) noexcept
      : data(std::move(data_text)),
        event(std::move(type)),
        id(std::move(own_id)),
        retry(retry_after) {}

  /// Text in UTF-8, which is not looked at. CR LF, CR and LF all end a line, and come as LF.
  std::string data;
  /// Its type, for addEventListener(); where it is empty, "message". Without CR and LF.
  std::string event;
  /// What the client tells by Last-Event-ID when it comes again; empty makes it forget. Where it is
  /// not set, the one of the event before stays. Without CR, LF and NUL; blanks at its ends would
  /// be lost in Last-Event-ID.
  std::optional<std::string> id;
  /// How long the client waits from now on before it comes again; not below zero.
  std::optional<std::chrono::milliseconds> retry;
};

/// Appends the event as it stands in a stream, the empty line behind it included. One that has
/// neither data nor a type, but an id or a retry, only sets these: the page is told nothing.
/// Throws std::invalid_argument, with `out` as it was, for what ServerSentEvent says can't be.
EDDY_API void append_to(std::string& out, const ServerSentEvent& event);
/// As append_to().
[[nodiscard]] EDDY_API std::string to_string(const ServerSentEvent& event);

namespace internal {
/// An event of nothing but data.
EDDY_API void append_event_data(std::string& out, std::string_view data);
}  // namespace internal

}  // namespace eddy::inline v0::web
