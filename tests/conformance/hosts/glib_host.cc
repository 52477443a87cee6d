// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GLib: the default context on the main thread, and a context of its own that is another thread's
// default.
#include <eddy/conformance/host_fixture.h>
#include <eddy/glib/glib_loop.h>

#include <glib.h>

#include <thread>
#include <utility>

namespace {

using eddy::Duration;
using eddy::Loop;
using eddy::conformance::Difference;
using eddy::conformance::HostFixture;
using eddy::conformance::RunEnd;

guint to_ms(Duration time) {
  return static_cast<guint>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

class GlibFixture : public HostFixture {
 public:
  /// `priority` is that of the program's own timers.
  explicit GlibFixture(gint priority = G_PRIORITY_DEFAULT) : priority_(priority) {}

  void set_up_host() override { context_ = g_main_context_ref(g_main_context_default()); }
  void destroy_host() override { g_main_context_unref(std::exchange(context_, nullptr)); }

  std::unique_ptr<Loop> make_loop(eddy::LoopOptions options) override {
    return std::make_unique<eddy::GlibLoop>(nullptr, eddy::GlibOptions(), std::move(options));
  }

  RunEnd run(Duration limit) override {
    Frame frame{g_main_loop_new(context_, FALSE)};
    Frame* const outer = std::exchange(frame_, &frame);
    GSource* const timer = add_timer(
        limit,
        [](gpointer data) -> gboolean {
          g_main_loop_quit(static_cast<Frame*>(data)->loop);
          return G_SOURCE_CONTINUE;  // it is destroyed below
        },
        &frame, nullptr);
    g_main_loop_run(frame.loop);
    g_source_destroy(timer);
    g_source_unref(timer);
    g_main_loop_unref(frame.loop);
    frame_ = outer;
    return frame.end;
  }

  void quit() noexcept override {
    if (frame_ == nullptr) return;
    frame_->end = RunEnd::quit;
    g_main_loop_quit(frame_->loop);
  }

  void call_after(Duration delay, std::function<void()> callback) override {
    GSource* const timer = add_timer(
        delay,
        [](gpointer data) -> gboolean {
          const auto function = std::move(*static_cast<std::function<void()>*>(data));
          function();
          return G_SOURCE_REMOVE;
        },
        new std::function<void()>(std::move(callback)),
        [](gpointer data) { delete static_cast<std::function<void()>*>(data); });
    g_source_unref(timer);
  }
  [[nodiscard]] Duration timer_granularity() const override { return std::chrono::milliseconds(1); }

  /// GLib numbers the sources of a context and finds them by number; the descriptors of all it
  /// would poll it tells when it is asked to. Who takes the program's messages it tells when that
  /// is replaced.
  eddy::conformance::Holdings holdings() override {
    GSource* const last = g_idle_source_new();
    const guint end = g_source_attach(last, context_);
    g_source_destroy(last);
    g_source_unref(last);
    long sources = 0;
    for (guint id = 1; id < end; ++id) {
      if (g_main_context_find_source_by_id(context_, id) != nullptr) ++sources;
    }
    gint priority = 0;
    gint timeout = 0;
    g_main_context_acquire(context_);
    g_main_context_prepare(context_, &priority);
    const gint polled = g_main_context_query(context_, G_MAXINT, &timeout, nullptr, 0);
    g_main_context_release(context_);
    const GLogFunc handler = g_log_set_default_handler(g_log_default_handler, nullptr);
    g_log_set_default_handler(handler, nullptr);
    return {{"sources", sources},
            {"polled descriptors", polled},
            {"log handler", reinterpret_cast<long>(handler)}};
  }

  [[nodiscard]] std::string declared(Difference difference) const override {
    if (difference == Difference::keeping_alive) return "a GMainLoop runs until it is told to quit";
    if (difference == Difference::host_death) {
      return "a Loop holds a reference to its context, which therefore does not die first";
    }
    return {};
  }

 protected:
  void set_context(GMainContext* context) { context_ = context; }
  [[nodiscard]] GMainContext* context() const { return context_; }

 private:
  struct Frame {
    GMainLoop* loop;
    RunEnd end = RunEnd::limit;
  };

  GSource* add_timer(Duration delay, GSourceFunc callback, gpointer data, GDestroyNotify destroy) {
    GSource* const timer = g_timeout_source_new(to_ms(delay));
    g_source_set_priority(timer, priority_);
    g_source_set_callback(timer, callback, data, destroy);
    g_source_attach(timer, context_);
    return timer;
  }

  gint priority_;
  GMainContext* context_ = nullptr;
  Frame* frame_ = nullptr;
};

class GlibThreadDefaultFixture final : public GlibFixture {
 public:
  void enter(const std::function<void()>& body) override { std::thread(body).join(); }
  void set_up_host() override {
    set_context(g_main_context_new());
    g_main_context_push_thread_default(context());
  }
  void destroy_host() override {
    g_main_context_pop_thread_default(context());
    GlibFixture::destroy_host();
  }
};

EDDY_CONFORMANCE_HOST(Glib, GlibFixture);
// GTK redraws at this priority, which is the Loop's default too: neither starves the other.
EDDY_CONFORMANCE_HOST(GlibRedraw, GlibFixture, G_PRIORITY_HIGH_IDLE + 20);
EDDY_CONFORMANCE_HOST(GlibThreadDefault, GlibThreadDefaultFixture);

}  // namespace
