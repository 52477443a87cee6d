// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>

// As glib.h declares it, which this header does not need.
typedef struct _GMainContext GMainContext;  // NOLINT(modernize-use-using)

namespace eddy::inline v0 {

struct GlibOptions {
  /// Between user interface and server: even with GTK's redraw (G_PRIORITY_HIGH_IDLE + 20).
  static constexpr int kBesideRedraw = 120;
  /// For programs that do nothing but serve: G_PRIORITY_DEFAULT. Starves redraw under load.
  static constexpr int kDaemon = 0;
  /// For programs whose server may wait: G_PRIORITY_DEFAULT_IDLE.
  static constexpr int kBackground = 200;

  /// GLib's priorities are strict: while this Loop has work, sources with higher numbers wait.
  int priority = kBesideRedraw;
  /// What g_source_get_name, debuggers and sysprof call the Loop's source. Not copied.
  const char* name = "eddy";
};

/// A Loop inside a GLib main context: GMainLoop, GApplication, GTK.
///
/// Thread: that which owns (iterates) the context; while none does, any one thread.
/// Ownership: holds a reference to the context, so it may outlive all others.
/// Keeping alive: a GMainLoop runs until it is quit, whatever this Loop serves.
/// Fork: a child may go on with the context; one that only exits leaves the parent's alone.
/// Logging: g_log_structured, domain "Eddy", unless LoopOptions::log is given.
/// Nesting: g_main_context_iteration inside a handler goes on serving; the source may recurse.
class EDDY_API GlibLoop : public Loop {
 public:
  /// `context` null: the thread-default context of this thread, as GIO takes it.
  explicit GlibLoop(GMainContext* context = nullptr, GlibOptions glib = {},
                    LoopOptions options = {});
};

}  // namespace eddy::inline v0
