// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a parameter has a type that no part of a path becomes; specialise eddy::web::PathValue
// for it
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::Request;
using eddy::web::RequestHandler;
using eddy::web::route;

struct Colour {};
struct Story : RequestHandler {
  void get(Colour) {}
};

Application app({route<Story>("/(.*)")});
