// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <eddy/web/app/internal/handler_methods.h>
#include <eddy/web/app/internal/method_table.h>
#include <eddy/web/app/internal/path_arguments.h>
#include <eddy/web/app/services.h>
#include <eddy/web/http/internal/answer.h>
#include <eddy/web/http/internal/exchange.h>
#include <eddy/web/http/internal/signature.h>
#include <eddy/web/http/request.h>

/// The short form of a route: a function whose parameters and result say what it takes and gives.
namespace eddy::inline v0::web::internal {

/// A parameter that is an object of the application's services: a reference to a class that neither
/// a part of the path becomes nor a part of the request is.
template <class Arg>
concept ServiceReference =
    std::is_lvalue_reference_v<Arg> && std::is_class_v<std::remove_cvref_t<Arg>> &&
    !ExchangePart<Arg> &&
    !PathParameter<std::remove_cvref_t<Arg>> &&
    (!std::is_const_v<std::remove_reference_t<Arg>> || !JsonReadable<std::remove_cvref_t<Arg>>);

/// A parameter that the request's content becomes, which must be JSON.
template <class Arg>
concept JsonBody =
    !ExchangePart<Arg> && !ServiceReference<Arg> && !PathParameter<std::remove_cvref_t<Arg>> &&
    JsonReadable<std::remove_cvref_t<Arg>>;

template <class F, class Parameters>
struct FunctionRoute;

template <class F, class... Args>
struct FunctionRoute<F, Types<Args...>> {
  using Result = typename Callable<F>::Result;
  static constexpr bool kWaits = kIsTask<Result>;
  static constexpr std::size_t kArity =
      (std::size_t{!ExchangePart<Args> && !ServiceReference<Args> && !JsonBody<Args>} + ... + 0);
  static constexpr std::size_t kJsonBodies = (std::size_t{JsonBody<Args>} + ... + 0);

  template <class Arg>
  struct Slot {
    std::remove_cvref_t<Arg> value;
    Slot(Exchange& /*exchange*/, const PathParts& parts, std::size_t& next)
        : value(path_argument<std::remove_cvref_t<Arg>>(parts, next)) {
      ++next;
    }
    Arg&& pass() { return static_cast<Arg&&>(value); }
  };
  template <ExchangePart Arg>
  struct Slot<Arg> {
    std::remove_cvref_t<Arg>& value;
    Slot(Exchange& exchange, const PathParts& /*parts*/, std::size_t& /*next*/)
        : value(part_of<Arg>(exchange)) {}
    std::remove_cvref_t<Arg>& pass() { return value; }
  };
  template <ServiceReference Arg>
  struct Slot<Arg> {
    Arg value;
    Slot(Exchange& exchange, const PathParts& /*parts*/, std::size_t& /*next*/)
        : value(*static_cast<std::remove_reference_t<Arg>*>(
              service_of(exchange, service_key<std::remove_cvref_t<Arg>>()))) {}
    Arg pass() { return value; }
  };
  template <JsonBody Arg>
  struct Slot<Arg> {
    std::remove_cvref_t<Arg> value;
    Slot(Exchange& exchange, const PathParts& /*parts*/, std::size_t& /*next*/)
        : value(
              json_body<std::remove_cvref_t<Arg>>(exchange.request(), exchange.request().body())) {}
    Arg&& pass() { return static_cast<Arg&&>(value); }
  };
  static constexpr std::size_t kServices = (std::size_t{ServiceReference<Args>} + ... + 0);
  template <class Arg>
  static constexpr void list_service(ServiceKey*& place) {
    if constexpr (ServiceReference<Arg>) *place++ = service_key<std::remove_cvref_t<Arg>>();
  }
  static constexpr auto list_services() {
    std::array<ServiceKey, kServices + 1> keys{};
    [[maybe_unused]] ServiceKey* place = keys.data();
    (list_service<Args>(place), ...);
    return keys;
  }
  static constexpr std::array<ServiceKey, kServices + 1> kServiceKeys = list_services();
  /// A slot for each parameter, filled from left to right.
  template <std::size_t I, class Arg>
  struct Place : Slot<Arg> {
    using Slot<Arg>::Slot;
  };
  template <class Indices>
  struct Places;
  template <std::size_t... I>
  struct Places<std::index_sequence<I...>> : Place<I, Args>... {
    Places([[maybe_unused]] Exchange& exchange, [[maybe_unused]] const PathParts& parts,
           [[maybe_unused]] std::size_t next = 0)
        : Place<I, Args>(exchange, parts, next)... {}
    Result call(F& function) { return function(static_cast<Place<I, Args>&>(*this).pass()...); }
  };
  using Slots = Places<std::index_sequence_for<Args...>>;

  static void invoke(void* target, Exchange& exchange, PathParts& parts) {
    F& function = *static_cast<F*>(target);
    if constexpr (kWaits) {
      HandlerAccess::pin(exchange, parts);
      // Kept with the request, for parameters that are references.
      Slots& kept = exchange.arena().make<Slots>(exchange, parts);
      answer_later(exchange, kept.call(function));
    } else {
      Slots values(exchange, parts);
      if constexpr (std::is_void_v<Result>) {
        values.call(function);
      } else {
        answer(exchange, values.call(function));
      }
    }
  }
};

/// What is known of a function when its type no longer is. The object is the taker's.
/// Plain, since every function of a program makes one.
struct MadeFunction {
  /// As MethodEntry has them.
  void (*invoke)(void* target, Exchange& exchange, PathParts& parts) = nullptr;
  void* target = nullptr;
  std::size_t arity = 0;
  bool streams_body = false;
  void (*destroy)(void* object) noexcept = nullptr;
  /// What it takes of the application's services.
  const ServiceKey* services = nullptr;
  std::size_t service_count = 0;
};

template <class F>
MadeFunction make_function(F&& function) {
  MadeFunction made;
  using Stored = std::decay_t<F>;
  static_assert(Callable<Stored>::kValid,
                "eddy: a route's function is a function or a lambda with one call operator that is "
                "no template (write out the types of its parameters)");
  if constexpr (Callable<Stored>::kValid) {
    using Result = typename Callable<Stored>::Result;
    using Parameters = typename Callable<Stored>::Parameters;
    constexpr bool kAnswers = Answer<typename AnswerOf<Result>::Type>;
    static_assert(kAnswers,
                  "eddy: a route's function returns text, bytes, JSON, a Response, nothing, or a "
                  "Task of one");
    using Parts = ExchangeParts<Parameters>;
    static_assert(Parts::kByReference,
                  "eddy: a request is taken by const Request&, RequestBody and ResponseStream by "
                  "reference");
    constexpr bool kMayWait = !Parts::kStreams || kIsTask<Result>;
    static_assert(kMayWait,
                  "eddy: a function that takes RequestBody& or ResponseStream& returns a Task");
    using Route = FunctionRoute<Stored, Parameters>;
    constexpr bool kOneBody = Route::kJsonBodies + std::size_t{Parts::kReadsBody} <= 1;
    static_assert(kOneBody,
                  "eddy: a function takes the content once, as one object or as a stream");
    if constexpr (kAnswers && Parts::kByReference && kMayWait && kOneBody) {
      made.invoke = &Route::invoke;
      made.target = new Stored(std::forward<F>(function));
      made.arity = Route::kArity;
      made.streams_body = Parts::kReadsBody;
      made.services = Route::kServiceKeys.data();
      made.service_count = Route::kServices;
      made.destroy = [](void* object) noexcept { delete static_cast<Stored*>(object); };
    }
  }
  return made;
}

}  // namespace eddy::inline v0::web::internal
