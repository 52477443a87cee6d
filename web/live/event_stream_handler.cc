// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/event_stream_handler.h>

#include <stdexcept>

namespace eddy::inline v0::web::internal {

void throw_no_stream() {
  throw std::logic_error("an EventStreamHandler can't send anything before open()");
}

}  // namespace eddy::inline v0::web::internal
