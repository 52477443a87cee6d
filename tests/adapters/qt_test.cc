// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/qt/qt.h>

#include <gtest/gtest.h>
#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>
#include <QLatin1String>
#include <QLoggingCategory>
#include <QSemaphore>
#include <QSocketNotifier>
#include <QThread>
#include <QTimer>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <tests/adapters/support.h>

namespace {

using eddy::QtLoop;
using eddy_test::open_descriptors;
using eddy_test::Pulse;
using namespace std::chrono_literals;

class QtLoopTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
#ifdef EDDY_TEST_QT_UNIX_DISPATCHER
    qputenv("QT_NO_GLIB", "1");
#endif
  }

  void SetUp() override {
    app_.emplace(argc_, argv_);
#ifdef EDDY_TEST_QT_UNIX_DISPATCHER
    const char* const wanted = "QEventDispatcherUNIX";
#else
    const char* const wanted = "QEventDispatcherGlib";
#endif
    ASSERT_TRUE(QAbstractEventDispatcher::instance()->inherits(wanted));
  }

  int argc_ = 1;
  char name_[5] = "test";
  char* argv_[2] = {name_, nullptr};
  std::optional<QCoreApplication> app_;
};

/// Runs `body` in a QThread of its own, as QThread::run.
template <class F>
void in_thread(F body) {
  const std::unique_ptr<QThread> thread(QThread::create(std::move(body)));
  thread->start();
  thread->wait();
}

TEST_F(QtLoopTest, WhatIsSetUpBeforeExecRunsInIt) {
  QtLoop loop;
  bool posted = false;
  loop.post([&] { posted = true; });
  loop.call_later(1ms, [] { QCoreApplication::quit(); });
  EXPECT_EQ(QCoreApplication::exec(), 0);
  EXPECT_TRUE(posted);
}

TEST_F(QtLoopTest, MayBeBuiltWhileExecRuns) {
  std::optional<QtLoop> loop;
  QTimer::singleShot(0, [&] {
    loop.emplace();
    loop->call_later(1ms, [] { QCoreApplication::quit(); });
  });
  EXPECT_EQ(QCoreApplication::exec(), 0);
}

TEST_F(QtLoopTest, WithoutAnApplicationItSaysWhatToBuildFirst) {
  app_.reset();
  try {
    const QtLoop loop;
    FAIL() << "a loop that nothing will ever drive";
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find("build QCoreApplication"), std::string::npos);
  }
}

TEST_F(QtLoopTest, AThreadThatQtDidNotStartNeedsAnEventLoopFirst) {
  std::thread([] {
    EXPECT_THROW(QtLoop(), std::logic_error);
    const QEventLoop event_loop;
    QtLoop loop;
    bool called = false;
    loop.call_later(1ms, [&] { called = true; });
    EXPECT_FALSE(loop.run());
    EXPECT_TRUE(called);
  }).join();
}

TEST_F(QtLoopTest, RunsInAQThread) {
  QSemaphore ready;
  std::optional<eddy::Remote> remote;
  bool in_its_thread = false;
  const std::unique_ptr<QThread> thread(QThread::create([&] {
    QtLoop loop;
    QEventLoop event_loop;
    loop.call_later(1ms, [&] { ready.release(); });
    remote = loop.remote();
    event_loop.exec();
  }));
  thread->start();
  ready.acquire();
  EXPECT_TRUE(remote->post([&] {
    in_its_thread = QThread::currentThread() == thread.get();
    thread->quit();
  }));
  thread->wait();
  EXPECT_TRUE(in_its_thread);
  EXPECT_FALSE(remote->post([] {}));
}

TEST_F(QtLoopTest, BelongsToItsThread) {
  QtLoop loop;
  in_thread([&] { EXPECT_THROW((void)loop.run(), eddy::WrongThread); });
}

TEST_F(QtLoopTest, SurvivesTheApplication) {
  QtLoop loop;
  const eddy::Remote remote = loop.remote();
  loop.call_later(0ms, [] { FAIL(); });
  app_.reset();
  EXPECT_FALSE(remote.post([] {}));
  EXPECT_THROW(loop.call_later(0ms, [] {}), std::system_error);
}

TEST_F(QtLoopTest, SurvivesItsQThread) {
  std::optional<QtLoop> loop;
  std::optional<eddy::TcpServer> server;
  bool ran = false;
  in_thread([&] {
    loop.emplace();
    server.emplace(*loop, [](const std::unique_ptr<eddy::Stream>& /*stream*/) {});
    server->listen("127.0.0.1", 0);
    loop->call_later(0ms, [&] { ran = true; });
    loop->post([&] { ran = true; });
  });
  EXPECT_FALSE(loop->post([] {}));
  const auto expect_gone = [](auto call) {
    try {
      call();
      ADD_FAILURE() << "no error";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), eddy::Errc::host_gone);
    }
  };
  expect_gone([&] { loop->call_later(0ms, [] {}); });
  expect_gone([&] { (void)loop->watch(0, eddy::Io::read, [](eddy::Io /*events*/) {}); });
  expect_gone([&] { server->listen("127.0.0.1", 0); });
  expect_gone([&] { (void)loop->run(); });
  expect_gone([&] { loop->run_until([]() -> eddy::Task<void> { co_return; }()); });
  expect_gone([&] { loop->spawn([]() -> eddy::Task<void> { co_return; }()); });
  loop->dispatch();
  loop.reset();
  EXPECT_FALSE(ran);
}

TEST_F(QtLoopTest, MayBeDestroyedWhenItsQThreadFinishes) {
  std::unique_ptr<QtLoop> loop;
  const std::unique_ptr<QThread> thread(
      QThread::create([&] { loop = std::make_unique<QtLoop>(); }));
  QObject::connect(
      thread.get(), &QThread::finished, thread.get(), [&] { loop.reset(); }, Qt::DirectConnection);
  thread->start();
  thread->wait();
  EXPECT_EQ(loop, nullptr);
}

TEST_F(QtLoopTest, NestedEventLoopsServePostsAndTimers) {
  QtLoop loop;
  Pulse pulse(loop);
  bool nested_served = false;
  loop.post([&] {
    pulse.start_again();
    QEventLoop dialog;
    QTimer looking;
    QObject::connect(&looking, &QTimer::timeout, &dialog, [&] {
      if (!pulse.beaten(5)) return;
      nested_served = true;
      dialog.quit();
    });
    looking.start(1);
    dialog.exec();
    QCoreApplication::quit();
  });
  QTimer::singleShot(10s, [] { QCoreApplication::quit(); });
  QCoreApplication::exec();
  EXPECT_TRUE(nested_served);
}

TEST_F(QtLoopTest, ALoopThatExcludesNotifiersOnlyDelays) {
  QtLoop loop;
  bool posted = false;
  loop.post([&] { posted = true; });
  QCoreApplication::processEvents(QEventLoop::ExcludeSocketNotifiers);
#ifdef EDDY_TEST_QT_UNIX_DISPATCHER
  EXPECT_FALSE(posted);  // the GLib one does not know how to exclude them
#endif
  QCoreApplication::processEvents();
  EXPECT_TRUE(posted);
}

TEST_F(QtLoopTest, MayBeDestroyedByItsOwnCallbackAlsoWhenNested) {
  auto* loop = new QtLoop;
  int steps = 0;
  loop->post([&] {
    QEventLoop dialog;
    loop->post([&] {
      delete loop;
      ++steps;
      // Deferred deletions of this level happen while the outer signal is still being sent.
      QTimer::singleShot(1, [&] { dialog.quit(); });
    });
    dialog.exec();
    ++steps;
    QTimer::singleShot(0, [] { QCoreApplication::quit(); });
  });
  EXPECT_EQ(QCoreApplication::exec(), 0);
  EXPECT_EQ(steps, 2);
}

TEST_F(QtLoopTest, RunUntilPumpsAlsoInsideExec) {
  QtLoop loop;
  int called = 0;
  EXPECT_FALSE([&] {
    loop.call_later(1ms, [&] { ++called; });
    return loop.run();
  }());
  QTimer::singleShot(0, [&] {
    loop.call_later(1ms, [&] { ++called; });
    EXPECT_FALSE(loop.run());
    QCoreApplication::quit();
  });
  QCoreApplication::exec();
  EXPECT_EQ(called, 2);
}

TEST_F(QtLoopTest, WhatCallbacksThrowDoesNotReachQt) {
  QtLoop loop;
  std::string what;
  loop.set_exception_handler(
      [&](const std::exception_ptr& error, const char*) { what = eddy::describe(error); });
  loop.post([] { throw std::runtime_error("not for Qt"); });
  loop.call_later(1ms, [] { QCoreApplication::quit(); });
  QCoreApplication::exec();
  EXPECT_EQ(what, "not for Qt");
}

QString* messages = nullptr;

TEST_F(QtLoopTest, LogsThroughCategories) {
  QString seen;
  messages = &seen;
  const auto before = qInstallMessageHandler(
      [](QtMsgType type, const QMessageLogContext& context, const QString& text) {
        *messages += QString::number(type) + ' ' + context.category + ' ' + text + '\n';
      });
  {
    eddy::LoopOptions options;
    options.log_level = eddy::LogLevel::debug;
    QtLoop loop(std::move(options));
    loop.log(eddy::LogLevel::debug, "eddy.core", "not unless asked for");
    loop.log(eddy::LogLevel::info, "eddy.http", "100 % at low tide");
    loop.log(eddy::LogLevel::error, "eddy.core", "the tide is out");
  }
  qInstallMessageHandler(before);
  EXPECT_EQ(seen.toStdString(), "4 eddy.http 100 % at low tide\n2 eddy.core the tide is out\n");
}

TEST_F(QtLoopTest, TheProgramsFilterOfCategoriesMayLog) {
  static eddy::Loop* logging = nullptr;
  static int messages = 0;
  QtLoop loop;
  messages = 0;
  const QtMessageHandler handler_before = qInstallMessageHandler(
      [](QtMsgType, const QMessageLogContext&, const QString&) { ++messages; });
  // Qt holds a lock of its own here, so only categories that there are already may be used.
  loop.log(eddy::LogLevel::warning, "eddy.core", "makes the category");
  const QLoggingCategory::CategoryFilter filter_before =
      QLoggingCategory::installFilter([](QLoggingCategory* category) {
        if (logging == nullptr ||
            QLatin1String(category->categoryName()) != QLatin1String("eddy.new")) {
          return;
        }
        logging->log(eddy::LogLevel::warning, "eddy.core", "from the filter");
      });
  logging = &loop;
  loop.log(eddy::LogLevel::warning, "eddy.new", "asks the filter");
  logging = nullptr;
  QLoggingCategory::installFilter(filter_before);
  qInstallMessageHandler(handler_before);
  EXPECT_EQ(messages, 3);
}

TEST_F(QtLoopTest, AThousandStartsAndStopsLeaveNothing) {
  { const QtLoop first; }
  QCoreApplication::processEvents();
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    QtLoop loop;
    loop.post([] {});
    QCoreApplication::processEvents();
  }
  EXPECT_EQ(open_descriptors(), before);
  in_thread([] {
    for (int i = 0; i < 1000; ++i) QtLoop loop;
  });
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
