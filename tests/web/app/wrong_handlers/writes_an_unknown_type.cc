// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: write() takes text, bytes, numbers and what becomes JSON; give the type an append_to() or
// specialise eddy::web::JsonValue
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Shade {};

struct Story : RequestHandler {
  void get() { write(Shade()); }
};

Application app({route<Story>("/")});
