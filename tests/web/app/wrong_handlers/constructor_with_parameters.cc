// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a handler class needs a constructor without parameters
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  explicit Story(int id) : id(id) {}
  void get() {}
  int id;
};

Application app({route<Story>("/")});
