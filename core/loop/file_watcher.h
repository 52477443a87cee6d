// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>
#include <eddy/core/base/unique_function.h>

namespace eddy::inline v0 {

class Loop;

/// Tells when files change: are written, replaced as editors and linkers do, made or removed.
///
///     FileWatcher watcher(loop, [&](const std::string& path) { settings.read(path); });
///     watcher.watch("/etc/shop.conf");
///     watcher.watch("/etc/shop.d/");     // whatever lies in that folder, but not below
///
/// A file is seen through its folder, so it need not be there yet, and the folder may go and come
/// again. Of a symbolic link the link is watched, not what it leads to. Whoever writes a file does
/// so in several steps: the callback comes once for each file, `quiet` after the last change of
/// any, and says nothing of what happened, which may have been undone.
///
/// Thread: the Loop's; destroyed by another one, it ends later. May be destroyed within its
/// callback, and outlive the Loop. In a forked child it watches on by itself. As a watched
/// descriptor it keeps the built-in run() going, but no host. Errors: what the callback throws
/// reaches the Loop's exception handler.
class EDDY_API FileWatcher {
 public:
  using Callback = UniqueFunction<void(const std::string& path)>;

  /// Without `keeps_running` it does not keep the built-in run() going either.
  FileWatcher(Loop& loop, Callback callback, Duration quiet = std::chrono::milliseconds(100),
              bool keeps_running = true);
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;
  ~FileWatcher();

  /// A file, by the path that the callback is given; a second time it does nothing. With a slash at
  /// its end it is a folder: the callback is given it with the name of what has changed in it, and
  /// without one where the folder itself has gone, or all of it may have changed. Throws
  /// std::system_error where a file's folder, or a folder, is not there or can't be watched,
  /// std::invalid_argument for an empty path.
  void watch(std::string_view path);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace eddy::inline v0
