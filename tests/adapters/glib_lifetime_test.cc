// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Routes and tasks that belong to a GObject.
#include <eddy/glib/glib.h>

#include <glib-object.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>

#include <tests/adapters/owned_route.h>
#include <tests/allocation_counter.h>

namespace {

using eddy::GlibLoop;
using eddy::Task;
using eddy_test::is_unavailable;
using eddy_test::OwnedRouteClient;
using eddy_test::wait_long;
using eddy_tests::allocations;

void pump() { g_main_context_iteration(nullptr, FALSE); }

// Open to the callbacks of GLib's.
struct GlibLifetime : testing::Test {
  ~GlibLifetime() override { kill_owner(); }

  void kill_owner() { g_clear_object(&owner_); }
  void make_owner() { owner_ = G_OBJECT(g_object_new(G_TYPE_OBJECT, nullptr)); }
  void listen() { port_ = app_->listen(loop_, "127.0.0.1", 0).port(); }
  auto connect() { return OwnedRouteClient(port_, &pump); }

  GlibLoop loop_;
  std::optional<eddy::web::Application> app_{std::in_place};
  GObject* owner_ = G_OBJECT(g_object_new(G_TYPE_OBJECT, nullptr));
  std::uint16_t port_ = 0;
  int frames_ = 0;
};

TEST_F(GlibLifetime, EndsWithTheLastReference) {
  const eddy::Lifetime lifetime = eddy::glib_lifetime(owner_);
  g_object_ref(owner_);
  g_object_unref(owner_);
  EXPECT_TRUE(lifetime.alive());
  kill_owner();
  EXPECT_FALSE(lifetime.alive());
}

TEST_F(GlibLifetime, EndsWhereTheObjectIsDisposedOf) {
  const eddy::Lifetime lifetime = eddy::glib_lifetime(owner_);
  g_object_run_dispose(owner_);
  EXPECT_FALSE(lifetime.alive());
}

TEST_F(GlibLifetime, MayGoBeforeItsObject) {
  { const eddy::Lifetime first = eddy::glib_lifetime(owner_); }
  EXPECT_TRUE(eddy::glib_lifetime(owner_).alive());
  kill_owner();
}

TEST_F(GlibLifetime, HasOneSourceForItsObject) {
  const eddy::Lifetime lifetime = eddy::glib_lifetime(owner_);
  const std::size_t before = allocations;
  for (int i = 0; i < 1000; ++i) (void)eddy::glib_lifetime(owner_);
  EXPECT_EQ(allocations, before);
  kill_owner();
  EXPECT_FALSE(lifetime.alive());
}

TEST_F(GlibLifetime, BeginsAgainWhereAnObjectLivesOnThatWasDisposedOf) {
  g_object_ref(owner_);
  const eddy::Lifetime first = eddy::glib_lifetime(owner_);
  g_object_run_dispose(owner_);
  const eddy::Lifetime second = eddy::glib_lifetime(owner_);
  EXPECT_FALSE(first.alive());
  EXPECT_TRUE(second.alive());
  g_object_unref(owner_);
  kill_owner();
  EXPECT_FALSE(second.alive());
}

TEST_F(GlibLifetime, RefusesWhatIsNoObject) {
  EXPECT_THROW((void)eddy::glib_lifetime(nullptr), std::invalid_argument);
}

TEST_F(GlibLifetime, ARouteEndsWithItsObject) {
  app_->get("/", owner_, [] { return "here"; });
  listen();
  auto client = connect();
  EXPECT_TRUE(client.get("/").ends_with("here"));
  kill_owner();
  EXPECT_TRUE(is_unavailable(client.get("/")));
}

TEST_F(GlibLifetime, AWaitingHandlerIsGoneBeforeTheObjectIs) {
  app_->get("/", owner_, [this] { return wait_long(frames_); });
  listen();
  auto client = connect();
  client.send("/");
  ASSERT_TRUE(client.run_until([this] { return frames_ == 1; }));
  int frames_at_the_end = -1;
  struct Seen {
    int& frames;
    int& at_the_end;
  } seen{frames_, frames_at_the_end};
  // Data of an object is destroyed when it is finalized.
  g_object_set_data_full(owner_, "seen", &seen, [](gpointer data) {
    static_cast<Seen*>(data)->at_the_end = static_cast<Seen*>(data)->frames;
  });
  kill_owner();
  EXPECT_EQ(frames_at_the_end, 0);
  EXPECT_TRUE(is_unavailable(client.receive()));
}

TEST_F(GlibLifetime, TheServerMayGoBeforeTheObject) {
  app_->get("/", owner_, [this] { return wait_long(frames_); });
  listen();
  auto client = connect();
  client.send("/");
  ASSERT_TRUE(client.run_until([this] { return frames_ == 1; }));
  app_.reset();
  EXPECT_EQ(frames_, 0);
  kill_owner();
  pump();
}

TEST_F(GlibLifetime, TheObjectMayDieInsideItsOwnRoute) {
  bool later = false;
  app_->get("/now", owner_, [this] {
    kill_owner();
    return "the last one";
  });
  listen();
  auto client = connect();
  EXPECT_TRUE(client.get("/now").ends_with("the last one"));
  EXPECT_TRUE(is_unavailable(client.get("/now")));

  make_owner();
  app_->get("/task", owner_, [&]() -> Task<std::string> {
    kill_owner();
    co_await eddy::yield();
    later = true;
    co_return "never";
  });
  EXPECT_TRUE(is_unavailable(client.get("/task")));
  EXPECT_FALSE(later);
}

TEST_F(GlibLifetime, TheObjectMayDieInASourceOfTheHosts) {
  app_->get("/", owner_, [this] { return wait_long(frames_); });
  listen();
  auto client = connect();
  client.send("/");
  ASSERT_TRUE(client.run_until([this] { return frames_ == 1; }));
  g_idle_add_once(
      [](gpointer data) {
        auto& test = *static_cast<GlibLifetime*>(data);
        test.kill_owner();
        EXPECT_EQ(test.frames_, 0);
      },
      this);
  EXPECT_TRUE(is_unavailable(client.receive()));
}

TEST_F(GlibLifetime, ATaskEndsWithItsObject) {
  loop_.spawn([](GObject* owner, int& frames) -> Task<void> {
    co_await while_alive(owner, wait_long(frames));
  }(owner_, frames_));
  while (frames_ == 0) pump();
  kill_owner();
  EXPECT_EQ(frames_, 0);
}

}  // namespace
