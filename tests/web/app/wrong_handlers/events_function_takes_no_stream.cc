// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: an event stream's function takes EventStream& before all else
#include <eddy/web/app/application.h>
#include <eddy/web/live/event_stream_route.h>

using namespace eddy::web;

void add(Application& app) {
  app.events("/", []() -> eddy::Task<void> { co_return; });
}
