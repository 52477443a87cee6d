// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>

namespace eddy::inline v0::web {

/// How a WebSocket compresses its messages (permessage-deflate), where the peer can do it too.
/// Source: RFC 7692; tornado.websocket.WebSocketHandler.get_compression_options.
struct DeflateOptions {
  /// zlib's: 1, fast, to 9, small.
  int level = 6;
  /// zlib's: 1 to 9, how much memory a compressor has.
  int mem_level = 8;
  /// 9 to 15: at most so large a window of 2^n bytes is used, in either direction.
  int max_window_bits = 15;
  /// Whether a message may refer to those before it. It makes series of small, similar messages
  /// much smaller, and costs each connection a compressor and a decompressor of its own: some 300
  /// KiB with the defaults. Otherwise all of a thread's connections share them.
  bool context_takeover = false;
  /// Messages of fewer bytes are sent as they are.
  std::size_t threshold = 64;
};

}  // namespace eddy::inline v0::web
