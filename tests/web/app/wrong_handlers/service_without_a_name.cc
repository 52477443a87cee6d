// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: app<T>() of a type that WithServices<...> does not name
#include <eddy/web/app/application.h>

using eddy::web::Application;
using eddy::web::route;

struct Database {};
struct Config {};
struct Story : eddy::web::WithServices<Config> {
  void get() { (void)app<Database>(); }
};

Application app({route<Story>("/")});
