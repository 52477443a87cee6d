// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: further_methods names a method twice
#include <eddy/web/app/application.h>
#include <eddy/web/app/further_method.h>

#include <tuple>

using eddy::web::Application;
using eddy::web::further_method;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  void got() {}
  static constexpr auto further_methods =
      std::tuple(further_method<"PROPFIND">(&Story::got), further_method<"PROPFIND">(&Story::got));
};

Application app({route<Story>("/")});
