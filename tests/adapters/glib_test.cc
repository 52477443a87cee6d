// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/glib/glib.h>

#include <glib.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <tests/adapters/support.h>

namespace {

using eddy::GlibLoop;
using eddy::GlibOptions;
using eddy_test::open_descriptors;
using eddy_test::Pulse;
using namespace std::chrono_literals;

struct MainLoop {
  explicit MainLoop(GMainContext* context = nullptr) : loop(g_main_loop_new(context, FALSE)) {}
  MainLoop(const MainLoop&) = delete;
  MainLoop& operator=(const MainLoop&) = delete;
  ~MainLoop() { g_main_loop_unref(loop); }
  GMainLoop* loop;
};

struct Context {
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { g_main_context_unref(context); }
  GMainContext* context = g_main_context_new();
};

TEST(GlibLoop, RunsInsideARunningMainLoop) {
  MainLoop main;
  GlibLoop loop;
  bool posted = false;
  loop.post([&] { posted = true; });
  loop.call_later(1ms, [&] { g_main_loop_quit(main.loop); });
  g_main_loop_run(main.loop);
  EXPECT_TRUE(posted);
}

TEST(GlibLoop, TakesTheThreadDefaultContext) {
  const Context own;
  g_main_context_push_thread_default(own.context);
  {
    GlibLoop loop;
    bool posted = false;
    loop.post([&] { posted = true; });
    EXPECT_FALSE(g_main_context_iteration(nullptr, FALSE));
    EXPECT_FALSE(posted);
    EXPECT_TRUE(g_main_context_iteration(own.context, FALSE));
    EXPECT_TRUE(posted);
  }
  g_main_context_pop_thread_default(own.context);
}

TEST(GlibLoop, IsNamedAndMayRecurseAndLeavesNoSource) {
  const Context own;
  std::optional<GlibLoop> loop(std::in_place, own.context, GlibOptions{.name = "my server"});
  GSource* source = nullptr;
  // GLib numbers the sources of a context from 1.
  for (guint id = 1; id < 10 && source == nullptr; ++id) {
    source = g_main_context_find_source_by_id(own.context, id);
  }
  ASSERT_NE(source, nullptr);
  EXPECT_STREQ(g_source_get_name(source), "my server");
  EXPECT_EQ(g_source_get_priority(source), GlibOptions::kBesideRedraw);
  EXPECT_TRUE(g_source_get_can_recurse(source));
  g_source_ref(source);
  loop.reset();
  EXPECT_TRUE(g_source_is_destroyed(source));
  g_source_unref(source);
}

/// How many of `rounds` iterations called a redraw source, beside a Loop that always has work.
int redraws_beside(int priority, int rounds) {
  const Context own;
  GlibLoop loop(own.context, {.priority = priority});
  Pulse pulse(loop);
  int redraws = 0;
  GSource* redraw = g_idle_source_new();
  g_source_set_priority(redraw, G_PRIORITY_HIGH_IDLE + 20);
  g_source_set_callback(
      redraw,
      [](gpointer count) -> gboolean {
        ++*static_cast<int*>(count);
        return G_SOURCE_CONTINUE;
      },
      &redraws, nullptr);
  g_source_attach(redraw, own.context);
  for (int i = 0; i < rounds; ++i) g_main_context_iteration(own.context, FALSE);
  g_source_destroy(redraw);
  g_source_unref(redraw);
  return redraws;
}

TEST(GlibLoop, PriorityDecidesAgainstRedraw) {
  EXPECT_EQ(redraws_beside(GlibOptions::kBesideRedraw, 200), 200);
  EXPECT_LE(redraws_beside(GlibOptions::kDaemon, 200), 1);
}

TEST(GlibLoop, BackgroundWaitsForEverythingElse) {
  const Context own;
  GlibLoop loop(own.context, {.priority = GlibOptions::kBackground});
  bool posted = false;
  loop.post([&] { posted = true; });
  GSource* busy = g_idle_source_new();
  g_source_set_priority(busy, G_PRIORITY_DEFAULT);
  g_source_set_callback(
      busy, [](gpointer) -> gboolean { return G_SOURCE_CONTINUE; }, nullptr, nullptr);
  g_source_attach(busy, own.context);
  for (int i = 0; i < 50; ++i) g_main_context_iteration(own.context, FALSE);
  EXPECT_FALSE(posted);
  g_source_destroy(busy);
  g_source_unref(busy);
  g_main_context_iteration(own.context, FALSE);
  EXPECT_TRUE(posted);
}

TEST(GlibLoop, NestedIterationsServePostsAndTimers) {
  GlibLoop loop;
  Pulse pulse(loop);
  bool nested_served = false;
  loop.post([&] {
    pulse.start_again();
    for (int i = 0; i < 10000 && !pulse.beaten(5); ++i) g_main_context_iteration(nullptr, TRUE);
    nested_served = pulse.beaten(5);
  });
  for (int i = 0; i < 100 && !nested_served; ++i) g_main_context_iteration(nullptr, TRUE);
  EXPECT_TRUE(nested_served);
}

TEST(GlibLoop, MayBeDestroyedByItsOwnCallbackAlsoWhenNested) {
  auto* loop = new GlibLoop;
  bool destroyed = false;
  loop->post([&] {
    loop->post([&] {
      delete loop;
      destroyed = true;
    });
    while (!destroyed) g_main_context_iteration(nullptr, TRUE);
  });
  while (!destroyed) g_main_context_iteration(nullptr, TRUE);
  EXPECT_FALSE(g_main_context_iteration(nullptr, FALSE));
}

TEST(GlibLoop, OutlivesAllOtherReferencesToItsContext) {
  GMainContext* context = g_main_context_new();
  GlibLoop loop(context);
  g_main_context_unref(context);
  bool called = false;
  loop.call_later(0ms, [&] {
    called = true;
    loop.stop();
  });
  EXPECT_FALSE(loop.run());
  EXPECT_TRUE(called);
}

TEST(GlibLoop, KnowsWhoOwnsTheContext) {
  const Context own;
  GlibLoop loop(own.context);
  std::atomic<bool> running = false;
  std::atomic<bool> stop = false;
  std::thread owner([&] {
    g_main_context_acquire(own.context);
    running = true;
    while (!stop) g_main_context_iteration(own.context, TRUE);
    g_main_context_release(own.context);
  });
  while (!running) std::this_thread::yield();
  EXPECT_THROW((void)loop.run(), eddy::WrongThread);
  loop.post([&] { stop = true; });
  owner.join();
  // Nobody owns it now, so this thread may go on.
  EXPECT_NO_THROW(loop.call_later(1ms, [] {}));
  EXPECT_FALSE(loop.run());
}

TEST(GlibLoop, RunsInAThreadOfItsOwn) {
  std::promise<eddy::Remote> ready;
  std::thread::id where;
  GMainLoop* quit = nullptr;
  std::thread thread([&] {
    const Context own;
    g_main_context_push_thread_default(own.context);
    {
      const MainLoop main(own.context);
      GlibLoop loop;
      quit = main.loop;
      ready.set_value(loop.remote());
      g_main_loop_run(main.loop);
    }
    g_main_context_pop_thread_default(own.context);
  });
  const std::thread::id id = thread.get_id();
  const eddy::Remote remote = ready.get_future().get();
  EXPECT_TRUE(remote.post([&] {
    where = std::this_thread::get_id();
    g_main_loop_quit(quit);
  }));
  thread.join();
  EXPECT_EQ(where, id);
  EXPECT_FALSE(remote.post([] {}));
}

TEST(GlibLoop, LogsThroughGlib) {
  struct Seen {
    std::string domain, message, category, peer, priority;
  } seen;
  g_log_set_writer_func(
      [](GLogLevelFlags level, const GLogField* fields, gsize count, gpointer data) {
        auto* out = static_cast<Seen*>(data);
        EXPECT_EQ(level, G_LOG_LEVEL_WARNING);
        for (gsize i = 0; i < count; ++i) {
          const std::string name = fields[i].key;
          const auto* value = static_cast<const char*>(fields[i].value);
          if (name == "GLIB_DOMAIN") out->domain = value;
          if (name == "MESSAGE") out->message = value;
          if (name == "EDDY_CATEGORY") out->category = value;
          if (name == "PRIORITY") out->priority = value;
        }
        return G_LOG_WRITER_HANDLED;
      },
      &seen, nullptr);
  {
    GlibLoop loop;
    loop.log(eddy::LogLevel::warning, "eddy.core", "the tide is out");
  }
  EXPECT_EQ(seen.domain, "Eddy");
  EXPECT_EQ(seen.message, "the tide is out");
  EXPECT_EQ(seen.category, "eddy.core");
  EXPECT_EQ(seen.priority, "4");
}

TEST(GlibLoop, AThousandStartsAndStopsLeaveNothing) {
  const Context own;
  { const GlibLoop first(own.context); }
  g_main_context_iteration(own.context, FALSE);
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    GlibLoop loop(own.context);
    loop.post([] {});
    g_main_context_iteration(own.context, FALSE);
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(g_main_context_pending(own.context));
}

}  // namespace
