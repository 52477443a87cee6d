// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0 {

/// Inside a host that can't watch a descriptor, but lets other threads post callbacks to it: a game
/// engine, a toolkit with nothing but "call this on the main thread". A helper thread sleeps until
/// the Loop has something to do and posts one turn to the host. Where the host can watch a
/// descriptor, EmbeddedLoop needs no thread and half the switches.
///
/// Thread: that which runs what was posted; before the first turn, and after release_thread(), any
/// one thread. The helper thread runs nothing of the program's but `post`, and takes no signals.
/// Nesting: a nested host loop inside a handler goes on serving.
/// Fork: a child that goes on with the Loop calls dispatch() once, which starts a helper of its
/// own. What `post` locks must be free at fork(), as pthread_atfork is there for: a lock that the
/// helper holds then is never given back in the child. Source:
/// tornado.platform.asyncio.AddThreadSelectorEventLoop.
class EDDY_API ThreadLoop : public Loop {
 public:
  /// Has the host call `turn` once, on its thread. Called on the helper thread, with at most one
  /// turn waiting at a time. It must neither call `turn` itself nor wait for the host's thread. To
  /// drop `turn` uncalled says that the host has ended: the Loop gets no more turns. The host may
  /// also keep it for ever, or call it when the Loop has gone.
  using Post = UniqueFunction<void(UniqueFunction<void()> turn)>;

  /// `run_once` is as for EmbeddedLoop. Throws std::system_error when no thread can be started.
  explicit ThreadLoop(Post post, LoopOptions options = {},
                      UniqueFunction<std::error_code(bool wait)> run_once = nullptr);
};

}  // namespace eddy::inline v0
