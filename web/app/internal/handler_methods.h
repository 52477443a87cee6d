// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/app/internal/handler_probe.h>
#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/internal/path_arguments.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web::internal {

struct EDDY_API HandlerAccess {
  /// Makes `handler` the one that answers, with Tornado's default headers.
  static void attach(RequestHandler& handler, Exchange& exchange);
  /// Sees to it that the request outlives the read buffer, and mends the parts' views.
  static void pin(Exchange& exchange, PathParts& parts);
};

/// prepare, and the method if that has left something to do, where either of them waits.
template <class Prepare, class Call>
Task<void> prepare_and_call(RequestHandler& handler, Prepare prepare, Call call) {
  if constexpr (std::is_void_v<decltype(prepare())>) {
    prepare();
  } else {
    co_await prepare();
  }
  if (handler.finished()) co_return;
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
  } else {
    co_await call();
  }
}

/// MethodEntry::invoke for one member function of a handler class.
template <class H, class Verb>
struct HandlerMethod {
  using Function = MemberFunction<decltype(Verb::template member<H>())>;
  using PrepareFunction = MemberFunction<decltype(Verb_prepare::member<H>())>;
  static constexpr bool kVerbWaits = !std::is_void_v<typename Function::Result>;
  static constexpr bool kPrepareWaits = !std::is_void_v<typename PrepareFunction::Result>;

  template <class... Args>
  struct WithParameters {
    using Values = std::tuple<std::remove_cvref_t<Args>...>;

    static auto call(H& handler, Values& values) {
      return std::apply(
          [&handler](auto&... value) {
            return (handler.*Verb::template member<H>())(static_cast<Args&&>(value)...);
          },
          values);
    }

    static void invoke(void* /*target*/, Exchange& exchange, PathParts& parts) {
      if constexpr (kVerbWaits || kPrepareWaits) HandlerAccess::pin(exchange, parts);
      H& handler = exchange.arena().make<H>();
      HandlerAccess::attach(handler, exchange);
      if constexpr (!kVerbWaits && !kPrepareWaits) {
        Values values = path_arguments<Args...>(parts);
        handler.prepare();
        if (!exchange.finished()) call(handler, values);
      } else {
        // Kept beside the handler, for parameters that are references.
        Values& values = exchange.arena().make<Values>(path_arguments<Args...>(parts));
        if constexpr (!kPrepareWaits) {
          handler.prepare();
          if (!exchange.finished()) exchange.wait_for(call(handler, values));
        } else {
          exchange.wait_for(prepare_and_call(
              handler, [&handler] { return handler.prepare(); },
              [&handler, &values] { return call(handler, values); }));
        }
      }
    }
  };

  static constexpr MethodEntry entry() {
    return {&Function::template Apply<WithParameters>::invoke, nullptr, Function::kArity};
  }
};

template <class H, class Verb>
void add_method(RouteDefinition& definition, Method method) {
  if constexpr (Verb::template exists<H>()) {
    definition.methods[static_cast<std::size_t>(method)] = HandlerMethod<H, Verb>::entry();
  }
}

template <class H>
constexpr bool is_handler_class() {
  static_assert(std::is_base_of_v<RequestHandler, H> && std::is_convertible_v<H*, RequestHandler*>,
                "eddy: a handler class derives publicly from eddy::web::RequestHandler");
  static_assert(!std::is_final_v<H>, "eddy: a handler class can't be final");
  static_assert(std::is_abstract_v<H> || std::is_default_constructible_v<H>,
                "eddy: a handler class needs a constructor without parameters");
  static_assert(!std::is_abstract_v<H>, "eddy: a handler class can't be abstract");
  return std::is_convertible_v<H*, RequestHandler*> && !std::is_final_v<H> &&
         std::is_default_constructible_v<H>;
}

template <class H>
void add_methods(RouteDefinition& definition) {
  if constexpr (is_handler_class<H>()) {
    if constexpr (Verb_prepare::exists<H>()) {
      static_assert(MemberFunction<decltype(Verb_prepare::member<H>())>::kArity == 0,
                    "eddy: a handler's prepare() takes no parameters");
      add_method<H, Verb_get>(definition, Method::get);
      add_method<H, Verb_head>(definition, Method::head);
      add_method<H, Verb_post>(definition, Method::post);
      add_method<H, Verb_put>(definition, Method::put);
      add_method<H, Verb_patch>(definition, Method::patch);
      add_method<H, Verb_del>(definition, Method::del);
      add_method<H, Verb_options>(definition, Method::options);
    }
  }
}

}  // namespace eddy::inline v0::web::internal
