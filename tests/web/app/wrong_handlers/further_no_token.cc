// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: the name of a further method is a token
#include <eddy/web/app/application.h>
#include <eddy/web/app/further_method.h>

using eddy::web::Application;
using eddy::web::further_method;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  void got() {}
  static constexpr auto further_methods = further_method<"GET IT">(&Story::got);
};

Application app({route<Story>("/")});
