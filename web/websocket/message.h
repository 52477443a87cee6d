// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>

namespace eddy::inline v0::web {

/// A message of a WebSocket, to keep.
struct WebSocketMessage {
  /// Text is valid UTF-8.
  std::string data;
  bool binary = false;
};

}  // namespace eddy::inline v0::web
