// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <string_view>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>

namespace eddy::inline v0 {

class Loop;

/// Begins the program anew when it has been built anew: for who develops it.
///
///     Autoreload reload(loop);
///     reload.watch("shop.conf");
///
/// When the program's own file has changed, or one of those that it was told of, and that is over,
/// the process becomes the new program (execve): the same process id, arguments, environment and
/// folder. What the program has open goes unless it is to be inherited (FD_CLOEXEC); Eddy's
/// connections and sockets do, so that the new program listens at the same address. Nothing is
/// destroyed, and no thread is waited for: what must be tidied up is add_reload_hook()'s.
///
/// While the new program can't be started, since it is still being linked, the old one goes on.
/// Where the file was replaced before this was made, the program begins anew at once.
///
/// Not begun anew are forked children, which a program would have once more: a daemon makes this
/// after it has forked. A program that was handed its sockets, as by systemd, does not get them
/// again.
///
/// Thread: the Loop's. May outlive the Loop, and keeps nothing running. Source: tornado.autoreload.
class EDDY_API Autoreload {
 public:
  /// Throws std::system_error where the program's file can't be watched.
  explicit Autoreload(Loop& loop);
  Autoreload(const Autoreload&) = delete;
  Autoreload& operator=(const Autoreload&) = delete;
  ~Autoreload();

  /// A file whose change begins the program anew, too; see FileWatcher::watch().
  void watch(std::string_view path);
  /// Called before the program is begun anew, in the order in which they were added; once more
  /// where that did not succeed. What one throws is logged, and the others are called.
  void add_reload_hook(UniqueFunction<void()> hook);

  /// From now on no change begins this process anew, such as while it builds the program itself,
  /// until release() has been called as often. What has changed meanwhile does so then, within a
  /// quarter of a second.
  /// Thread: any.
  static void hold() noexcept;
  static void release() noexcept;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace eddy::inline v0
