// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <eddy/core/loop/loop.h>

namespace bench {

/// The program that a benchmark's server lives in: a host's own event loop, run by the host's own
/// means, and the Eddy loop inside it. Each host_*.cc implements it, and one is linked.
class BenchHost {
 public:
  BenchHost() = default;
  BenchHost(const BenchHost&) = delete;
  BenchHost& operator=(const BenchHost&) = delete;
  virtual ~BenchHost() = default;

  virtual eddy::Loop& loop() = 0;
  /// Runs the host's loop until quit().
  virtual void run() = 0;
  virtual void quit() = 0;
  /// Calls `fire` once, `delay` from now, by a timer of the host's and not of Eddy's. Each call
  /// replaces the timer of the one before.
  virtual void start_timer(std::chrono::milliseconds delay) = 0;

  std::function<void()> fire;
};

std::unique_ptr<BenchHost> make_host(int& argc, char** argv);

}  // namespace bench
