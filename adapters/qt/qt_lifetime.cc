// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/qt/qt_lifetime.h>

#include <QObject>
#include <QThread>
#include <QVariant>
#include <memory>
#include <stdexcept>

#include <eddy/core/base/error.h>

namespace eddy::inline v0 {

namespace {

constexpr const char* kProperty = "eddy_lifetime";

/// What an object keeps of the one connection that tells of its end.
struct Watch {
  Lifetime lifetime;
  QMetaObject::Connection connection;
};

}  // namespace

Lifetime qt_lifetime(QObject* object) {
  if (object == nullptr) throw std::invalid_argument("qt_lifetime: the QObject is null");
  if (object->thread() != QThread::currentThread()) {
    throw WrongThread(
        "qt_lifetime: the QObject belongs to another thread (QObject::thread). It must live in "
        "that "
        "of the Loop, and this be called there");
  }
  const auto known = object->property(kProperty).value<Watch>();
  if (known.connection) return known.lifetime;
  // The connection's: where that goes without a signal, the life has ended too.
  const auto source = std::make_shared<LifetimeSource>();
  const Watch made{source->lifetime(),
                   QObject::connect(object, &QObject::destroyed, [source] { source->end(); })};
  object->setProperty(kProperty, QVariant::fromValue(made));
  return made.lifetime;
}

}  // namespace eddy::inline v0
