// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a further method of a handler must return void or eddy::Task<void>
#include <eddy/web/app/application.h>
#include <eddy/web/app/further_method.h>

using eddy::web::Application;
using eddy::web::further_method;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  int brew() { return 1; }
  static constexpr auto further_methods = further_method<"BREW">(&Story::brew);
};

Application app({route<Story>("/")});
