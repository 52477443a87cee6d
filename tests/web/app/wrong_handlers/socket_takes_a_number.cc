// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a WebSocketHandler's on_message() takes a std::string_view
#include <eddy/web/app/application.h>
#include <eddy/web/websocket/websocket_handler.h>

using namespace eddy::web;

struct Chat : WebSocketHandler {
  void on_message(int /*number*/) {}
};

Application app({route<Chat>("/")});
