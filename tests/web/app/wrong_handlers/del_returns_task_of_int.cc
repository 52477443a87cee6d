// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: the handler's member 'del' can't be used: it must return void or eddy::Task<void>
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  eddy::Task<int> del() { co_return 1; }
};

Application app({route<Story>("/")});
