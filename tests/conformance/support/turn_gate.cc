// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/turn_gate.h>

#include <eddy/conformance/support/process_state.h>

#include <algorithm>

namespace eddy::inline v0::conformance {

long TurnGate::Times::count_since(TimePoint time) const {
  const std::size_t known = std::min(count_, kRemembered);
  long since = 0;
  for (std::size_t i = 1; i <= known; ++i) {
    if (times_[(count_ - i) % kRemembered] < time) break;
    ++since;
  }
  return since;
}

long TurnGate::tolerance_ns() noexcept { return instrumented() ? 20'000'000 : 200'000; }

void TurnGate::enter(std::function<bool()> done, std::function<void()> quit) {
  waiting_.push_back({std::move(done), std::move(quit)});
}

void TurnGate::leave() { waiting_.pop_back(); }

void TurnGate::turn_begins() noexcept {
  ++turns_;
  turn_begins_.add(Clock::now());
  const long now = thread_cpu_ns();
  frames_.push_back({now, now});
}

void TurnGate::step_ended(const char* label) noexcept {
  ++steps_;
  step_ends_.add(Clock::now());
  if (frames_.empty()) return;
  Frame& frame = frames_.back();
  const long now = thread_cpu_ns();
  const long took = now - frame.step_began_ns;
  frame.step_began_ns = now;
  ++frame.steps;
  if (took > frame.longest_ns) {
    frame.longest_ns = took;
    frame.longest_label = label;
  }
}

void TurnGate::turn_ended() noexcept {
  if (!frames_.empty()) {
    const Frame frame = frames_.back();
    frames_.pop_back();
    const long took = thread_cpu_ns() - frame.began_ns;
    const long excess = took - frame.longest_ns - static_cast<long>(slice_.count());
    if (excess > tolerance_ns()) ++overruns_;
    if (excess > worst_excess_ns_) {
      worst_excess_ns_ = excess;
      worst_ = "a turn of " + std::to_string(frame.steps) + " steps took " +
               std::to_string(took / 1000) + " us of CPU time; its longest step (" +
               frame.longest_label + ") " + std::to_string(frame.longest_ns / 1000) +
               " us, the slice " + std::to_string(slice_.count() / 1000) + " us";
    }
  }
  if (!waiting_.empty() && waiting_.back().done()) waiting_.back().quit();
}

}  // namespace eddy::inline v0::conformance
