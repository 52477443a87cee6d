// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// expect: an EventStreamHandler has open()
#include <eddy/web/app/application.h>
#include <eddy/web/live/event_stream_handler.h>

using namespace eddy::web;

struct News : EventStreamHandler {
  void get() {}
};

Application app({route<News>("/")});
