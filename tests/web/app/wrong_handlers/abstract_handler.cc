// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a handler class can't be abstract
#include <eddy/web/app/application.h>

struct Base : eddy::web::RequestHandler {
  virtual int count() = 0;
  void get() { write(count()); }
};

eddy::web::Application app({eddy::web::route<Base>("/")});
