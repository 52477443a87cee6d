// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/export.h>
#include <eddy/core/base/lifetime.h>

// As glib-object.h declares it, which this header does not need.
typedef struct _GObject GObject;  // NOLINT(modernize-use-using)

namespace eddy::inline v0 {

/// The life of a GObject: it ends when the object is disposed of, by the last g_object_unref() or
/// g_object_run_dispose() (as gtk_widget_destroy and gtk_window_destroy do), before it is
/// finalized. Holds no reference, and keeps one weak one, however often it is asked. Where a route
/// or task is given an owner the pointer does as well: `app.get("/", G_OBJECT(window), function)`.
///
/// What derived classes have released in their own dispose() is gone by then: destructors in a
/// task's frames must not use that.
///
/// Thread: the Loop's; the last reference is given back there too. Throws std::invalid_argument for
/// what is no GObject.
[[nodiscard]] EDDY_API Lifetime glib_lifetime(GObject* object);

template <>
struct LifetimeOf<GObject*> {
  static Lifetime of(GObject* object) { return glib_lifetime(object); }
};

}  // namespace eddy::inline v0
