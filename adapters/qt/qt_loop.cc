// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/qt/qt_loop.h>

#include <QAbstractEventDispatcher>
#include <QSocketNotifier>
#include <QThread>
#include <memory>
#include <stdexcept>

#include <eddy/core/base/error.h>
#include <eddy/qt/qt_log.h>

namespace eddy::inline v0 {

namespace {

/// The notifier with its calls on the stack; they may outlive the Host.
struct Watch {
  /// A notifier is never deleted inside its own signal: the outermost call that is left does it.
  void end() noexcept {
    notifier->setEnabled(false);
    ended = true;
    if (depth == 0) delete notifier;
  }

  static void activated(std::shared_ptr<Watch> pin) noexcept {
    ++pin->depth;
    pin->dispatcher.dispatch();
    if (--pin->depth == 0 && pin->ended) pin->notifier->deleteLater();
  }

  static void host_gone(std::shared_ptr<Watch> pin) noexcept {
    if (pin->ended) return;
    pin->end();
    pin->dispatcher.host_gone();
  }

  Dispatcher dispatcher;
  QSocketNotifier* notifier = nullptr;
  int depth = 0;
  bool ended = false;
};

class QtHost final : public Host {
 public:
  void attach(Dispatcher dispatcher) override {
    // Without a dispatcher a notifier would be dead for ever, and Qt would only print a warning.
    auto* const qt = QAbstractEventDispatcher::instance();
    if (qt == nullptr) {
      throw std::logic_error(
          "QtLoop: this thread has no event dispatcher. In the main thread build QCoreApplication, "
          "QGuiApplication or QApplication first; in another one be inside QThread::run, or build "
          "a QEventLoop first");
    }
    watch_ = std::make_shared<Watch>();
    auto* const notifier = new QSocketNotifier(dispatcher.fd(), QSocketNotifier::Read);
    watch_->notifier = notifier;
    watch_->dispatcher = std::move(dispatcher);
    thread_ = QThread::currentThread();
    const auto watch = watch_;
    QObject::connect(notifier, &QSocketNotifier::activated, notifier,
                     [watch] { Watch::activated(watch); });
    const auto gone = [watch] { Watch::host_gone(watch); };
    QObject::connect(qt, &QObject::destroyed, notifier, gone, Qt::DirectConnection);
    QObject::connect(thread_, &QThread::finished, notifier, gone, Qt::DirectConnection);
  }

  void detach() noexcept override { watch_->end(); }

  [[nodiscard]] Access access() const noexcept override {
    return QThread::currentThread() == thread_ ? Access::inside : Access::elsewhere;
  }

  std::error_code run_once(bool wait) override {
    auto* const qt = QAbstractEventDispatcher::instance();
    if (qt == nullptr || access() != Access::inside) return Errc::not_pumpable;
    qt->processEvents(wait ? QEventLoop::WaitForMoreEvents : QEventLoop::AllEvents);
    return {};
  }

  void keep_alive(bool /*on*/) noexcept override {}
  void wake() noexcept override {}

 private:
  std::shared_ptr<Watch> watch_;
  QThread* thread_ = nullptr;
};

LoopOptions with_log(LoopOptions options) {
  if (!options.log) {
    options.log = internal::log_to_qt;
    if (!options.log_level) options.log_level = LogLevel::warning;
  }
  return options;
}

}  // namespace

QtLoop::QtLoop(LoopOptions options)
    : Loop(std::make_unique<QtHost>(), with_log(std::move(options))) {}

}  // namespace eddy::inline v0
