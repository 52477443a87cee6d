// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/task/task.h>
#include <eddy/web/app/internal/handler_arguments.h>
#include <eddy/web/app/internal/handler_probe.h>
#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/internal/path_arguments.h>
#include <eddy/web/app/request_handler.h>
#include <eddy/web/http/internal/exchange.h>

namespace eddy::inline v0::web::internal {

struct EDDY_API HandlerAccess {
  /// Makes `handler` the one that answers, with Tornado's default headers.
  /// `refusal` as of PathParts.
  static void attach(RequestHandler& handler, Exchange& exchange, const Refusal* refusal);
  [[nodiscard]] static Exchange& exchange(const RequestHandler& handler) {
    return handler.exchange();
  }
  static void send_error(RequestHandler& handler, int status, std::string_view reason,
                         const std::exception_ptr& error);
  /// Throws what check_xsrf_cookie() throws, where that is to be called, and an HttpError where the
  /// handler is there for an error page only.
  static void check_request(RequestHandler& handler);
  /// Its response is to have an entity tag, whatever the Settings say.
  static void use_etag(RequestHandler& handler);
  static std::string reverse(const RequestHandler& handler, std::string_view name,
                             std::initializer_list<UrlArgument> values) {
    return handler.reverse(name, values);
  }
  static void complete_head(RequestHandler& handler, bool whole) { handler.complete_head(whole); }
  /// The handler outlives its request: whatever needs that throws std::logic_error from now on.
  static void detach(RequestHandler& handler) noexcept;
  /// Sees to it that the request outlives the read buffer, and mends the parts' views.
  static void pin(Exchange& exchange, PathParts& parts);
};

// ---- What a handler class says of itself besides its methods ----

template <class H>
inline constexpr bool kStreamsBody = false;
template <class H>
requires requires { H::stream_request_body; }
inline constexpr bool kStreamsBody<H> = H::stream_request_body;

template <class H>
inline constexpr bool kCancelOnDisconnect = false;
template <class H>
requires requires { H::cancel_on_disconnect; }
inline constexpr bool kCancelOnDisconnect<H> = H::cancel_on_disconnect;

template <class H>
inline constexpr std::optional<std::size_t> kMaxBodySize = std::nullopt;
template <class H>
requires requires { H::max_body_size; }
inline constexpr std::optional<std::size_t> kMaxBodySize<H> = H::max_body_size;

template <class H>
inline constexpr bool kAuthenticated = false;
template <class H>
requires requires { H::authenticated; }
inline constexpr bool kAuthenticated<H> = H::authenticated;

template <class H>
inline constexpr bool kLoadsUser = false;
template <class H>
requires requires { typename H::LoadsUser; }
inline constexpr bool kLoadsUser<H> = true;

/// It has a compute_etag() of its own.
template <class H>
inline constexpr bool kComputesEtag = true;
template <class H>
requires std::is_same_v<decltype(&H::compute_etag), decltype(&RequestHandler::compute_etag)>
inline constexpr bool kComputesEtag<H> = false;

/// What comes before the method: who the user is, prepare(), and whether there must be a user.
template <class H>
struct Prelude {
  using PrepareFunction = MemberFunction<decltype(Verb_prepare::member<H>())>;
  static constexpr bool kPrepareWaits = !std::is_void_v<typename PrepareFunction::Result>;
  static constexpr bool kWaits = kPrepareWaits || kLoadsUser<H>;

  static auto run(H& handler) {
    if constexpr (kLoadsUser<H> || (kPrepareWaits && kAuthenticated<H>)) {
      return run_all(handler);
    } else if constexpr (kPrepareWaits) {
      return handler.prepare();  // without a frame of its own
    } else {
      handler.prepare();
      admit(handler);
    }
  }

 private:
  static Task<void> run_all(H& handler) {
    if constexpr (kLoadsUser<H>) {
      co_await handler.load_user();
      if (handler.finished()) co_return;
    }
    if constexpr (kPrepareWaits) {
      co_await handler.prepare();
    } else {
      handler.prepare();
    }
    admit(handler);
  }
  static void admit([[maybe_unused]] H& handler) {
    if constexpr (kAuthenticated<H> && requires { handler.require_user(); }) {
      if (!handler.finished()) static_cast<void>(handler.require_user());
    }
  }
};

/// Stands for data_received() where the content is there before the handler.
struct NoContent {};

/// prepare, the pieces of a streamed content, and the method, each if what came before it has left
/// something to do, where any of them waits.
template <class Prepare, class Receive, class Call>
Task<void> prepare_and_call(RequestHandler& handler, [[maybe_unused]] Exchange& exchange,
                            Prepare prepare, [[maybe_unused]] Receive receive, Call call) {
  if constexpr (std::is_void_v<decltype(prepare())>) {
    prepare();
  } else {
    co_await prepare();
  }
  if (handler.finished()) co_return;
  if constexpr (!std::is_same_v<Receive, NoContent>) {
    for (;;) {
      const std::string_view piece = co_await exchange.request_body().read();
      if (piece.empty()) break;
      if constexpr (std::is_void_v<decltype(receive(piece))>) {
        receive(piece);
      } else {
        co_await receive(piece);
      }
      if (handler.finished()) co_return;
    }
  }
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
  } else {
    co_await call();
  }
}

/// MethodEntry::invoke for one member function of a handler class.
template <class H, class Verb, class Arguments>
struct HandlerMethod {
  using Function = MemberFunction<decltype(Verb::template member<H>())>;
  static constexpr bool kStreams = kStreamsBody<H>;
  static constexpr bool kVerbWaits = !std::is_void_v<typename Function::Result>;
  static constexpr bool kPrepareWaits = Prelude<H>::kWaits;

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

    static void invoke(void* target, Exchange& exchange, PathParts& parts) {
      constexpr bool kWaits = kVerbWaits || kPrepareWaits || kStreams;
      if constexpr (kWaits) HandlerAccess::pin(exchange, parts);
      H& handler = exchange.arena().make<H>();
      HandlerAccess::attach(handler, exchange, parts.refusal);
      if constexpr (kComputesEtag<H>) HandlerAccess::use_etag(handler);
      Arguments::initialize(handler, target);
      HandlerAccess::check_request(handler);
      if constexpr (!kWaits) {
        Values values = path_arguments<Args...>(parts);
        Prelude<H>::run(handler);
        if (!exchange.finished()) call(handler, values);
      } else {
        // Kept beside the handler, for parameters that are references.
        Values& values = exchange.arena().make<Values>(path_arguments<Args...>(parts));
        auto prepare = [&handler] { return Prelude<H>::run(handler); };
        auto call_verb = [&handler, &values] { return call(handler, values); };
        if constexpr (kStreams) {
          auto receive = [&handler](std::string_view piece) {
            return handler.data_received(piece);
          };
          exchange.wait_for(prepare_and_call(handler, exchange, prepare, receive, call_verb));
        } else if constexpr (kPrepareWaits) {
          exchange.wait_for(prepare_and_call(handler, exchange, prepare, NoContent(), call_verb));
        } else {
          Prelude<H>::run(handler);
          if (!exchange.finished()) exchange.wait_for(call(handler, values));
        }
      }
    }
  };

  static MethodEntry entry(void* arguments) {
    MethodEntry entry{&Function::template Apply<WithParameters>::invoke, arguments,
                      Function::kArity};
    entry.streams_body = kStreams;
    entry.body_bytes = kMaxBodySize<H>;
    entry.cancel_on_disconnect = kCancelOnDisconnect<H>;
    entry.handler_checks_xsrf = true;
    return entry;
  }
};

template <class H, class Verb, class Arguments>
void add_method(RouteDefinition& definition, Method method, void* arguments) {
  if constexpr (Verb::template exists<H>()) {
    definition.methods[static_cast<std::size_t>(method)] =
        HandlerMethod<H, Verb, Arguments>::entry(arguments);
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

/// `arguments` are for initialize(), and the definition's from now on.
template <class H, class Arguments>
void add_methods(RouteDefinition& definition, std::shared_ptr<void> arguments) {
  if constexpr (is_handler_class<H>()) {
    if constexpr (Arguments::template fit<H>() && Verb_prepare::exists<H>()) {
      static_assert(MemberFunction<decltype(Verb_prepare::member<H>())>::kArity == 0,
                    "eddy: a handler's prepare() takes no parameters");
      constexpr bool kHasUsers = !kAuthenticated<H> || requires(H & handler) {
        handler.require_user();
      };
      static_assert(kHasUsers, "eddy: a handler with `authenticated` derives from UserHandler");
      static_assert(!kStreamsBody<H> || Verb_data_received::exists<H>(),
                    "eddy: a handler with stream_request_body has data_received(std::string_view)");
      if constexpr (requires { typename H::UpgradeMethods; }) {  // a BasicWebSocketHandler
        H::UpgradeMethods::template add<H, Arguments>(definition, arguments.get());
      } else {
        add_method<H, Verb_get, Arguments>(definition, Method::get, arguments.get());
      }
      add_method<H, Verb_head, Arguments>(definition, Method::head, arguments.get());
      add_method<H, Verb_post, Arguments>(definition, Method::post, arguments.get());
      add_method<H, Verb_put, Arguments>(definition, Method::put, arguments.get());
      add_method<H, Verb_patch, Arguments>(definition, Method::patch, arguments.get());
      add_method<H, Verb_del, Arguments>(definition, Method::del, arguments.get());
      add_method<H, Verb_options, Arguments>(definition, Method::options, arguments.get());
      // Of <eddy/web/app/further_method.h>, which only those include that have them.
      if constexpr (Names_further_methods<H>) {
        constexpr bool kTakes = Takes_further_methods<H>;
        static_assert(kTakes,
                      "eddy: the handler's further_methods can't be used: it is private, protected "
                      "or in two bases; make it one public constant");
        if constexpr (kTakes) {
          add_further_methods<H, Arguments>(definition, arguments.get(), H::further_methods);
        }
      }
    }
    if constexpr (requires { H::require_services(definition.services); }) {
      H::require_services(definition.services);
    }
    if (arguments != nullptr) definition.owned.push_back(std::move(arguments));
  }
}

}  // namespace eddy::inline v0::web::internal
