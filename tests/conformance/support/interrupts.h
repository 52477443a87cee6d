// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <csignal>
#include <ctime>

namespace eddy::inline v0::conformance {

/// While it exists, an interval timer sends the calling thread a signal every 3 ms, whose handler
/// does nothing and has no SA_RESTART: system calls end with EINTR, as under a profiler.
class Interrupts {
 public:
  explicit Interrupts(bool on);
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

 private:
  bool on_;
  timer_t timer_{};
  struct sigaction before_ {};
};

/// How many of them there have been in this process.
long interrupts_so_far();

}  // namespace eddy::inline v0::conformance
