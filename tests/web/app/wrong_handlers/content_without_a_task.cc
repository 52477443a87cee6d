// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a function that takes RequestBody& or ResponseStream& returns a Task
#include <eddy/web/app/application.h>

void add(eddy::web::Application& app) {
  app.post("/", [](eddy::web::RequestBody& /*content*/) {});
}
