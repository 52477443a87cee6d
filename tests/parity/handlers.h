// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/web/web.h>

/// The handlers of server.cc, which those of the same names in the *_handlers.py are like.
namespace eddy_tests {

/// What it writes is text, but for error pages.
struct PlainHandler : eddy::web::RequestHandler {
  void prepare() { set_header("Content-Type", "text/plain; charset=UTF-8"); }
};

/// What is told of requests: methods, arguments, paths, cookies.
void add_request_handlers(eddy::web::Application& app);
/// What makes responses: status, header fields, content, redirects.
void add_response_handlers(eddy::web::Application& app);
/// How a request ends early: errors, Finish, prepare().
void add_ending_handlers(eddy::web::Application& app);
/// Text and pages: escapes, templates, reversed URLs.
void add_text_handlers(eddy::web::Application& app);

}  // namespace eddy_tests
