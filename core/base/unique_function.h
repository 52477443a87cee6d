// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace eddy::inline v0 {

template <class Signature>
class UniqueFunction;

/// A callable that is owned once and moved, not copied, so it may capture what can't be copied. Up
/// to six pointers of captures are stored in place; more are allocated.
///
/// Calling an empty one is undefined. Not thread-safe by itself.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() noexcept = default;
  // Implicit as in std::function: a lambda is passed where one of these is taken.
  UniqueFunction(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)

  template <class F, class D = std::decay_t<F>>
  requires(!std::is_same_v<D, UniqueFunction> && !std::is_same_v<D, std::nullptr_t> &&
           std::is_invocable_r_v<R, D&, Args...>)
      UniqueFunction(F&& f) {  // NOLINT(google-explicit-constructor)
    if constexpr (kFitsInPlace<D>) {
      ::new (storage()) D(std::forward<F>(f));
      operations_ = &kInPlace<D>;
    } else {
      ::new (storage()) D*(new D(std::forward<F>(f)));
      operations_ = &kAllocated<D>;
    }
  }

  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~UniqueFunction() { reset(); }

  R operator()(Args... args) { return operations_->call(storage(), std::forward<Args>(args)...); }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

 private:
  struct Operations {
    R (*call)(void*, Args&&...);
    void (*relocate)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };

  static constexpr std::size_t kInPlaceBytes = 6 * sizeof(void*);

  template <class D>
  static constexpr bool kFitsInPlace =
      sizeof(D) <= kInPlaceBytes &&
      alignof(D) <= alignof(void*) && std::is_nothrow_move_constructible_v<D>;

  /// A result that nobody wants is dropped.
  template <class D>
  static R invoke(D& callable, Args&&... args) {
    if constexpr (std::is_void_v<R>) {
      static_cast<void>(callable(std::forward<Args>(args)...));
    } else {
      return callable(std::forward<Args>(args)...);
    }
  }

  template <class D>
  static constexpr Operations kInPlace = {[](void* at, Args&&... args) -> R {
                                            return invoke(*static_cast<D*>(at),
                                                          std::forward<Args>(args)...);
                                          },
                                          [](void* from, void* to) noexcept {
                                            ::new (to) D(std::move(*static_cast<D*>(from)));
                                            static_cast<D*>(from)->~D();
                                          },
                                          [](void* at) noexcept { static_cast<D*>(at)->~D(); }};

  template <class D>
  static constexpr Operations kAllocated = {
      [](void* at, Args&&... args) -> R {
        return invoke(**static_cast<D**>(at), std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept { ::new (to) D*(*static_cast<D**>(from)); },
      [](void* at) noexcept { delete *static_cast<D**>(at); }};

  void* storage() noexcept { return static_cast<void*>(storage_); }

  void take(UniqueFunction& other) noexcept {
    if (other.operations_ == nullptr) return;
    other.operations_->relocate(other.storage(), storage());
    operations_ = std::exchange(other.operations_, nullptr);
  }

  void reset() noexcept {
    if (const Operations* operations = std::exchange(operations_, nullptr)) {
      operations->destroy(storage());
    }
  }

  alignas(void*) std::byte storage_[kInPlaceBytes];
  const Operations* operations_ = nullptr;
};

}  // namespace eddy::inline v0
