// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/glib/glib.h>
#include <eddy/web/web.h>
#include <glib.h>

int main() {
  GMainLoop* main_loop = g_main_loop_new(nullptr, FALSE);

  eddy::GlibLoop loop;
  eddy::web::Application app;
  app.get("/", [] { return "Hello from GLib"; });
  app.listen(loop, 8888);

  g_main_loop_run(main_loop);
}
