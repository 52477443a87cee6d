// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#ifdef EDDY_ASIO_STANDALONE
#  include <asio/any_io_executor.hpp>
#  include <asio/io_context.hpp>
#else
#  include <boost/asio/any_io_executor.hpp>
#  include <boost/asio/io_context.hpp>
#endif

#include <eddy/core/base/export.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0 {

#ifdef EDDY_ASIO_STANDALONE
inline namespace standalone_asio {
namespace asio_library = ::asio;
#else
inline namespace boost_asio {
namespace asio_library = ::boost::asio;
#endif

/// A Loop inside an Asio execution context that any number of threads run, held to one strand.
///
/// Thread: inside the strand, or any one thread while none runs the context. Building and
/// destroying it is legal there too, and nowhere else.
/// Lifetime: the context may be destroyed first; what is left of the Loop then can only be
/// destroyed.
/// Keeping alive: io_context::run returns when nothing else is outstanding and this Loop has no
/// listener, connection, task, guard, or post that has not run. A timer alone is served while the
/// context runs and does not hold it. On an executor that is not an io_context's (a thread_pool)
/// the Loop is outstanding work until it is destroyed.
/// Nesting: io_context::run_one inside a handler goes on serving where one thread runs the context.
/// Where several do, a handler that blocks holds the strand, and all is served when it returns.
/// run() and run_until() restart a stopped io_context; they end with Errc::stopped when somebody
/// stops it, and with Errc::not_pumpable on other executors, or as soon as another thread turns out
/// to run it too.
/// Logging: standard error, from warnings up, unless LoopOptions::log is given: Asio has none.
/// Fork: a child that goes on with the context calls notify_fork, as Asio asks.
class EDDY_API AsioLoop : public Loop {
 public:
  /// Runs in a strand of its own.
  explicit AsioLoop(asio_library::io_context& context, LoopOptions options = {});
  /// Runs in `executor` if it is a strand (of an io_context's executor or any_io_executor), so that
  /// the program's own handlers can share it; else in a strand of its own on it.
  explicit AsioLoop(const asio_library::any_io_executor& executor, LoopOptions options = {});
};

}  // inline namespace
}  // namespace eddy::inline v0
