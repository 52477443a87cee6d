// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/lifetime.h>

namespace eddy::inline v0 {

namespace internal {

/// What an owner and its tokens share.
class LifetimeState {
 public:
  LifetimeState() = default;
  explicit LifetimeState(std::weak_ptr<const void> watched)
      : watched_(std::move(watched)), tells_(false) {}

  [[nodiscard]] bool alive() const noexcept { return tells_ ? !ended_ : watched_.use_count() != 0; }
  [[nodiscard]] std::shared_ptr<const void> hold() const noexcept { return watched_.lock(); }

  bool listen(LifetimeListener& listener) noexcept {
    if (!alive()) return false;
    listeners_.push_back(listener);
    return true;
  }

  void end() noexcept {
    ended_ = true;
    // Whatever a listener does to the others, or to the owner, which comes here once more: the list
    // has those that are still to be told.
    while (LifetimeListener* const listener = listeners_.pop_front()) listener->on_lifetime_ended();
  }

 private:
  IntrusiveList<LifetimeListener> listeners_;
  std::weak_ptr<const void> watched_;
  bool tells_ = true;
  bool ended_ = false;
};

// By value: the owner, and with it the last other reference, may go while it tells.
void end_lifetime(std::shared_ptr<LifetimeState> state) noexcept { state->end(); }

}  // namespace internal

bool Lifetime::alive() const noexcept { return state_ == nullptr || state_->alive(); }

bool Lifetime::listen(LifetimeListener& listener) const noexcept {
  return state_ == nullptr || state_->listen(listener);
}

std::shared_ptr<const void> Lifetime::hold() const noexcept {
  return state_ != nullptr ? state_->hold() : nullptr;
}

Lifetime Lifetime::watched(std::weak_ptr<const void> owner) {
  return Lifetime(std::make_shared<internal::LifetimeState>(std::move(owner)));
}

LifetimeSource::LifetimeSource() : state_(std::make_shared<internal::LifetimeState>()) {}

}  // namespace eddy::inline v0
