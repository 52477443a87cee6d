// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: route() is given arguments, but the handler has no initialize()
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  void get() {}
};

Application app({route<Story>("/", {}, 1)});
