// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a handler class can't be final
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story final : RequestHandler {
  void get() {}
};

Application app({route<Story>("/")});
