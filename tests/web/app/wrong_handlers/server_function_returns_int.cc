// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a server's handler returns text, a Response, nothing, or a Task of one
#include <eddy/web/web.h>

void serve(eddy::Loop& loop) {
  eddy::web::HttpServer server(loop, [] { return 7; });
}
