// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Qt: both of its event dispatchers, in the main thread and in a QThread.
#include <eddy/conformance/host_fixture.h>
#include <eddy/qt/qt_loop.h>

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>
#include <QObject>
#include <QThread>
#include <QTimer>
#include <atomic>
#include <functional>
#include <optional>
#include <semaphore>
#include <string>
#include <utility>

// Qt's own hooks for tools that count objects; the header that declares them is a private one.
extern quintptr Q_DECL_IMPORT qtHookData[];  // NOLINT(readability-identifier-naming): Qt's

namespace {

using eddy::Duration;
using eddy::Loop;
using eddy::conformance::Difference;
using eddy::conformance::HostFixture;
using eddy::conformance::RunEnd;

std::atomic<long> objects{0};

void count_objects() {
  constexpr int kAddQObject = 3;
  constexpr int kRemoveQObject = 4;
  void (*const added)(QObject*) = [](QObject*) { ++objects; };
  void (*const removed)(QObject*) = [](QObject*) { --objects; };
  qtHookData[kAddQObject] = reinterpret_cast<quintptr>(added);
  qtHookData[kRemoveQObject] = reinterpret_cast<quintptr>(removed);
}

enum class Dispatcher { glib, unix };

class QtFixture : public HostFixture {
 public:
  explicit QtFixture(Dispatcher dispatcher) {
    count_objects();
    // Read whenever a thread gets its dispatcher.
    dispatcher == Dispatcher::unix ? qputenv("QT_NO_GLIB", "1") : qunsetenv("QT_NO_GLIB");
  }

  void set_up_host() override { make_application(); }
  void destroy_host() override { application_.reset(); }

  std::unique_ptr<Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<eddy::QtLoop>(std::move(options));
  }

  RunEnd run(Duration limit) override {
    QEventLoop loop;
    Frame frame{&loop};
    Frame* const outer = std::exchange(frame_, &frame);
    QTimer timer;
    timer.setSingleShot(true);
    timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&timer, &QTimer::timeout, &loop, [&loop] { loop.quit(); });
    timer.start(std::chrono::ceil<std::chrono::milliseconds>(limit));
    loop.exec();
    frame_ = outer;
    return frame.end;
  }

  void quit() noexcept override {
    if (frame_ == nullptr) return;
    frame_->end = RunEnd::quit;
    frame_->loop->quit();
  }

  void call_after(Duration delay, std::function<void()> callback) override {
    QTimer::singleShot(std::chrono::ceil<std::chrono::milliseconds>(delay), Qt::PreciseTimer,
                       QAbstractEventDispatcher::instance(), std::move(callback));
  }
  [[nodiscard]] Duration timer_granularity() const override { return std::chrono::milliseconds(1); }

  /// Notifiers and timers are objects. Who takes the program's messages is told when it is
  /// replaced.
  eddy::conformance::Holdings holdings() override {
    const QtMessageHandler handler = qInstallMessageHandler(nullptr);
    qInstallMessageHandler(handler);
    return {{"objects", objects}, {"message handler", reinterpret_cast<long>(handler)}};
  }

  [[nodiscard]] std::string declared(Difference difference) const override {
    if (difference == Difference::keeping_alive) return "exec() runs until it is told to quit";
    return {};
  }

 protected:
  void make_application() {
    static char name[] = "conformance";
    static char* arguments[] = {name, nullptr};
    static int count = 1;
    application_.emplace(count, arguments);
  }
  void end_application() { application_.reset(); }

 private:
  struct Frame {
    QEventLoop* loop;
    RunEnd end = RunEnd::limit;
  };

  std::optional<QCoreApplication> application_;
  Frame* frame_ = nullptr;
};

/// The test's thread is a QThread; QCoreApplication waits on the main thread.
class QtThreadFixture final : public QtFixture {
 public:
  using QtFixture::QtFixture;

  void enter(const std::function<void()>& body) override {
    class Thread final : public QThread {
     public:
      explicit Thread(const std::function<void()>& body) : body_(body) {}
      void run() override {
        body_();
        over_.release();
      }
      /// ThreadSanitizer can't see that wait() comes after run(): Qt is built without it.
      void join() {
        over_.acquire();
        wait();
      }

     private:
      const std::function<void()>& body_;
      std::binary_semaphore over_{0};
    };
    make_application();
    Thread thread(body);
    thread.start();
    thread.join();
    end_application();
  }
  void set_up_host() override {}
  void destroy_host() override {}

  [[nodiscard]] std::string declared(Difference difference) const override {
    if (difference == Difference::host_death) {
      return "a QThread's dispatcher ends when its run() has returned; nothing here can follow it";
    }
    return QtFixture::declared(difference);
  }
};

EDDY_CONFORMANCE_HOST(QtGlib, QtFixture, Dispatcher::glib);
EDDY_CONFORMANCE_HOST(QtUnix, QtFixture, Dispatcher::unix);
EDDY_CONFORMANCE_HOST(QtGlibThread, QtThreadFixture, Dispatcher::glib);
EDDY_CONFORMANCE_HOST(QtUnixThread, QtThreadFixture, Dispatcher::unix);

}  // namespace
