// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <eddy/core/task/task.h>
#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/internal/name_probe.h>
#include <eddy/web/app/internal/opening_hooks.h>
#include <eddy/web/app/internal/path_arguments.h>
#include <eddy/web/websocket/internal/speaker.h>
#include <eddy/web/websocket/websocket.h>

/// What a WebSocketHandler's class comes to: its hooks by their names, found when it is compiled.
namespace eddy::inline v0::web::internal {

EDDY_WEB_PROBE(on_message)
EDDY_WEB_PROBE(on_binary)
EDDY_WEB_PROBE(on_ping)
EDDY_WEB_PROBE(on_pong)

/// A handler, apart from its request, which goes before it.
template <class H, class Values>
class HandlerSpeaker final : public WebSocketSpeaker {
 public:
  H& get() noexcept { return handler_; }
  void set_values(Values values) { values_.emplace(std::move(values)); }

  Waits open(WebSocket& socket) override {
    handler_.begin(socket);
    if constexpr (Verb_open::exists<H>()) {
      return std::apply(
          [this](auto&... values) {
            return hook([&] {
              return (handler_.*Verb_open::member<H>())(static_cast<decltype(values)&&>(values)...);
            });
          },
          *values_);
    } else {
      return {};
    }
  }
  bool takes(bool binary) const noexcept override {
    return binary ? Verb_on_binary::exists<H>() : Verb_on_message::exists<H>();
  }
  bool keeps_data() const noexcept override {
    return waits<Verb_on_message>() || waits<Verb_on_binary>() || waits<Verb_on_ping>() ||
           waits<Verb_on_pong>();
  }
  Waits message([[maybe_unused]] std::string_view data, bool binary) override {
    if constexpr (Verb_on_binary::exists<H>()) {
      if (binary) {
        const std::span bytes(reinterpret_cast<const std::byte*>(data.data()), data.size());
        return hook([&] { return handler_.on_binary(bytes); });
      }
    }
    if constexpr (Verb_on_message::exists<H>()) {
      if (!binary) return hook([&] { return handler_.on_message(data); });
    }
    return {};
  }
  Waits ping([[maybe_unused]] std::string_view data) override {
    if constexpr (Verb_on_ping::exists<H>()) {
      return hook([&] { return handler_.on_ping(data); });
    } else {
      return {};
    }
  }
  Waits pong([[maybe_unused]] std::string_view data) override {
    if constexpr (Verb_on_pong::exists<H>()) {
      return hook([&] { return handler_.on_pong(data); });
    } else {
      return {};
    }
  }
  Waits close([[maybe_unused]] CloseCode code, [[maybe_unused]] std::string_view reason) override {
    if constexpr (!Verb_on_close::exists<H>()) {
      return {};
    } else if constexpr (MemberFunction<decltype(Verb_on_close::member<H>())>::kArity == 0) {
      return hook([&] { return handler_.on_close(); });
    } else {
      return hook([&] { return handler_.on_close(code, reason); });
    }
  }
  bool keeps_request() const noexcept override { return kKeepsRequest<H>; }
  bool cancelled_on_disconnect() const noexcept override { return kCancelOnDisconnect<H>; }
  RequestHandler* handler() noexcept override { return &handler_; }

 private:
  template <class Verb>
  static constexpr bool waits() {
    if constexpr (Verb::template exists<H>()) {
      return !std::is_void_v<typename MemberFunction<decltype(Verb::template member<H>())>::Result>;
    } else {
      return false;
    }
  }

  H handler_;
  std::optional<Values> values_;
};

/// Whether the hooks can be called; what is wrong is one line of error.
template <class H>
constexpr bool hooks_fit() {
  constexpr bool kText = !Takes_on_message<H> || requires(H & handler, std::string_view text) {
    handler.on_message(text);
  };
  static_assert(kText, "eddy: a WebSocketHandler's on_message() takes a std::string_view");
  constexpr bool kBytes =
      !Takes_on_binary<H> || requires(H & handler, std::span<const std::byte> bytes) {
    handler.on_binary(bytes);
  };
  static_assert(kBytes,
                "eddy: a WebSocketHandler's on_binary() takes a std::span<const std::byte>");
  constexpr bool kPing = !Takes_on_ping<H> || requires(H & handler, std::string_view data) {
    handler.on_ping(data);
  };
  static_assert(kPing, "eddy: a WebSocketHandler's on_ping() takes a std::string_view");
  constexpr bool kPong = !Takes_on_pong<H> || requires(H & handler, std::string_view data) {
    handler.on_pong(data);
  };
  static_assert(kPong, "eddy: a WebSocketHandler's on_pong() takes a std::string_view");
  constexpr bool kClose = !Takes_on_close<H> || requires(H & handler) { handler.on_close(); }
  || requires(H & handler, CloseCode code, std::string_view reason) {
    handler.on_close(code, reason);
  };
  static_assert(kClose,
                "eddy: a WebSocketHandler's on_close() takes nothing, or a CloseCode and a "
                "std::string_view");
  return kText && kBytes && kPing && kPong && kClose;
}

/// What RouteDefinition has of a class of WebSocketHandlers, in the place of its get().
struct WebSocketMethods {
  template <class H, class Arguments, class Parameters>
  struct Opening;

  template <class H, class Arguments, class... Args>
  struct Opening<H, Arguments, Types<Args...>> {
    using Values = std::tuple<std::remove_cvref_t<Args>...>;
    using Speaker = HandlerSpeaker<H, Values>;
    static constexpr std::size_t kArity = sizeof...(Args);

    static void upgrade(Exchange& exchange, std::unique_ptr<Speaker>& held) {
      std::optional<std::string> accept = check_handshake(exchange);
      if (!accept) return;
      H& handler = held->get();
      const auto origin = websocket_origin(exchange);
      const bool allowed =
          origin ? handler.check_origin(*origin) : websocket_origin_allowed(exchange);
      if (!check_websocket_origin(exchange, allowed)) return;
      WebSocketTerms terms = handler.terms(exchange);
      terms.accept = std::move(*accept);
      try {
        upgrade_to_websocket(exchange, terms, std::move(held));
      } catch (...) {
        if (held == nullptr) exchange.attachment = nullptr;  // the handler has gone
        throw;
      }
    }

    static void invoke(void* target, Exchange& exchange, PathParts& parts) {
      HandlerAccess::pin(exchange, parts);
      // The request's until it is a WebSocket.
      auto& held = exchange.arena().make<std::unique_ptr<Speaker>>(std::make_unique<Speaker>());
      H& handler = held->get();
      HandlerAccess::attach(handler, exchange, parts.refusal);
      Arguments::initialize(handler, target);
      HandlerAccess::check_request(handler);
      held->set_values(path_arguments<Args...>(parts));
      if constexpr (Prelude<H>::kWaits) {
        auto prepare = [&handler] { return Prelude<H>::run(handler); };
        auto go_on = [&exchange, &held] { upgrade(exchange, held); };
        exchange.wait_for(prepare_and_call(handler, exchange, prepare, NoContent(), go_on));
      } else {
        Prelude<H>::run(handler);
        if (!exchange.finished()) upgrade(exchange, held);
      }
    }
  };

  template <class H, class Arguments>
  static void add(RouteDefinition& definition, void* arguments) {
    constexpr bool kNamed = Names_on_message<H> || Names_on_binary<H>;
    static_assert(kNamed,
                  "eddy: a WebSocketHandler has on_message(std::string_view), or "
                  "on_binary(std::span<const std::byte>)");
    // Each, as each may have an error of its own.
    constexpr bool kTakesText = Verb_on_message::exists<H>();
    constexpr bool kTakesBytes = Verb_on_binary::exists<H>();
    if constexpr ((kTakesText || kTakesBytes) && hooks_fit<H>()) {
      using OpeningOf = Opening<H, Arguments, decltype(open_parameters<H>())>;
      MethodEntry entry{&OpeningOf::invoke, arguments, OpeningOf::kArity};
      entry.handler_checks_xsrf = true;
      definition.methods[static_cast<std::size_t>(Method::get)] = entry;
    }
  }
};

}  // namespace eddy::inline v0::web::internal
