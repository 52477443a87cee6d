// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a server's handler takes any of const Request&, RequestBody& and
#include <eddy/web/web.h>

void serve(eddy::Loop& loop) {
  eddy::web::HttpServer server(loop, [](int /*number*/) {});
}
