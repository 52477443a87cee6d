// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a request is taken by const Request&
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

void add(Application& app) {
  app.get("/", [](Request) { return "x"; });
}
