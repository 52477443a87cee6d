// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/timeouts.h>

#include <utility>

namespace eddy::inline v0::internal {

class Timeouts::Entry final : public TimerNode {
 public:
  Entry(Timeouts& table, std::uint32_t slot, UniqueFunction<void()> callback)
      : table_(table), slot_(slot), callback_(std::move(callback)) {}

  void on_timer() override {
    // This frame owns the callable while it runs: it may cancel itself or destroy the Loop.
    const std::unique_ptr<Entry> self = table_.take(slot_);
    callback_();
  }

 private:
  Timeouts& table_;
  std::uint32_t slot_;
  UniqueFunction<void()> callback_;
};

Timeouts::Timeouts(LoopCore& core) noexcept : core_(core) {}

Timeouts::~Timeouts() { clear(); }

void Timeouts::clear() noexcept {
  // A destructor of a callable may come back to remove another: it finds empty slots.
  while (!slots_.empty()) {
    const std::unique_ptr<Entry> last = std::move(slots_.back().entry);
    slots_.pop_back();
  }
  free_slots_.clear();
}

TimeoutHandle Timeouts::add(TimePoint deadline, UniqueFunction<void()> callback) {
  if (free_slots_.empty()) {
    free_slots_.reserve(slots_.size() + 1);
    slots_.emplace_back();
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const std::uint32_t slot = free_slots_.back();
  auto entry = std::make_unique<Entry>(*this, slot, std::move(callback));
  add_timer(core_, *entry, deadline);
  free_slots_.pop_back();
  slots_[slot].entry = std::move(entry);
  return {slot, slots_[slot].generation};
}

void Timeouts::remove(TimeoutHandle handle) noexcept {
  if (handle.slot >= slots_.size() || slots_[handle.slot].generation != handle.generation) return;
  const std::unique_ptr<Entry> removed = take(handle.slot);
}

std::unique_ptr<Timeouts::Entry> Timeouts::take(std::uint32_t slot) noexcept {
  std::unique_ptr<Entry> entry = std::move(slots_[slot].entry);
  if (entry) {
    if (++slots_[slot].generation == 0) slots_[slot].generation = 1;
    free_slots_.push_back(slot);
  }
  return entry;
}

}  // namespace eddy::inline v0::internal
