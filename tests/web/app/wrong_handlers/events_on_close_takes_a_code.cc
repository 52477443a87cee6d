// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: an EventStreamHandler's on_close() takes nothing
#include <eddy/web/app/application.h>
#include <eddy/web/live/event_stream_handler.h>

using namespace eddy::web;

struct News : EventStreamHandler {
  void open() {}
  void on_close(int /*code*/) {}
};

Application app({route<News>("/")});
