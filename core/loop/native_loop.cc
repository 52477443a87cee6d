// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/loop.h>
#include <eddy/core/loop/loop_core.h>

namespace eddy::inline v0 {

/// Sleeps in the poller itself, so that a turn costs one call of it and not two.
class NativeHost final : public Host {
 public:
  void attach(Dispatcher dispatcher) override { dispatcher_ = std::move(dispatcher); }
  void detach() noexcept override { dispatcher_ = {}; }
  [[nodiscard]] Access access() const noexcept override {
    return dispatcher_.access_by_last_turn();
  }

  std::error_code run_once(bool wait) override {
    const std::shared_ptr<internal::LoopCore> core = dispatcher_.core_;
    core->dispatch(core->budget(), wait);
    return {};
  }

  void keep_alive(bool /*on*/) noexcept override {}
  void wake() noexcept override {}

 private:
  Dispatcher dispatcher_;
};

NativeLoop::NativeLoop() : NativeLoop(LoopOptions()) {}

NativeLoop::NativeLoop(LoopOptions options)
    : Loop(std::make_unique<NativeHost>(), std::move(options)) {}

NativeLoop::~NativeLoop() = default;

}  // namespace eddy::inline v0
