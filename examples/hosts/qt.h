// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <QCoreApplication>
#include <QSocketNotifier>

#include <eddy/qt/qt.h>
#include <examples/program.h>

namespace examples {

class HostLoop {
 public:
  static constexpr const char* kName = "the Qt loop";
  HostLoop(int& argc, char** argv)
      : app_(argc, argv), on_signal_(signals_fd_.fd(), QSocketNotifier::Read) {
    QObject::connect(&on_signal_, &QSocketNotifier::activated, &app_, &QCoreApplication::quit);
  }
  eddy::Loop& loop() { return loop_; }
  void run() { QCoreApplication::exec(); }
  void stop() { QCoreApplication::quit(); }

 private:
  TerminationSignals signals_fd_;
  QCoreApplication app_;
  QSocketNotifier on_signal_;
  eddy::QtLoop loop_;
};

}  // namespace examples
