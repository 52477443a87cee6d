// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: the handler's member 'on_message' can't be used: it must return void or eddy::Task<void>
#include <eddy/web/app/application.h>
#include <eddy/web/websocket/websocket_handler.h>

using namespace eddy::web;

struct Chat : WebSocketHandler {
  bool on_message(std::string_view /*text*/) { return true; }
};

Application app({route<Chat>("/")});
