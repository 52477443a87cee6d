// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <eddy/core/task/task.h>
#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/internal/opening_hooks.h>
#include <eddy/web/app/internal/path_arguments.h>
#include <eddy/web/live/event_stream.h>
#include <eddy/web/live/internal/event_speaker.h>

/// What an EventStreamHandler's class comes to: its hooks by their names, found when it is
/// compiled.
namespace eddy::inline v0::web::internal {

/// A handler, apart from its request, which goes before it.
template <class H, class Values>
class HandlerEventSpeaker final : public EventSpeaker {
 public:
  H& get() noexcept { return handler_; }
  void set_values(Values values) { values_.emplace(std::move(values)); }

  Waits open(EventStream& stream) override {
    handler_.begin(stream);
    return std::apply(
        [this](auto&... values) {
          return hook([&] {
            return (handler_.*Verb_open::member<H>())(static_cast<decltype(values)&&>(values)...);
          });
        },
        *values_);
  }
  Waits close() override {
    if constexpr (Verb_on_close::exists<H>()) {
      return hook([&] { return handler_.on_close(); });
    } else {
      return {};
    }
  }
  bool keeps_request() const noexcept override { return kKeepsRequest<H>; }
  RequestHandler* handler() noexcept override { return &handler_; }

 private:
  H handler_;
  std::optional<Values> values_;
};

/// What RouteDefinition has of a class of EventStreamHandlers, in the place of its get().
struct EventStreamMethods {
  template <class H, class Arguments, class Parameters>
  struct Opening;

  template <class H, class Arguments, class... Args>
  struct Opening<H, Arguments, Types<Args...>> {
    using Values = std::tuple<std::remove_cvref_t<Args>...>;
    using Speaker = HandlerEventSpeaker<H, Values>;
    static constexpr std::size_t kArity = sizeof...(Args);

    static void open(Exchange& exchange, std::unique_ptr<Speaker>& held) {
      if (!check_event_stream(exchange)) return;
      const EventStreamOptions options = (*held).get().event_stream_options();
      try {
        open_event_stream(exchange, options, std::move(held));
      } catch (...) {
        if (held == nullptr) exchange.attachment = nullptr;  // the handler has gone
        throw;
      }
    }

    static void invoke(void* target, Exchange& exchange, PathParts& parts) {
      HandlerAccess::pin(exchange, parts);
      // The request's until there is a stream.
      auto& held = exchange.arena().make<std::unique_ptr<Speaker>>(std::make_unique<Speaker>());
      H& handler = held->get();
      HandlerAccess::attach(handler, exchange, parts.refusal);
      Arguments::initialize(handler, target);
      HandlerAccess::check_request(handler);
      held->set_values(path_arguments<Args...>(parts));
      if constexpr (Prelude<H>::kWaits) {
        auto prepare = [&handler] { return Prelude<H>::run(handler); };
        auto go_on = [&exchange, &held] { open(exchange, held); };
        exchange.wait_for(prepare_and_call(handler, exchange, prepare, NoContent(), go_on));
      } else {
        Prelude<H>::run(handler);
        if (!exchange.finished()) open(exchange, held);
      }
    }
  };

  template <class H, class Arguments>
  static void add(RouteDefinition& definition, void* arguments) {
    constexpr bool kOpens = Names_open<H>;
    static_assert(kOpens, "eddy: an EventStreamHandler has open()");
    if constexpr (kOpens && Verb_open::exists<H>()) {
      constexpr bool kCloses = !Takes_on_close<H> || requires(H & handler) { handler.on_close(); };
      static_assert(kCloses, "eddy: an EventStreamHandler's on_close() takes nothing");
      if constexpr (kCloses) {
        using OpeningOf = Opening<H, Arguments, decltype(open_parameters<H>())>;
        MethodEntry entry{&OpeningOf::invoke, arguments, OpeningOf::kArity};
        entry.handler_checks_xsrf = true;
        definition.methods[static_cast<std::size_t>(Method::get)] = entry;
      }
    }
  }
};

}  // namespace eddy::inline v0::web::internal
