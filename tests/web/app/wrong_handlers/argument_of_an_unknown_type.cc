// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: an argument has a type that no text becomes; specialise eddy::web::PathValue for it
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Shade {};

struct Story : RequestHandler {
  void get() { get_argument<Shade>("q"); }
};

Application app({route<Story>("/")});
