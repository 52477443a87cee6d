// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <eddy/core/task/task.h>
#include <eddy/web/app/application.h>
#include <eddy/web/app/internal/function_route.h>
#include <eddy/web/app/internal/opening_hooks.h>
#include <eddy/web/websocket/internal/speaker.h>
#include <eddy/web/websocket/websocket.h>
#include <eddy/web/websocket/websocket_options.h>

namespace eddy::inline v0::web {

namespace internal {

template <class F>
struct WebSocketFunction {
  F function;
  WebSocketOptions options;
};

template <class F, class Parameters>
struct WebSocketFunctionRoute {
  static constexpr bool kTakesSocket = false;
};

template <class F, class... Args>
struct WebSocketFunctionRoute<F, Types<WebSocket&, Args...>> {
  static constexpr bool kTakesSocket = true;
  static constexpr bool kGivesTask = std::is_same_v<typename Callable<F>::Result, Task<void>>;

  /// The function, but for its first parameter.
  struct Bound {
    F& function;
    WebSocket& socket;
    Task<void> operator()(Args... args) { return function(socket, static_cast<Args&&>(args)...); }
  };
  using Inner = FunctionRoute<Bound, Types<Args...>>;

  class Speaker final : public WebSocketSpeaker {
   public:
    Speaker(F& function, Exchange& exchange, const PathParts& parts)
        : function_(function), arguments_(exchange, parts) {}
    Waits open(WebSocket& socket) override {
      Bound bound{function_, socket};
      return arguments_.call(bound);
    }
    bool receives() const noexcept override { return true; }
    bool keeps_request() const noexcept override { return (kViewsRequest<Args> || ...); }

   private:
    F& function_;
    typename Inner::Slots arguments_;
  };

  static void invoke(void* target, Exchange& exchange, PathParts& parts) {
    auto& kept = *static_cast<WebSocketFunction<F>*>(target);
    HandlerAccess::pin(exchange, parts);
    auto speaker = std::make_unique<Speaker>(kept.function, exchange, parts);
    std::optional<std::string> accept = check_handshake(exchange);
    if (!accept) return;
    if (!check_websocket_origin(exchange, websocket_origin_allowed(exchange))) return;
    upgrade_to_websocket(exchange, {.options = kept.options, .accept = std::move(*accept)},
                         std::move(speaker));
  }
};

}  // namespace internal

/// A WebSocket at `path` by one function, as a route; see Application::get() for the path. The
/// function takes WebSocket& first, then what a function of get() takes, and returns a Task<void>,
/// with whose end the WebSocket closes. References are valid until then; a std::string takes less
/// memory than a std::string_view, for which the request is kept.
///
///     Application app({websocket_route("/echo", [](WebSocket& socket) -> Task<void> {
///       while (auto message = co_await socket.receive()) co_await socket.send(*message);
///     })});
///
/// Pages of other sites are refused, as by WebSocketHandler::check_origin(). A WebSocketClosedError
/// ends the function without a word in the log.
template <class F>
[[nodiscard]] Route websocket_route(std::string_view path, F&& function,
                                    const RouteOptions& options = {},
                                    const WebSocketOptions& websocket_options = {}) {
  using Stored = std::decay_t<F>;
  static_assert(internal::Callable<Stored>::kValid,
                "eddy: a WebSocket's function is a function or a lambda with one call operator "
                "that is no template (write out the types of its parameters)");
  internal::MadeFunction made;
  if constexpr (internal::Callable<Stored>::kValid) {
    using Spoken =
        internal::WebSocketFunctionRoute<Stored, typename internal::Callable<Stored>::Parameters>;
    static_assert(Spoken::kTakesSocket,
                  "eddy: a WebSocket's function takes WebSocket& before all else");
    if constexpr (Spoken::kTakesSocket) {
      static_assert(Spoken::kGivesTask, "eddy: a WebSocket's function returns a Task<void>");
      if constexpr (Spoken::kGivesTask) {
        using Kept = internal::WebSocketFunction<Stored>;
        made.invoke = &Spoken::invoke;
        made.target = new Kept{std::forward<F>(function), websocket_options};
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
