// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: an event stream's function returns a Task<void>, nothing, a bool, or a
// std::optional<Task<void>>
#include <eddy/web/app/application.h>
#include <eddy/web/live/event_stream_route.h>

using namespace eddy::web;

void add(Application& app) {
  app.events("/", [](EventStream&) { return "text"; });
}
