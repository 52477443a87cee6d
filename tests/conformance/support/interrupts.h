// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <csignal>
#include <ctime>

namespace eddy::inline v0::conformance {

/// While it exists, an interval timer sends the calling thread a signal every 3 ms, whose handler
/// does nothing and has no SA_RESTART: system calls end with EINTR, as under a profiler. Each
/// thread that runs the host has its own.
class Interrupts {
 public:
  explicit Interrupts(bool on);
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

 private:
  bool on_;
  timer_t timer_{};
};

/// Whether there are any, for a host that starts threads in its run function.
bool interrupts_wanted();
/// How many the calling thread has had.
long interrupts_of_this_thread();

}  // namespace eddy::inline v0::conformance
