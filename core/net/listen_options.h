// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <vector>

namespace eddy::inline v0 {

class StreamLayer;

/// How to listen on one address.
struct ListenOptions {
  /// Connections that the system may hold before they are accepted; 0: the usual 1024. An adopted
  /// socket has its own.
  int backlog = 0;
  /// What each connection is wrapped in, the first nearest to the network.
  std::vector<std::shared_ptr<StreamLayer>> layers = {};
  /// An IPv6 address takes IPv4 clients too: "::" is then every address of the machine. They are
  /// shown by their IPv4 addresses. Without it IPv6 is by itself, so that both can have one port.
  bool dual = false;
  /// Several sockets, of other processes of the same user too, may listen on one address; the
  /// system spreads connections over them (SO_REUSEPORT). All of them must ask for it.
  bool reuse_port = false;
  /// Permissions of a Unix socket's file, whatever the process masks: who may write to it may
  /// connect. Nothing is said of the folder's.
  unsigned mode = 0600;
  /// Leaves a Unix socket's file where it is when the server stops, for a successor that has taken
  /// the address over already, or for whoever watches the file.
  bool keep_file = false;
};

}  // namespace eddy::inline v0
