// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: an argument of reverse_url() is text, a number, a std::optional of one, or of a type
// whose eddy::web::PathValue has to_text()
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Shade {};

struct Story : RequestHandler {
  void get() { write(reverse_url("story", Shade())); }
};

Application app({route<Story>("/")});
