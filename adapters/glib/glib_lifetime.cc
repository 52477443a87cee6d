// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/glib/glib_lifetime.h>

#include <glib-object.h>

#include <memory>
#include <stdexcept>

namespace eddy::inline v0 {

Lifetime glib_lifetime(GObject* object) {
  if (object == nullptr || !G_IS_OBJECT(object)) {
    throw std::invalid_argument("glib_lifetime: the pointer is null or to no GObject");
  }
  static const GQuark place = g_quark_from_static_string("eddy-lifetime");
  if (void* const known = g_object_get_qdata(object, place)) {
    return static_cast<const LifetimeSource*>(known)->lifetime();
  }
  auto source = std::make_unique<LifetimeSource>();
  Lifetime lifetime = source->lifetime();
  // Data that the object destroyed itself would be told too late, when it is finalized.
  const GWeakNotify disposed = [](gpointer data, GObject* disposed_of) {
    const std::unique_ptr<LifetimeSource> ended(static_cast<LifetimeSource*>(data));
    g_object_set_qdata(disposed_of, place, nullptr);
  };
  g_object_set_qdata(object, place, source.get());
  g_object_weak_ref(object, disposed, source.release());
  return lifetime;
}

}  // namespace eddy::inline v0
