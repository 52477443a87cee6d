// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/websocket/websocket_handler.h>

#include <stdexcept>

namespace eddy::inline v0::web::internal {

void throw_not_open() {
  throw std::logic_error("a WebSocketHandler's socket is there from open() on");
}

}  // namespace eddy::inline v0::web::internal
