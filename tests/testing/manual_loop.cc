// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/manual_loop.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace eddy::inline v0::testing {

namespace {

constexpr std::size_t kStepsPerTurn = 1000;
/// More turns than this without coming to rest are taken for a spin.
constexpr std::size_t kMostTurns = 1'000'000;

class ManualHost final : public Host {
 public:
  explicit ManualHost(ManualPoller& poller) : poller_(poller) {}

  void attach(Dispatcher dispatcher) override { dispatcher_ = std::move(dispatcher); }
  void detach() noexcept override { dispatcher_ = {}; }
  [[nodiscard]] Access access() const noexcept override {
    return dispatcher_.access_by_last_turn();
  }

  std::error_code run_once(bool wait) override {
    const Dispatcher dispatcher = dispatcher_;
    if (!poller_.readable()) {
      if (!wait) return {};
      if (poller_.armed() != kNever) {
        // A blocking look moves the clock to the deadline.
        (void)poller_.wait({}, true);
      } else if (!poller_.wait_for_wake()) {
        return std::make_error_code(std::errc::resource_deadlock_would_occur);
      }
    }
    dispatcher.dispatch();
    return {};
  }

  void keep_alive(bool /*on*/) noexcept override {}
  void wake() noexcept override {}

 private:
  ManualPoller& poller_;
  Dispatcher dispatcher_;
};

LoopOptions with_poller(std::unique_ptr<ManualPoller> poller, LoopOptions options) {
  if (options.budget.max_steps == 0) options.budget.max_steps = kStepsPerTurn;
  options.poller = std::move(poller);
  return options;
}

}  // namespace

ManualLoop::ManualLoop(LoopOptions options)
    : ManualLoop(std::make_shared<ManualSystem>(), std::move(options)) {}

ManualLoop::ManualLoop(std::shared_ptr<ManualSystem> system, LoopOptions options)
    : ManualLoop(system, std::make_unique<ManualPoller>(system).release(), std::move(options)) {}

ManualLoop::ManualLoop(std::shared_ptr<ManualSystem> system, ManualPoller* poller,
                       LoopOptions options)
    : Loop(std::make_unique<ManualHost>(*poller),
           with_poller(std::unique_ptr<ManualPoller>(poller), std::move(options))),
      system_(std::move(system)),
      poller_(poller) {}

void ManualLoop::run_turns(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dispatch();
}

std::size_t ManualLoop::run_until_idle() {
  std::size_t turns = 0;
  while (poller_->readable()) {
    if (++turns > kMostTurns) throw std::runtime_error("ManualLoop: something spins");
    dispatch();
  }
  return turns;
}

void ManualLoop::advance_to(TimePoint when) {
  run_until_idle();
  while (poller_->armed() <= when && poller_->armed() != kNever) {
    system_->set_clock(std::max(poller_->armed(), system_->now()));
    run_until_idle();
  }
  if (system_->now() < when) system_->set_clock(when);
  run_until_idle();
}

}  // namespace eddy::inline v0::testing
