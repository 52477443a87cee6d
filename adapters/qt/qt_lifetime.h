// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <concepts>

#include <eddy/core/base/export.h>
#include <eddy/core/base/lifetime.h>

class QObject;

namespace eddy::inline v0 {

/// The life of a QObject: it ends when `destroyed` is emitted, that is before the QObject's memory
/// and its children go, and with a wildcard disconnect() of all that is connected to it. Where a
/// route or task is given an owner the pointer does as well: `app.get("/", window, function)`.
/// However often it is asked, an object has one connection, which its dynamic property
/// "eddy_lifetime" knows.
///
/// What a derived class has added is destroyed before `destroyed` is emitted: destructors in a
/// task's frames must not use that. A class of yours avoids it by a LifetimeSource as its last
/// member.
///
/// Thread: the object's (QObject::thread), which is the Loop's too; an object is not moved to
/// another one afterwards. Throws WrongThread anywhere else, and std::invalid_argument for null.
[[nodiscard]] EDDY_API Lifetime qt_lifetime(QObject* object);

template <class T>
requires std::convertible_to<T*, QObject*>
struct LifetimeOf<T*> {
  static Lifetime of(T* object) { return qt_lifetime(object); }
};

}  // namespace eddy::inline v0
