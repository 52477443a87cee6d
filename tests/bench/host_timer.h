// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>

#include <tests/bench/bench_host.h>
#include <tests/bench/bench_program.h>

namespace bench {

/// The host's own timer, set again whenever it is called.
class HostTimer {
 public:
  explicit HostTimer(BenchHost& host, std::chrono::milliseconds period = Lateness::kPeriod)
      : host_(host), lateness_(period) {
    host_.fire = [this] {
      lateness_.called();
      start();
    };
    start();
  }
  HostTimer(const HostTimer&) = delete;
  HostTimer& operator=(const HostTimer&) = delete;

  void print() { lateness_.print(); }

 private:
  void start() {
    lateness_.set();
    host_.start_timer(lateness_.period());
  }

  BenchHost& host_;
  Lateness lateness_;
};

}  // namespace bench
