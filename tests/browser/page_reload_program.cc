// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// page_reload_program --port=0 PORT FILE SCRIPT: a page that loads anew when the program has begun
// anew, and that shows what SCRIPT says, which "builds" the program when FILE has changed; see
// page_reload_test.js.
#include <eddy/core/core.h>
#include <eddy/web/app/security_headers.h>
#include <eddy/web/app/settings.h>
#include <eddy/web/template/template_watch.h>
#include <eddy/web/web.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

struct Home : eddy::web::RequestHandler {
  void get() { finish("<!DOCTYPE html><html><body><h1>Shop</h1></body></html>"); }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  ::alarm(150);
  const char* const build[] = {"sh", argv[4]};
  const eddy::web::TemplateWatch watch(argv[3], build);

  eddy::NativeLoop loop;
  // The strictest policy for scripts lets this one run.
  eddy::web::Application app(
      {.security_headers = eddy::web::SecurityHeaders::strict(), .debug = true},
      {eddy::web::route<Home>("/")});
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  app.listen(loop, port);
  std::error_code error;
  const eddy::SignalWatch term = eddy::watch_signal(
      loop, SIGTERM, [&loop] { loop.stop(); }, error);
  if (error) return 1;
  std::printf("http://127.0.0.1:%d/\n", port);
  std::fflush(stdout);
  loop.run();
}
