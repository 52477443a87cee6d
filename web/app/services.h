// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/web/app/internal/service_key.h>
#include <eddy/web/app/request_handler.h>

namespace eddy::inline v0::web {

/// The program's own objects that handlers reach by their type: its database, its configuration.
/// One of each type.
///
///     Application app(Services().add(database).add(std::make_shared<Mailer>()), {...routes});
///
/// Thread: the Loop's. Errors: a second object of a type throws std::invalid_argument.
class EDDY_API Services {
 public:
  /// An object that the program keeps, for longer than the Application and its handlers.
  template <class T>
  requires(!std::is_const_v<T>) Services& add(T& object) {
    return add_entry(internal::service_key<T>(), &object, nullptr);
  }
  /// An object that is kept for as long as the Application or one of its handlers.
  template <class T>
  Services& add(std::shared_ptr<T> object) {
    T* const address = object.get();
    return add_entry(internal::service_key<T>(), address, std::move(object));
  }

  /// The object of that type, or null.
  [[nodiscard]] void* find(const internal::ServiceKey& key) const noexcept;

 private:
  struct Entry {
    internal::ServiceKey key;
    void* object;
    std::shared_ptr<void> owner;
  };
  Services& add_entry(const internal::ServiceKey& key, void* object, std::shared_ptr<void> owner);

  std::vector<Entry> entries_;
};

namespace internal {

/// Of the application that answers; there is one, since the route was checked when it was added.
[[nodiscard]] EDDY_API void* service_of(const RequestHandler& handler, const ServiceKey& key);
[[nodiscard]] EDDY_API void* service_of(Exchange& exchange, const ServiceKey& key);

}  // namespace internal

/// A base class of handlers that use objects of these types: it adds `app<T>()` to Base. A route
/// whose handler names a type that the Application does not have is an error when it is added, and
/// `app<T>()` of a type that is not named does not compile.
template <class Base, class... Ts>
class HandlerWith : public Base {
 public:
  using Base::app;

  /// The program's object of type T.
  template <class T>
  [[nodiscard]] T& app() const {
    if constexpr ((std::is_same_v<T, Ts> || ...)) {
      return *static_cast<T*>(internal::service_of(*this, internal::service_key<T>()));
    } else {
      constexpr bool kNamed = requires(const Base& base) { base.template app<T>(); };
      static_assert(kNamed, "eddy: app<T>() of a type that WithServices<...> does not name");
      if constexpr (kNamed) return Base::template app<T>();
    }
  }

  /// What a route needs; see internal::add_methods().
  static void require_services(std::vector<internal::ServiceKey>& keys) {
    if constexpr (requires { Base::require_services(keys); }) Base::require_services(keys);
    (keys.push_back(internal::service_key<Ts>()), ...);
  }
};

/// A handler that uses objects of these types:
///
///     struct Story : eddy::web::WithServices<Database, Config> {
///       void get(int id) { write(app<Database>().story(id)); }
///     };
template <class... Ts>
using WithServices = HandlerWith<RequestHandler, Ts...>;

}  // namespace eddy::inline v0::web
