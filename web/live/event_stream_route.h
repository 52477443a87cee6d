// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <eddy/core/task/task.h>
#include <eddy/web/app/application.h>
#include <eddy/web/app/internal/function_route.h>
#include <eddy/web/app/internal/opening_hooks.h>
#include <eddy/web/live/event_stream.h>
#include <eddy/web/live/event_stream_options.h>
#include <eddy/web/live/internal/event_speaker.h>

namespace eddy::inline v0::web {

namespace internal {

template <class F>
struct EventStreamFunction {
  F function;
  EventStreamOptions options;
};

template <class F, class Parameters>
struct EventStreamFunctionRoute {
  static constexpr bool kTakesStream = false;
};

template <class F, class... Args>
struct EventStreamFunctionRoute<F, Types<EventStream&, Args...>> {
  using Result = typename Callable<F>::Result;
  static constexpr bool kTakesStream = true;
  static constexpr bool kMayRefuse = std::is_same_v<Result, std::optional<Task<void>>>;
  static constexpr bool kGivesTask = std::is_same_v<Result, Task<void>> || kMayRefuse;
  static constexpr bool kSpeaks =
      kGivesTask || std::is_void_v<Result> || std::is_same_v<Result, bool>;

  /// The function, but for its first parameter.
  struct Bound {
    F& function;
    EventStream& stream;
    Result operator()(Args... args) { return function(stream, static_cast<Args&&>(args)...); }
  };
  using Inner = FunctionRoute<Bound, Types<Args...>>;

  class Speaker final : public EventSpeaker {
   public:
    Speaker(F& function, Exchange& exchange, const PathParts& parts)
        : function_(function), arguments_(exchange, parts) {}
    bool accept(EventStream& stream) override {
      Bound bound{function_, stream};
      if constexpr (std::is_void_v<Result>) {
        arguments_.call(bound);
        return true;
      } else if constexpr (kGivesTask) {
        task_ = arguments_.call(bound);
        return task_.has_value();
      } else {
        return arguments_.call(bound);
      }
    }
    Waits open(EventStream& /*stream*/) override { return std::exchange(task_, std::nullopt); }
    bool ends_with_task() const noexcept override { return kGivesTask; }
    bool needs_request() const noexcept override { return keeps_request(); }
    bool keeps_request() const noexcept override {
      return kGivesTask && (kViewsRequest<Args> || ...);
    }

   private:
    F& function_;
    typename Inner::Slots arguments_;
    Waits task_;
  };

  static void invoke(void* target, Exchange& exchange, PathParts& parts) {
    auto& kept = *static_cast<EventStreamFunction<F>*>(target);
    if (!check_event_stream(exchange)) return;
    HandlerAccess::pin(exchange, parts);
    open_event_stream(exchange, kept.options,
                      std::make_unique<Speaker>(kept.function, exchange, parts));
  }
};

}  // namespace internal

/// A stream of events at `path` by one function, as a route; see Application::get() for the path.
/// The function is called for each client, before anything is sent to it. It takes EventStream&
/// first, then what a function of get() takes, and returns
///
/// - a Task<void>, with whose end the stream ends, and which is stopped when the stream has ended
///   otherwise: when the client has gone, or the server stops;
/// - nothing, or true: the stream is open until the client goes, for who sends to it from
///   elsewhere; an EventStreamHandler is told when that is no longer possible;
/// - false, or of a std::optional<Task<void>> no task: a 204, upon which an EventSource does not
///   come again.
///
///     app.events("/news/{topic}", [&](EventStream& events, int topic) {
///       if (!topics.contains(topic)) throw HttpError(404);
///       return tell(events, topic);  // a Task<void>
///     });
///
/// What a function that is no coroutine throws is answered by an error page; a coroutine's body
/// runs when the status, 200, has been sent, so that what it throws is logged and ends the stream.
/// References are valid until then; a std::string takes less memory than a std::string_view, for
/// which the request is kept.
///
/// Only a GET opens one: 405 for HEAD and all else. Whatever the Settings say, the content is not
/// compressed, has no ETag and is not to be stored or buffered by proxies (Cache-Control,
/// X-Accel-Buffering).
template <class F>
[[nodiscard]] Route event_stream_route(std::string_view path, F&& function,
                                       const RouteOptions& options = {},
                                       const EventStreamOptions& stream_options = {}) {
  using Stored = std::decay_t<F>;
  static_assert(internal::Callable<Stored>::kValid,
                "eddy: an event stream's function is a function or a lambda with one call operator "
                "that is no template (write out the types of its parameters)");
  internal::check(stream_options);
  internal::MadeFunction made;
  if constexpr (internal::Callable<Stored>::kValid) {
    using Spoken =
        internal::EventStreamFunctionRoute<Stored, typename internal::Callable<Stored>::Parameters>;
    static_assert(Spoken::kTakesStream,
                  "eddy: an event stream's function takes EventStream& before all else");
    if constexpr (Spoken::kTakesStream) {
      static_assert(Spoken::kSpeaks,
                    "eddy: an event stream's function returns a Task<void>, nothing, a bool, or a "
                    "std::optional<Task<void>>");
      if constexpr (Spoken::kSpeaks) {
        using Kept = internal::EventStreamFunction<Stored>;
        made.invoke = &Spoken::invoke;
        made.target = new Kept{std::forward<F>(function), stream_options};
        made.arity = Spoken::Inner::kArity;
        made.services = Spoken::Inner::kServiceKeys.data();
        made.service_count = Spoken::Inner::kServices;
        made.destroy = [](void* object) noexcept { delete static_cast<Kept*>(object); };
      }
    }
  }
  return Route(internal::function_route(Method::get, path, made, options));
}

}  // namespace eddy::inline v0::web
