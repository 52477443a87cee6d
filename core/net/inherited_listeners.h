// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <system_error>
#include <vector>

#include <eddy/core/base/export.h>

namespace eddy::inline v0 {

/// A descriptor that the service manager has opened for this process.
struct InheritedListener {
  int fd = -1;
  /// FileDescriptorName= of the socket unit; by default the unit's name. Empty if none was passed.
  std::string name;
};

struct InheritedOptions {
  /// Removes LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES from the environment, so that a later call,
  /// of a library too, finds none. Not thread-safe, as setting the environment never is.
  bool unset_environment = false;
};

/// What systemd, or whoever speaks its protocol (sd_listen_fds(3)), has passed to this process:
/// empty when nothing was, or it was meant for another process. Each is made close-on-exec and is
/// the caller's, for TcpServer::adopt for example; they may be of any kind, and adopt() checks it.
///
/// Thread: any, while no other changes the environment. Throws std::system_error when what was
/// passed can't be understood, as "inherited listeners: LISTEN_FDS=x: Invalid argument".
[[nodiscard]] EDDY_API std::vector<InheritedListener> inherited_listeners(
    const InheritedOptions& options = {});
[[nodiscard]] EDDY_API std::vector<InheritedListener> inherited_listeners(
    std::error_code& error, const InheritedOptions& options = {});

}  // namespace eddy::inline v0
