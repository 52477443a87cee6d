// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <eddy/web/app/internal/handler_probe.h>
#include <eddy/web/http/internal/signature.h>

/// What a route gives to its handlers' initialize().
namespace eddy::inline v0::web::internal {

/// Kept with the route; each of its handlers is given all of it, as const lvalues.
template <class... Args>
struct HandlerArguments {
  using Values = std::tuple<Args...>;

  /// Whether a handler of class H takes them; what is wrong is one line of error.
  template <class H>
  static constexpr bool fit() {
    if constexpr (Verb_initialize::exists<H>()) {
      constexpr bool kPlain =
          std::is_void_v<typename MemberFunction<decltype(&H::initialize)>::Result>;
      static_assert(kPlain, "eddy: a handler's initialize() returns nothing; prepare() may wait");
      constexpr bool kTakes = requires(H & handler, const Args&... args) {
        handler.initialize(args...);
      };
      static_assert(kTakes,
                    "eddy: the handler's initialize() can't be called with what route() is given "
                    "behind its options");
      return kPlain && kTakes;
    } else {
      constexpr bool kNone = sizeof...(Args) == 0 || Names_initialize<H>;
      static_assert(kNone, "eddy: route() is given arguments, but the handler has no initialize()");
      return sizeof...(Args) == 0 && !Names_initialize<H>;
    }
  }

  template <class H>
  static void initialize([[maybe_unused]] H& handler, [[maybe_unused]] const void* target) {
    if constexpr (Names_initialize<H>) {
      if constexpr (sizeof...(Args) == 0) {
        handler.initialize();
      } else {
        std::apply([&](const Args&... args) { handler.initialize(args...); },
                   *static_cast<const Values*>(target));
      }
    }
  }

  /// Owned by the route; null where there is nothing to keep.
  template <class... Given>
  static std::shared_ptr<void> keep(Given&&... given) {
    if constexpr (sizeof...(Args) == 0) {
      return nullptr;
    } else {
      return std::make_shared<Values>(std::forward<Given>(given)...);
    }
  }
};

}  // namespace eddy::inline v0::web::internal
