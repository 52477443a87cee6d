// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/base/error.h>
#include <eddy/core/loop/loop.h>

#include <event2/event.h>

#include <memory>
#include <new>
#include <utility>

/// An adapter for libevent, as somebody outside Eddy's tree would write it.
class EventHost final : public eddy::Host {
 public:
  explicit EventHost(event_base* base) : base_(base) {}

  void attach(eddy::Dispatcher dispatcher) override {
    dispatcher_ = std::move(dispatcher);
    event_ = event_new(base_, dispatcher_.fd(), EV_READ | EV_PERSIST, on_readable, this);
    if (event_ == nullptr) throw std::bad_alloc();
    event_add(event_, nullptr);
  }

  void detach() noexcept override { event_free(std::exchange(event_, nullptr)); }

  [[nodiscard]] eddy::Access access() const noexcept override {
    return dispatcher_.access_by_last_turn();
  }

  std::error_code run_once(bool wait) override {
    // event_base_loop refuses to be run inside itself.
    if (event_base_loop(base_, EVLOOP_ONCE | (wait ? 0 : EVLOOP_NONBLOCK)) < 0) {
      return eddy::Errc::not_pumpable;
    }
    return {};
  }

  void keep_alive(bool /*on*/) noexcept override {}  // libevent has no such notion
  void wake() noexcept override {}

 private:
  static void on_readable(evutil_socket_t /*fd*/, short /*events*/, void* data) {
    const eddy::Dispatcher dispatcher = static_cast<EventHost*>(data)->dispatcher_;
    dispatcher.dispatch();
  }

  event_base* base_;
  event* event_ = nullptr;
  eddy::Dispatcher dispatcher_;
};

class EventLoop final : public eddy::Loop {
 public:
  explicit EventLoop(event_base* base, eddy::LoopOptions options = {})
      : Loop(std::make_unique<EventHost>(base), std::move(options)) {}
};
