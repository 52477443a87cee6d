// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <glib.h>

#include <eddy/glib/glib.h>
#include <tests/bench/bench_host.h>

namespace bench {
namespace {

/// A GMainLoop on the default context. The timer has the default priority; the server has its own.
class GlibProgram final : public BenchHost {
 public:
  GlibProgram() : main_loop_(g_main_loop_new(nullptr, FALSE)) {}
  ~GlibProgram() override { g_main_loop_unref(main_loop_); }

  eddy::Loop& loop() override { return loop_; }
  void run() override { g_main_loop_run(main_loop_); }
  void quit() override { g_main_loop_quit(main_loop_); }
  void start_timer(std::chrono::milliseconds delay) override {
    const auto call = [](gpointer self) -> gboolean {
      static_cast<GlibProgram*>(self)->fire();
      return G_SOURCE_REMOVE;
    };
    g_timeout_add(static_cast<guint>(delay.count()), call, this);
  }

 private:
  GMainLoop* main_loop_;
  eddy::GlibLoop loop_;
};

}  // namespace

std::unique_ptr<BenchHost> make_host(int& /*argc*/, char** /*argv*/) {
  return std::make_unique<GlibProgram>();
}

}  // namespace bench
