// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Routes and tasks that belong to a QObject.
#include <eddy/qt/qt.h>

#include <gtest/gtest.h>
#include <QCoreApplication>
#include <QEventLoop>
#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <tests/adapters/owned_route.h>

namespace {

using eddy::QtLoop;
using eddy::Task;
using eddy_test::is_unavailable;
using eddy_test::OwnedRouteClient;
using eddy_test::wait_long;

void pump() { QCoreApplication::processEvents(); }

class QtLifetime : public testing::Test {
 protected:
  void listen() { port_ = app_->listen(loop_, "127.0.0.1", 0).port(); }
  auto connect() { return OwnedRouteClient(port_, &pump); }

  int argc_ = 1;
  char name_[5] = "test";
  char* argv_[2] = {name_, nullptr};
  QCoreApplication qt_{argc_, argv_};
  QtLoop loop_;
  std::optional<eddy::web::Application> app_{std::in_place};
  std::unique_ptr<QObject> owner_ = std::make_unique<QObject>();
  std::uint16_t port_ = 0;
  int frames_ = 0;
};

TEST_F(QtLifetime, EndsWithItsObject) {
  const eddy::Lifetime lifetime = eddy::qt_lifetime(owner_.get());
  owner_->blockSignals(true);
  EXPECT_TRUE(lifetime.alive());
  owner_.reset();
  EXPECT_FALSE(lifetime.alive());
}

TEST_F(QtLifetime, EndsWhereAllIsDisconnected) {
  const eddy::Lifetime lifetime = eddy::qt_lifetime(owner_.get());
  owner_->disconnect();
  EXPECT_FALSE(lifetime.alive()) << "better than never";
}

TEST_F(QtLifetime, BeginsAgainWhereAllWasDisconnected) {
  std::optional<eddy::Lifetime> second;
  const eddy::Lifetime first = eddy::qt_lifetime(owner_.get());
  // Within a signal, where what is disconnected goes only behind it.
  QObject::connect(owner_.get(), &QObject::objectNameChanged, [&] {
    owner_->disconnect();
    second = eddy::qt_lifetime(owner_.get());
  });
  owner_->setObjectName("name");
  EXPECT_FALSE(first.alive());
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->alive());
  owner_.reset();
  EXPECT_FALSE(second->alive());
}

TEST_F(QtLifetime, HasOneConnectionForItsObject) {
  struct Counted : QObject {
    using QObject::receivers;
  } owner;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(eddy::qt_lifetime(&owner).alive());
  EXPECT_EQ(owner.receivers(SIGNAL(destroyed(QObject*))), 1);
}

TEST_F(QtLifetime, MayOutliveItsObjectAndGoBeforeIt) {
  {
    const eddy::Lifetime first = eddy::qt_lifetime(owner_.get());
    EXPECT_TRUE(first.alive());
  }
  const eddy::Lifetime second = eddy::qt_lifetime(owner_.get());
  EXPECT_TRUE(second.alive());
  owner_.reset();
}

TEST_F(QtLifetime, RefusesWhatItCannotWatch) {
  EXPECT_THROW((void)eddy::qt_lifetime(nullptr), std::invalid_argument);
  std::thread([this] {
    EXPECT_THROW((void)eddy::qt_lifetime(owner_.get()), eddy::WrongThread);
  }).join();
}

TEST_F(QtLifetime, ARouteEndsWithItsObject) {
  app_->get("/", owner_.get(), [] { return "here"; });
  listen();
  auto client = connect();
  EXPECT_TRUE(client.get("/").ends_with("here"));
  owner_.reset();
  EXPECT_TRUE(is_unavailable(client.get("/")));
}

TEST_F(QtLifetime, AWaitingHandlerIsGoneBeforeTheObjectIs) {
  // Any class derived of QObject does as well.
  auto timer = std::make_unique<QTimer>();
  int frames_at_the_end = -1;
  app_->get("/", timer.get(), [this] { return wait_long(frames_); });
  listen();
  auto client = connect();
  client.send("/");
  ASSERT_TRUE(client.run_until([this] { return frames_ == 1; }));
  // Children are destroyed by the destructor of QObject itself.
  auto* const child = new QObject(timer.get());
  QObject::connect(child, &QObject::destroyed, [&] { frames_at_the_end = frames_; });
  timer.reset();
  EXPECT_EQ(frames_at_the_end, 0);
  EXPECT_TRUE(is_unavailable(client.receive()));
}

TEST_F(QtLifetime, TheServerMayGoBeforeTheObject) {
  app_->get("/", owner_.get(), [this] { return wait_long(frames_); });
  listen();
  auto client = connect();
  client.send("/");
  ASSERT_TRUE(client.run_until([this] { return frames_ == 1; }));
  app_.reset();
  EXPECT_EQ(frames_, 0);
  owner_.reset();
  pump();
}

TEST_F(QtLifetime, TheObjectMayDieInsideItsOwnRoute) {
  bool later = false;
  app_->get("/now", owner_.get(), [this] {
    owner_.reset();
    return "the last one";
  });
  listen();
  auto client = connect();
  EXPECT_TRUE(client.get("/now").ends_with("the last one"));
  EXPECT_TRUE(is_unavailable(client.get("/now")));

  owner_ = std::make_unique<QObject>();
  app_->get("/task", owner_.get(), [&]() -> Task<std::string> {
    owner_.reset();
    co_await eddy::yield();
    later = true;
    co_return "never";
  });
  EXPECT_TRUE(is_unavailable(client.get("/task")));
  EXPECT_FALSE(later);
}

TEST_F(QtLifetime, TheObjectMayDieInASlot) {
  app_->get("/", owner_.get(), [this] { return wait_long(frames_); });
  listen();
  auto client = connect();
  client.send("/");
  ASSERT_TRUE(client.run_until([this] { return frames_ == 1; }));
  QTimer::singleShot(0, owner_.get(), [this] {
    owner_.reset();  // within a slot of its own
    EXPECT_EQ(frames_, 0);
  });
  EXPECT_TRUE(is_unavailable(client.receive()));
}

TEST_F(QtLifetime, TheObjectMayDieInANestedEventLoopOfItsOwnHandler) {
  std::string steps;
  app_->get("/", owner_.get(), [&]() -> Task<std::string> {
    co_await eddy::yield();
    QEventLoop dialog;
    QTimer::singleShot(0, [&] {
      owner_.reset();
      dialog.quit();
    });
    dialog.exec();
    steps += "on";
    co_await eddy::yield();
    steps += "never";
    co_return "never";
  });
  listen();
  auto client = connect();
  EXPECT_TRUE(is_unavailable(client.get("/")));
  EXPECT_EQ(steps, "on");
}

TEST_F(QtLifetime, ATaskEndsWithItsObject) {
  loop_.spawn([](QObject* owner, int& frames) -> Task<void> {
    co_await while_alive(owner, wait_long(frames));
  }(owner_.get(), frames_));
  while (frames_ == 0) pump();
  owner_.reset();
  EXPECT_EQ(frames_, 0);
}

}  // namespace
