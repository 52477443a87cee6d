// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0 {

/// A Loop inside the event loop of a Qt thread, under each of Qt's event dispatchers.
///
/// Thread: the one that builds it: the main thread once QCoreApplication (QApplication, ...) is
/// there, before or while exec() runs, or a QThread, in its run(). It does not move.
/// Lifetime: QCoreApplication, or the QThread, may end first; what is left of the Loop then can
/// only be destroyed, in the same thread or when that thread has ended.
/// Logging: a QLoggingCategory for each part ("eddy.core", "eddy.web", ...), so that
/// QT_LOGGING_RULES applies, from warnings up; LoopOptions::log_level lets more of them through,
/// and LoopOptions::log takes their place.
/// Nesting: a QEventLoop or a modal dialog inside a handler goes on serving, but for one that
/// excludes socket notifiers; it serves nothing until it ends, and loses nothing.
class EDDY_API QtLoop : public Loop {
 public:
  /// Throws std::logic_error in a thread without an event dispatcher, as before QCoreApplication.
  explicit QtLoop(LoopOptions options = {});
};

}  // namespace eddy::inline v0
