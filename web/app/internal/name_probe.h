// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <type_traits>

#include <eddy/core/task/task.h>
#include <eddy/web/http/internal/signature.h>

/// Finds members of a handler class by their names, when it is compiled.
namespace eddy::inline v0::web::internal {

template <class R>
concept HandlerResult = std::is_same_v<R, void> || std::is_same_v<R, Task<void>>;

/// For each name: `Names_x<H>` is true if anything in H or its bases is called x, whatever it is:
/// then the name is ambiguous in a class that also inherits a second x. `&H::x` alone can't tell an
/// overloaded, private or template x from none at all. Verb_x::member<H>() is the one member that
/// is called x; there is none, and one line of error, where it can't be taken.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define EDDY_WEB_NAME_PROBE(x)        \
  struct Second_##x {                 \
    int x;                            \
  };                                  \
  template <class H>                  \
  struct Both_##x : H, Second_##x {}; \
  template <class H>                  \
  concept Names_##x = !requires {     \
    &Both_##x<H>::x;                  \
  };                                  \
  template <class H>                  \
  concept Takes_##x = requires {      \
    &H::x;                            \
  };
#define EDDY_WEB_PROBE(x)                                                                         \
  EDDY_WEB_NAME_PROBE(x)                                                                          \
  struct Verb_##x {                                                                               \
    template <class H>                                                                            \
    static constexpr bool exists() {                                                              \
      if constexpr (Names_##x<H>) {                                                               \
        constexpr bool kTakes = Takes_##x<H>;                                                     \
        static_assert(kTakes, "eddy: the handler's member '" #x                                   \
                              "' can't be used: it is private, "                                  \
                              "protected, overloaded, a template or in two bases; make it one "   \
                              "public function");                                                 \
        if constexpr (kTakes) {                                                                   \
          using Function = MemberFunction<decltype(&H::x)>;                                       \
          constexpr bool kIsFunction = Function::kValid;                                          \
          static_assert(kIsFunction, "eddy: the handler's member '" #x                            \
                                     "' can't be used: it is not "                                \
                                     "a member function that can be called on any object of the " \
                                     "class");                                                    \
          if constexpr (kIsFunction) {                                                            \
            constexpr bool kReturns = HandlerResult<typename Function::Result>;                   \
            static_assert(kReturns, "eddy: the handler's member '" #x                             \
                                    "' can't be used: it must "                                   \
                                    "return void or eddy::Task<void>");                           \
            return kReturns;                                                                      \
          }                                                                                       \
        }                                                                                         \
      }                                                                                           \
      return false;                                                                               \
    }                                                                                             \
    template <class H>                                                                            \
    static constexpr auto member() {                                                              \
      return &H::x;                                                                               \
    }                                                                                             \
  };
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace eddy::inline v0::web::internal
