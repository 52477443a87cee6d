// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace eddy::inline v0::conformance {

/// Many connections that do nothing, held by a process of their own, so that this one needs a
/// descriptor for its own ends only. They are closed with this object.
class HeldConnections {
 public:
  /// Each sends `request`, unless that is empty, and waits for the first bytes of a reply.
  HeldConnections(std::uint16_t port, int count, std::string_view request);
  HeldConnections(const HeldConnections&) = delete;
  HeldConnections& operator=(const HeldConnections&) = delete;
  ~HeldConnections();

  /// Waits until all are open and have their reply; false when that came to nothing. Blocks: for a
  /// client's thread.
  bool wait_until_open();

 private:
  pid_t process_ = -1;
  int to_process_ = -1;
  int from_process_ = -1;
};

/// For main(): what that process does, and its exit status. Empty: this one is not it.
std::optional<int> hold_connections(int argc, char** argv);

}  // namespace eddy::inline v0::conformance
