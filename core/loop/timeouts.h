// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <eddy/core/base/unique_function.h>
#include <eddy/core/loop/scheduler.h>

namespace eddy::inline v0 {

/// Names one call_later or call_at, for Loop::remove_timeout. A value: it keeps nothing alive, may
/// outlive what it names, and dropping it cancels nothing.
struct TimeoutHandle {
  std::uint32_t slot = 0;
  /// 0 is a handle that names nothing.
  std::uint32_t generation = 0;
};

namespace internal {

/// The callables of call_later and call_at, found by handle.
class Timeouts {
 public:
  explicit Timeouts(LoopCore& core) noexcept;
  Timeouts(const Timeouts&) = delete;
  Timeouts& operator=(const Timeouts&) = delete;
  ~Timeouts();

  /// Drops all, because the Loop is being destroyed: a callable may hold what keeps this alive.
  void clear() noexcept;

  TimeoutHandle add(TimePoint deadline, UniqueFunction<void()> callback);
  /// The callable is destroyed inside this call. Nothing for a handle that has fired.
  void remove(TimeoutHandle handle) noexcept;

 private:
  class Entry;
  struct Slot {
    std::unique_ptr<Entry> entry;
    std::uint32_t generation = 1;
  };

  std::unique_ptr<Entry> take(std::uint32_t slot) noexcept;

  LoopCore& core_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
};

}  // namespace internal
}  // namespace eddy::inline v0
