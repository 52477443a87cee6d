// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

#include <eddy/web/app/internal/type_name.h>

namespace eddy::inline v0::web::internal {

/// A type, as far as finding an object by it goes.
struct ServiceKey {
  const void* id;
  /// Its name, for messages.
  std::string (*name)();
  bool operator==(const ServiceKey& other) const noexcept { return id == other.id; }
};

template <class T>
inline constexpr char kServiceId = 0;

template <class T>
constexpr ServiceKey service_key() noexcept {
  return {&kServiceId<T>, &type_name<T>};
}

}  // namespace eddy::inline v0::web::internal
