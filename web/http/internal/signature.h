// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

/// What a callable takes and gives, read from its type.
namespace eddy::inline v0::web::internal {

template <class T>
struct MemberFunction {
  static constexpr bool kValid = false;
};
template <class R, class C, class... Args>
struct MemberSignature {
  static constexpr bool kValid = true;
  using Result = R;
  template <template <class...> class To>
  using Apply = To<Args...>;
  static constexpr std::size_t kArity = sizeof...(Args);
};
template <class R, class C, class... Args>
struct MemberFunction<R (C::*)(Args...)> : MemberSignature<R, C, Args...> {};
template <class R, class C, class... Args>
struct MemberFunction<R (C::*)(Args...) const> : MemberSignature<R, C, Args...> {};
template <class R, class C, class... Args>
struct MemberFunction<R (C::*)(Args...) noexcept> : MemberSignature<R, C, Args...> {};
template <class R, class C, class... Args>
struct MemberFunction<R (C::*)(Args...) const noexcept> : MemberSignature<R, C, Args...> {};

template <class... Args>
struct Types {};

/// The parameters and the result of a function, or of an object with one call operator.
template <class F>
struct Callable {
  static constexpr bool kValid = false;
};
template <class F>
requires requires { &F::operator(); }
struct Callable<F> {
  using Function = MemberFunction<decltype(&F::operator())>;
  static constexpr bool kValid = Function::kValid;
  using Result = typename Function::Result;
  using Parameters = typename Function::template Apply<Types>;
};
template <class R, class... Args>
struct Callable<R (*)(Args...)> {
  static constexpr bool kValid = true;
  using Result = R;
  using Parameters = Types<Args...>;
};
template <class R, class... Args>
struct Callable<R (*)(Args...) noexcept> : Callable<R (*)(Args...)> {};

}  // namespace eddy::inline v0::web::internal
