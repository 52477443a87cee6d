// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: an argument is no view, as nothing keeps its text; take std::string
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Story : RequestHandler {
  void get() { write(get_argument<std::string_view>("q")); }
};

Application app({route<Story>("/")});
