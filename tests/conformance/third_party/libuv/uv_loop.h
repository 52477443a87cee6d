// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>

#include <uv.h>

#include <memory>
#include <system_error>
#include <utility>

/// An adapter for libuv, as somebody outside Eddy's tree would write it.
class UvHost final : public eddy::Host {
 public:
  explicit UvHost(uv_loop_t* loop) : loop_(loop) {}

  void attach(eddy::Dispatcher dispatcher) override {
    dispatcher_ = std::move(dispatcher);
    // uv_close ends later, so the handle is its own owner.
    poll_ = new uv_poll_t;
    const int error = uv_poll_init(loop_, poll_, dispatcher_.fd());
    if (error != 0) {
      delete std::exchange(poll_, nullptr);
      throw std::system_error(-error, std::system_category(), "uv_poll_init");
    }
    poll_->data = this;
    uv_poll_start(poll_, UV_READABLE, on_readable);
    if (!counts_) uv_unref(handle());
  }

  void detach() noexcept override {
    uv_poll_stop(poll_);
    uv_close(handle(), [](uv_handle_t* closed) { delete reinterpret_cast<uv_poll_t*>(closed); });
    poll_ = nullptr;
  }

  [[nodiscard]] eddy::Access access() const noexcept override {
    return dispatcher_.access_by_last_turn();
  }

  std::error_code run_once(bool wait) override {
    if (in_turn_) return eddy::Errc::not_pumpable;  // uv_run is not reentrant
    const std::weak_ptr<bool> alive = alive_;       // a turn may destroy this
    uv_ref(handle());                               // without one uv_run would not wait
    uv_run(loop_, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    if (!alive.expired() && !counts_) uv_unref(handle());
    return {};
  }

  void keep_alive(bool on) noexcept override {
    counts_ = on;
    on ? uv_ref(handle()) : uv_unref(handle());
  }

  void wake() noexcept override {}

 private:
  static void on_readable(uv_poll_t* poll, int /*status*/, int /*events*/) {
    auto* const host = static_cast<UvHost*>(poll->data);
    const eddy::Dispatcher dispatcher = host->dispatcher_;
    const std::weak_ptr<bool> alive = host->alive_;
    host->in_turn_ = true;
    dispatcher.dispatch();
    if (!alive.expired()) host->in_turn_ = false;
  }
  uv_handle_t* handle() const noexcept { return reinterpret_cast<uv_handle_t*>(poll_); }

  uv_loop_t* loop_;
  uv_poll_t* poll_ = nullptr;
  eddy::Dispatcher dispatcher_;
  bool counts_ = false;
  bool in_turn_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class UvLoop final : public eddy::Loop {
 public:
  explicit UvLoop(uv_loop_t* loop, eddy::LoopOptions options = {})
      : Loop(std::make_unique<UvHost>(loop), std::move(options)) {}
};
