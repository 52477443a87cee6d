// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a further method of a handler is a member function of it
#include <eddy/web/app/application.h>
#include <eddy/web/app/further_method.h>

struct Folder : eddy::web::RequestHandler {
  int propfind = 0;
  static constexpr auto further_methods = eddy::web::further_method<"PROPFIND">(&Folder::propfind);
};

eddy::web::Application app({eddy::web::route<Folder>("/")});
