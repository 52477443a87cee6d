// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: the handler's member 'get' can't be used: it is not a member function that can be called
// on any object of the class
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  static void get() {}
};

Application app({route<Story>("/")});
