// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a handler's initialize() returns nothing; prepare() may wait
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  eddy::Task<void> initialize() { co_return; }
  void get() {}
};

Application app({route<Story>("/")});
