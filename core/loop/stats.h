// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>

#include <eddy/core/base/export.h>
#include <eddy/core/base/time.h>

namespace eddy::inline v0 {

/// How much a turn may do before it returns to the host. The unit is the step: one handler call,
/// one task resumption, one posted or timed callback. Both bounds are asked after each step, so a
/// turn lasts at most the slice and its longest step, and always runs one step.
struct Budget {
  /// Wall time. Zero: one step a turn.
  Duration slice = std::chrono::milliseconds(1);
  /// Steps; 0 means no bound but the slice.
  std::size_t max_steps = 0;
};

/// What a Loop has done since it was made. Each figure costs an addition where it is counted.
struct LoopStats {
  std::uint64_t turns = 0;
  std::uint64_t steps = 0;
  /// Descriptor events that a turn's budget left to a later turn.
  std::uint64_t carried = 0;
  /// Posted callbacks that have run.
  std::uint64_t posts = 0;
  /// Timers that have fired, and those of them that fired more than 10 ms after their time.
  std::uint64_t timers = 0;
  std::uint64_t late_timers = 0;
  /// Descriptors that are watched now.
  std::size_t watches = 0;
  /// The longest step, what it was, and that it may have contained a nested host loop.
  Duration longest_step{};
  const char* longest_step_label = "";
};

/// Sees the beginning and end of every turn and step, for measurements and inspectors; see
/// Loop::set_turn_probe. Called on the Loop's thread; must not use the Loop.
class EDDY_API TurnProbe {
 public:
  virtual ~TurnProbe() = default;
  virtual void turn_begins() noexcept = 0;
  virtual void step_ended(const char* label) noexcept = 0;
  virtual void turn_ended() noexcept = 0;
};

}  // namespace eddy::inline v0
