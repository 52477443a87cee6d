// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <chrono>
#include <type_traits>

namespace eddy::inline v0 {

/// The clock of timers and deadlines. Monotonic: setting the machine's wall clock moves no timer.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

/// A deadline that never comes.
inline constexpr TimePoint kNever = TimePoint::max();

namespace internal {

/// `now + after`, for any duration of any unit: what would overflow is kNever, what lies in the
/// past is `now`.
template <class Rep, class Period>
TimePoint deadline_after(TimePoint now, std::chrono::duration<Rep, Period> after) {
  if (!(after > std::chrono::duration<Rep, Period>::zero())) return now;
  if constexpr (std::is_same_v<std::chrono::duration<Rep, Period>, Duration>) {
    return after < kNever - now ? now + after : kNever;
  }
  // Compared in floating point first, because the integer conversion itself may overflow. Rounded
  // up, because a timer never fires early.
  using Seconds = std::chrono::duration<double>;
  if (std::chrono::duration_cast<Seconds>(after) >=
      std::chrono::duration_cast<Seconds>(kNever - now)) {
    return kNever;
  }
  return now + std::chrono::ceil<Duration>(after);
}

}  // namespace internal
}  // namespace eddy::inline v0
