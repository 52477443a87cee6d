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
  auto source = std::make_unique<LifetimeSource>();
  Lifetime lifetime = source->lifetime();
  const GWeakNotify disposed = [](gpointer data, GObject* /*where_it_was*/) {
    const std::unique_ptr<LifetimeSource> ended(static_cast<LifetimeSource*>(data));
  };
  g_object_weak_ref(object, disposed, source.release());
  return lifetime;
}

}  // namespace eddy::inline v0
