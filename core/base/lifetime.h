// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <eddy/core/base/export.h>
#include <eddy/core/base/intrusive_list.h>

namespace eddy::inline v0 {

namespace internal {

class LifetimeState;

/// Tells those who listen, in the order in which they began to. Again while it tells: goes on with
/// the rest.
EDDY_API void end_lifetime(std::shared_ptr<LifetimeState> state) noexcept;

}  // namespace internal

/// Who is told when an owner's life ends: embedded in the object it belongs to, so that listening
/// allocates nothing. Destroying it ends the listening, at any moment, also while others are told.
class EDDY_API LifetimeListener : public internal::ListHook {
 public:
  /// The owner is about to go, and will be gone when those who told have returned. This is not
  /// listening any more. May destroy anything, other listeners and the owner included.
  virtual void on_lifetime_ended() noexcept = 0;

 protected:
  ~LifetimeListener() = default;
};

/// A token of an owner's life: tells whether that object is still there, and tells those who listen
/// before it goes. Routes (RouteOptions::owner) and tasks (while_alive) take one. Owner and token
/// may go in any order.
///
/// What makes one: a LifetimeSource in the owner; make_owner(); an adapter, of its host's objects
/// (qt_lifetime, glib_lifetime); or a std::weak_ptr. A weak_ptr can't tell when its object dies,
/// unless the object is one of make_owner's: there is only a look at it (alive), and a hold, which
/// keeps the object from dying while a task or a handler runs for it.
///
/// Thread: one Loop's; the owner lives and dies on it too. In debug builds a task whose owner dies
/// elsewhere says so in the log, and goes on; in release builds that is a data race. Only alive()
/// and hold() of a weak_ptr's may be asked anywhere. Copies cost a reference count.
class EDDY_API Lifetime {
 public:
  /// Of no owner: alive for ever.
  Lifetime() noexcept = default;

  /// Of a shared object. Where make_owner has made it, as that said; otherwise see above.
  template <class T>
  [[nodiscard]] static Lifetime of(const std::shared_ptr<T>& owner);
  /// As above; dead at once if the object has gone.
  template <class T>
  [[nodiscard]] static Lifetime of(const std::weak_ptr<T>& owner) {
    return of(owner.lock());
  }

  /// False from the moment on at which the first listener is told.
  [[nodiscard]] bool alive() const noexcept;
  /// Whether there is an owner at all.
  [[nodiscard]] bool has_owner() const noexcept { return state_ != nullptr; }
  /// Has `listener`, which listens to nothing yet, told of the end. False if that has been
  /// already. Of no owner, and of one that can't tell: true, and nothing will be told.
  [[nodiscard]] bool listen(LifetimeListener& listener) const noexcept;
  /// Keeps an owner that can't tell of its death from dying. Null for all others.
  [[nodiscard]] std::shared_ptr<const void> hold() const noexcept;

 private:
  friend class LifetimeSource;
  explicit Lifetime(std::shared_ptr<internal::LifetimeState> state) noexcept
      : state_(std::move(state)) {}

  /// Of an object that can only be looked at.
  static Lifetime watched(std::weak_ptr<const void> owner);

  std::shared_ptr<internal::LifetimeState> state_;
};

/// A member of the owner, which ends its Lifetime when it is destroyed. Members go in the reverse
/// order of their declaration, and after the body of the destructor: declare it last, so that tasks
/// are ended while all else is there, and where that can't be, as in a base class, call end() first
/// thing in the destructor of the most derived one.
///
///     class Window {
///       Document document_;
///       eddy::LifetimeSource lifetime_;
///     };
///
/// Neither copied nor moved, as the address of its owner is what tasks go by. Thread: see Lifetime.
class EDDY_API LifetimeSource {
 public:
  LifetimeSource();
  LifetimeSource(const LifetimeSource&) = delete;
  LifetimeSource& operator=(const LifetimeSource&) = delete;
  ~LifetimeSource() { end(); }

  [[nodiscard]] Lifetime lifetime() const noexcept { return Lifetime(state_); }
  /// Ends it now, once and for all; who listens has been told on return. May be called again.
  void end() noexcept { internal::end_lifetime(state_); }

 private:
  std::shared_ptr<internal::LifetimeState> state_;
};

/// What deletes an object of make_owner's, having told of its end before.
struct OwnerDeleter {
  std::shared_ptr<LifetimeSource> source = std::make_shared<LifetimeSource>();
  template <class T>
  void operator()(T* owner) const noexcept {
    source->end();
    delete owner;
  }
};

/// As std::make_shared, of an object whose death tells those who listen to Lifetime::of it, when
/// the last reference has gone and before its destructor begins. That must happen on the Loop's
/// thread.
template <class T, class... Args>
[[nodiscard]] std::shared_ptr<T> make_owner(Args&&... args) {
  // First, as it may find no memory: nothing would own a T that is there already.
  OwnerDeleter deleter;
  return std::shared_ptr<T>(new T(std::forward<Args>(args)...), std::move(deleter));
}

template <class T>
Lifetime Lifetime::of(const std::shared_ptr<T>& owner) {
  const auto* const deleter = std::get_deleter<OwnerDeleter>(owner);
  return deleter != nullptr ? deleter->source->lifetime()
                            : watched(std::weak_ptr<const void>(owner));
}

/// How an owner is asked for its Lifetime where one is taken; an adapter specializes it for its
/// host's objects, with `static Lifetime of(const Owner&)`.
template <class Owner>
struct LifetimeOf;
template <>
struct LifetimeOf<Lifetime> {
  static Lifetime of(const Lifetime& lifetime) noexcept { return lifetime; }
};
template <>
struct LifetimeOf<LifetimeSource> {
  static Lifetime of(const LifetimeSource& source) noexcept { return source.lifetime(); }
};
template <class T>
struct LifetimeOf<std::shared_ptr<T>> {
  static Lifetime of(const std::shared_ptr<T>& owner) { return Lifetime::of(owner); }
};
template <class T>
struct LifetimeOf<std::weak_ptr<T>> {
  static Lifetime of(const std::weak_ptr<T>& owner) { return Lifetime::of(owner); }
};

/// What may own a route or a task.
template <class Owner>
concept LifetimeOwner = requires(const std::remove_cvref_t<Owner>& owner) {
  { LifetimeOf<std::remove_cvref_t<Owner>>::of(owner) } -> std::same_as<Lifetime>;
};

template <LifetimeOwner Owner>
[[nodiscard]] Lifetime lifetime_of(const Owner& owner) {
  return LifetimeOf<std::remove_cvref_t<Owner>>::of(owner);
}

}  // namespace eddy::inline v0
