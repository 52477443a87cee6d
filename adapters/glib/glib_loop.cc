// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/glib/glib_loop.h>

#include <glib-unix.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/core/base/error.h>

namespace eddy::inline v0 {

namespace {

constexpr char kLogDomain[] = "Eddy";

class GlibHost final : public Host {
 public:
  GlibHost(GMainContext* context, const GlibOptions& options)
      : context_(context != nullptr ? g_main_context_ref(context)
                                    : g_main_context_ref_thread_default()),
        options_(options) {}
  ~GlibHost() override { g_main_context_unref(context_); }

  void attach(Dispatcher dispatcher) override {
    source_ = g_unix_fd_source_new(dispatcher.fd(), G_IO_IN);
    // GLib holds the callback's data while it runs, so a turn may destroy the source.
    g_source_set_callback(source_, G_SOURCE_FUNC(on_readable),
                          new Dispatcher(std::move(dispatcher)),
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

/// A level with its syslog priority, as GLib maps them itself.
struct GlibLevel {
  GLogLevelFlags flag;
  const char* priority;
};

GlibLevel to_glib(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return {G_LOG_LEVEL_DEBUG, "7"};
    case LogLevel::info:
      return {G_LOG_LEVEL_INFO, "6"};
    case LogLevel::warning:
      return {G_LOG_LEVEL_WARNING, "4"};
    case LogLevel::error:
      break;
  }
  // GLib ends the program at G_LOG_LEVEL_ERROR.
  return {G_LOG_LEVEL_CRITICAL, "4"};
}

/// "peer" becomes EDDY_PEER, by the rules of the journal's field names.
std::string field_name(std::string_view name) {
  std::string result("EDDY_");
  for (const char c : name) result += g_ascii_isalnum(c) ? g_ascii_toupper(c) : '_';
  return result;
}

void log_to_glib(const LogRecord& record) {
  std::string message(record.message);
  std::vector<std::pair<std::string, std::string>> values;
  values.emplace_back("EDDY_CATEGORY", record.category);
  for (const LogField& field : record.fields) {
    values.emplace_back(field_name(field.name), field.value);
    message.append(" ").append(field.name).append("=").append(field.value);
  }
  const GlibLevel level = to_glib(record.level);
  std::vector<GLogField> fields = {{"MESSAGE", message.c_str(), -1},
                                   {"PRIORITY", level.priority, -1},
                                   {"GLIB_DOMAIN", kLogDomain, -1}};
  for (const auto& [name, value] : values) fields.push_back({name.c_str(), value.c_str(), -1});
  g_log_structured_array(level.flag, fields.data(), fields.size());
}

LoopOptions with_log(LoopOptions options) {
  if (!options.log) {
    options.log = log_to_glib;
    if (!options.log_level) options.log_level = LogLevel::warning;
  }
  return options;
}

}  // namespace

GlibLoop::GlibLoop(GMainContext* context, GlibOptions glib, LoopOptions options)
    : Loop(std::make_unique<GlibHost>(context, glib), with_log(std::move(options))) {}

}  // namespace eddy::inline v0
