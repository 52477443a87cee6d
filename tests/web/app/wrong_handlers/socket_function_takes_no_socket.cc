// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: a WebSocket's function takes WebSocket& before all else
#include <eddy/web/app/application.h>
#include <eddy/web/websocket/websocket_route.h>

using namespace eddy::web;

void add(Application& app) {
  app.websocket("/", []() -> eddy::Task<void> { co_return; });
}
