// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: the handler's further_methods can't be used: it is private, protected or in two bases
#include <eddy/web/app/application.h>
#include <eddy/web/app/further_method.h>

using eddy::web::Application;
using eddy::web::further_method;
using eddy::web::RequestHandler;
using eddy::web::route;

class Story : public RequestHandler {
  void got() {}
  static constexpr auto further_methods = further_method<"PROPFIND">(&Story::got);
};

Application app({route<Story>("/")});
