// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <algorithm>
#include <string_view>

#include <tests/bench/bench_program.h>

namespace bench {

/// What a WebSocket peer is asked for besides its port.
struct WebSocketPeerOptions : ProgramOptions {
  /// --deflate: it compresses, where the client offers it.
  bool deflate = false;
};

/// Takes --deflate out of the arguments and reads the others, as program_options().
inline WebSocketPeerOptions websocket_peer_options(int& argc, char** argv) {
  WebSocketPeerOptions options;
  char** const end = std::remove_if(
      argv + 1, argv + argc, [](std::string_view argument) { return argument == "--deflate"; });
  options.deflate = end != argv + argc;
  argc = static_cast<int>(end - argv);
  static_cast<ProgramOptions&>(options) = program_options(argc, argv);
  return options;
}

}  // namespace bench
