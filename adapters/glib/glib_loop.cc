// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/glib/glib_loop.h>

#include <glib-unix.h>

#include <memory>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/glib/glib_log.h>

namespace eddy::inline v0 {

namespace {

class GlibHost final : public Host {
 public:
  GlibHost(GMainContext* context, const GlibOptions& options)
      : context_(context != nullptr ? g_main_context_ref(context)
                                    : g_main_context_ref_thread_default()),
        options_(options) {}
  ~GlibHost() override { g_main_context_unref(context_); }

  void attach(Dispatcher dispatcher) override {
    const int fd = dispatcher.fd();
    // GLib holds the callback's data while it runs, so a turn may destroy the source.
    auto data = std::make_unique<Dispatcher>(std::move(dispatcher));
    source_ = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_callback(source_, G_SOURCE_FUNC(on_readable), data.release(),
                          [](gpointer data) { delete static_cast<Dispatcher*>(data); });
    g_source_set_priority(source_, options_.priority);
    g_source_set_static_name(source_, options_.name);
    // Without it a nested main loop would stop the whole server.
    g_source_set_can_recurse(source_, TRUE);
    g_source_attach(source_, context_);
  }

  void detach() noexcept override {
    g_source_destroy(source_);
    g_source_unref(source_);
  }

  [[nodiscard]] Access access() const noexcept override {
    if (g_main_context_is_owner(context_)) return Access::inside;
    if (!g_main_context_acquire(context_)) return Access::elsewhere;
    g_main_context_release(context_);
    return Access::free;
  }

  std::error_code run_once(bool wait) override {
    // GLib would wait until the other thread lets go of the context.
    if (access() == Access::elsewhere) return Errc::not_pumpable;
    GMainContext* const context = g_main_context_ref(context_);  // a turn may destroy this Host
    g_main_context_iteration(context, wait ? TRUE : FALSE);
    g_main_context_unref(context);
    return {};
  }

  void keep_alive(bool /*on*/) noexcept override {}
  void wake() noexcept override {}

 private:
  static gboolean on_readable(gint /*fd*/, GIOCondition /*condition*/, gpointer data) noexcept {
    const Dispatcher dispatcher = *static_cast<Dispatcher*>(data);
    dispatcher.dispatch();
    return G_SOURCE_CONTINUE;
  }

  GMainContext* context_;
  GlibOptions options_;
  GSource* source_ = nullptr;
};

LoopOptions with_log(LoopOptions options) {
  if (!options.log) {
    options.log = internal::log_to_glib;
    if (!options.log_level) options.log_level = LogLevel::warning;
  }
  return options;
}

}  // namespace

GlibLoop::GlibLoop(GMainContext* context, GlibOptions glib, LoopOptions options)
    : Loop(std::make_unique<GlibHost>(context, glib), with_log(std::move(options))) {}

}  // namespace eddy::inline v0
