// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a handler with `authenticated` derives from UserHandler
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Members : RequestHandler {
  static constexpr bool authenticated = true;
  void get() {}
};

Application app({route<Members>("/")});
