// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/qt/qt_lifetime.h>

#include <QObject>
#include <QThread>
#include <memory>
#include <stdexcept>

#include <eddy/core/base/error.h>

namespace eddy::inline v0 {

Lifetime qt_lifetime(QObject* object) {
  if (object == nullptr) throw std::invalid_argument("qt_lifetime: the QObject is null");
  if (object->thread() != QThread::currentThread()) {
    throw WrongThread(
        "qt_lifetime: the QObject belongs to another thread (QObject::thread). It must live in "
        "that "
        "of the Loop, and this be called there");
  }
  // The connection's: where that goes without a signal, the life has ended too.
  const auto source = std::make_shared<LifetimeSource>();
  Lifetime lifetime = source->lifetime();
  QObject::connect(object, &QObject::destroyed, [source] { source->end(); });
  return lifetime;
}

}  // namespace eddy::inline v0
