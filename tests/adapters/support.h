// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>

#include <eddy/core/core.h>

namespace eddy_test {

using namespace std::chrono_literals;

/// Descriptors of this process that are open now.
inline std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(
      std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

/// What a host that runs a nested loop must go on serving: counts a post that posts itself again
/// and a timer that sets itself again, until it is destroyed.
class Pulse {
 public:
  explicit Pulse(eddy::Loop& loop) : loop_(loop) {
    post();
    set_timer();
  }
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;
  ~Pulse() { stop(); }

  [[nodiscard]] bool beaten(int times) const { return posts_ >= times && timers_ >= times; }
  void stop() { *alive_ = false; }
  void start_again() { posts_ = timers_ = 0; }

 private:
  void post() {
    loop_.post([this, alive = alive_] {
      if (!*alive) return;
      ++posts_;
      post();
    });
  }
  void set_timer() {
    loop_.call_later(1ms, [this, alive = alive_] {
      if (!*alive) return;
      ++timers_;
      set_timer();
    });
  }

  eddy::Loop& loop_;
  int posts_ = 0;
  int timers_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eddy_test
