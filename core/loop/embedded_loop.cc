// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>

namespace eddy::inline v0 {

namespace {

/// The owner of the foreign loop does the watching and calls Loop::dispatch.
class EmbeddedHost final : public Host {
 public:
  explicit EmbeddedHost(UniqueFunction<std::error_code(bool)> run_once) {
    if (run_once) run_once_ = std::make_shared<Pump>(std::move(run_once));
  }

  void attach(Dispatcher dispatcher) override { dispatcher_ = std::move(dispatcher); }
  void detach() noexcept override { dispatcher_ = {}; }
  [[nodiscard]] Access access() const noexcept override {
    return dispatcher_.access_by_last_turn();
  }

  std::error_code run_once(bool wait) override {
    if (!run_once_) return Errc::not_pumpable;
    const auto pin = run_once_;
    return (*pin)(wait);
  }

  void keep_alive(bool /*on*/) noexcept override {}
  void wake() noexcept override {}

 private:
  using Pump = UniqueFunction<std::error_code(bool)>;
  Dispatcher dispatcher_;
  std::shared_ptr<Pump> run_once_;
};

}  // namespace

EmbeddedLoop::EmbeddedLoop(LoopOptions options, UniqueFunction<std::error_code(bool wait)> run_once)
    : Loop(std::make_unique<EmbeddedHost>(std::move(run_once)), std::move(options)) {}

}  // namespace eddy::inline v0
