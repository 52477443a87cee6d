// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/web.h>

int main() {
  eddy::NativeLoop loop;
  eddy::web::Application app;
  app.get("/", [] { return "Hello, world"; });
  app.listen(loop, 8888);

  loop.run();
}
