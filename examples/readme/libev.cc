// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/libev/libev.h>
#include <eddy/web/web.h>
#include <ev.h>

int main() {
  struct ev_loop* ev = EV_DEFAULT;

  eddy::LibevLoop loop(ev);
  eddy::web::Application app;
  app.get("/", [] { return "Hello from libev"; });
  app.listen(loop, 8888);

  ev_run(ev, 0);
}
