// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a WebSocket's function returns a Task<void>
#include <eddy/web/app/application.h>
#include <eddy/web/websocket/websocket_route.h>

using namespace eddy::web;

void add(Application& app) {
  app.websocket("/", [](WebSocket& socket) { socket.close(); });
}
