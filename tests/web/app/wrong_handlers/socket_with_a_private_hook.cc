// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: the handler's member 'on_message' can't be used: it is private, protected, overloaded, a
// template or in two bases; make it one public function
#include <eddy/web/app/application.h>
#include <eddy/web/websocket/websocket_handler.h>

using namespace eddy::web;

class Chat : public WebSocketHandler {
  void on_message(std::string_view /*text*/) {}
};

Application app({route<Chat>("/")});
