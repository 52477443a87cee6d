// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <glib-unix.h>
#include <glib.h>

#include <csignal>

#include <eddy/glib/glib.h>

namespace examples {

class HostLoop {
 public:
  static constexpr const char* kName = "the GLib loop";
  HostLoop(int& /*argc*/, char** /*argv*/) {
    g_unix_signal_add(SIGINT, &HostLoop::quit, main_loop_);
    g_unix_signal_add(SIGTERM, &HostLoop::quit, main_loop_);
  }
  HostLoop(const HostLoop&) = delete;
  HostLoop& operator=(const HostLoop&) = delete;
  ~HostLoop() { g_main_loop_unref(main_loop_); }
  eddy::Loop& loop() { return loop_; }
  void run() { g_main_loop_run(main_loop_); }
  void stop() { g_main_loop_quit(main_loop_); }

 private:
  static gboolean quit(gpointer main_loop) {
    g_main_loop_quit(static_cast<GMainLoop*>(main_loop));
    return G_SOURCE_CONTINUE;
  }

  GMainLoop* main_loop_ = g_main_loop_new(nullptr, FALSE);
  eddy::GlibLoop loop_;
};

}  // namespace examples
