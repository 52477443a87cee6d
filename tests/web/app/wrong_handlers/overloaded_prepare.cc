// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: the handler's member 'prepare' can't be used: it is private, protected, overloaded, a
// template or in two bases; make it one public function
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  void prepare() {}
  void prepare(int id) { write(id); }
  void get() {}
};

Application app({route<Story>("/")});
