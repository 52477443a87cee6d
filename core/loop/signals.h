// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <system_error>

#include <eddy/core/base/export.h>
#include <eddy/core/base/unique_function.h>

namespace eddy::inline v0 {

class Loop;

/// Calls back for one signal until it is destroyed or reset. Thread: the Loop's. May outlive it.
class EDDY_API SignalWatch {
 public:
  SignalWatch() noexcept;
  SignalWatch(SignalWatch&& other) noexcept;
  SignalWatch& operator=(SignalWatch&& other) noexcept;
  ~SignalWatch();

  void reset() noexcept;
  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend EDDY_API SignalWatch watch_signal(Loop& loop, int signal, UniqueFunction<void()> callback,
                                           std::error_code& error);
  class State;
  explicit SignalWatch(std::shared_ptr<State> state) noexcept;

  std::shared_ptr<State> state_;
};

/// Calls `callback` on the Loop's thread, in a later turn, when the process receives `signal`;
/// several that arrive before that are one call. Eddy touches no signal unless this is called.
///
///     auto term = eddy::watch_signal(loop, SIGTERM, [&] { server.stop(); });
///
/// The first watch of a signal installs a handler (SA_RESTART, so that other code's system calls
/// are not interrupted), and the end of the last one restores what was there before, unless
/// somebody else has replaced it meanwhile. Any number of loops and threads may watch one signal,
/// up to 64 watches in all. A forked child reports its signals once it has run the Loop, or its
/// parent has left; before that they are ignored.
///
/// Throws std::system_error for a signal that can't be caught, std::invalid_argument for a loop
/// whose poller is not the system's. Source: IOLoop.add_callback_from_signal.
[[nodiscard]] EDDY_API SignalWatch watch_signal(Loop& loop, int signal,
                                                UniqueFunction<void()> callback);
/// As above; what the operating system refuses is in `error`, and the watch is empty.
[[nodiscard]] EDDY_API SignalWatch watch_signal(Loop& loop, int signal,
                                                UniqueFunction<void()> callback,
                                                std::error_code& error);

}  // namespace eddy::inline v0
