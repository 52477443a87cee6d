// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a handler's prepare() takes no parameters
#include <eddy/web/app/application.h>

struct Story : eddy::web::RequestHandler {
  void prepare(int id) { write(id); }
  void get(int /*id*/) {}
};

eddy::web::Application app({eddy::web::route<Story>(R"(/(\d+))")});
