// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a WebSocketHandler has on_message(std::string_view), or
// on_binary(std::span<const std::byte>)
#include <eddy/web/app/application.h>
#include <eddy/web/websocket/websocket_handler.h>

using namespace eddy::web;

struct Chat : WebSocketHandler {
  void onMessage(std::string_view /*text*/) {}
};

Application app({route<Chat>("/")});
