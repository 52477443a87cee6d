// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a route's function is a function or a lambda with one call operator that is no template
// (write out the types of its parameters)
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

void add(Application& app) {
  app.get("/{x}", [](auto x) { return x; });
}
