// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a handler with stream_request_body has data_received(std::string_view)
#include <eddy/web/app/application.h>

struct Upload : eddy::web::RequestHandler {
  static constexpr bool stream_request_body = true;
  void post() {}
};

eddy::web::Application app({eddy::web::route<Upload>("/")});
