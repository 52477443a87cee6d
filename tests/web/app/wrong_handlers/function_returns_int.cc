// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a route's function returns text, bytes, JSON, a Response, nothing, or a Task of one
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

void add(Application& app) {
  app.get("/", [] { return 1; });
}
