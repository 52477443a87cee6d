// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: the handler's initialize() can't be called with what route() is given behind its options
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  void initialize(int& database) { (void)database; }
  void get() {}
};

Application app({route<Story>("/")});
