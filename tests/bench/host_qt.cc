// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <QCoreApplication>
#include <QTimer>

#include <eddy/qt/qt.h>
#include <tests/bench/bench_host.h>

namespace bench {
namespace {

/// QT_NO_GLIB=1 in the environment chooses Qt's own dispatcher instead of the one on GLib.
class QtProgram final : public BenchHost {
 public:
  QtProgram(int& argc, char** argv) : application_(argc, argv) {
    timer_.setTimerType(Qt::PreciseTimer);
    timer_.setSingleShot(true);
    QObject::connect(&timer_, &QTimer::timeout, [this] { fire(); });
  }

  eddy::Loop& loop() override { return loop_; }
  void run() override { QCoreApplication::exec(); }
  void quit() override { QCoreApplication::quit(); }
  void start_timer(std::chrono::milliseconds delay) override { timer_.start(delay); }

 private:
  QCoreApplication application_;
  QTimer timer_;
  eddy::QtLoop loop_;
};

}  // namespace

std::unique_ptr<BenchHost> make_host(int& argc, char** argv) {
  return std::make_unique<QtProgram>(argc, argv);
}

}  // namespace bench
