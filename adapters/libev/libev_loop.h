// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>

struct ev_loop;

namespace eddy::inline v0 {

struct LibevOptions {
  /// Of the one watcher, from EV_MINPRI (-2) to EV_MAXPRI (2). libev runs higher ones first, in
  /// each round.
  int priority = 0;
};

/// A Loop inside a libev loop.
///
/// Thread: that which runs the ev_loop; before and after its ev_run, any one thread.
/// Lifetime: the ev_loop may be destroyed first (ev_loop_destroy); what is left of the Loop then
/// can only be destroyed.
/// Keeping alive: ev_run returns unless this Loop has a listener, a connection, a task or a guard.
/// Nesting: ev_run inside a handler goes on serving. ev_break ends run() and run_until() too, with
/// Errc::stopped.
/// Logging: standard error, from warnings up, unless LoopOptions::log is given: libev has none.
/// Fork: a child that goes on with the ev_loop calls ev_loop_fork, as libev asks.
class EDDY_API LibevLoop : public Loop {
 public:
  /// `loop` is EV_DEFAULT, or what ev_loop_new gave.
  explicit LibevLoop(struct ev_loop* loop, LibevOptions libev = {}, LoopOptions options = {});
};

}  // namespace eddy::inline v0
