// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <ev.h>

#include <csignal>

#include <eddy/libev/libev.h>

namespace examples {

class HostLoop {
 public:
  static constexpr const char* kName = "the libev loop";
  HostLoop(int& /*argc*/, char** /*argv*/) {
    for (ev_signal* watcher : {&on_interrupt_, &on_terminate_}) {
      ev_signal_init(watcher, &HostLoop::quit, watcher == &on_interrupt_ ? SIGINT : SIGTERM);
      ev_signal_start(ev_, watcher);
    }
  }
  HostLoop(const HostLoop&) = delete;
  HostLoop& operator=(const HostLoop&) = delete;
  ~HostLoop() {
    ev_signal_stop(ev_, &on_interrupt_);
    ev_signal_stop(ev_, &on_terminate_);
  }
  eddy::Loop& loop() { return loop_; }
  void run() { ev_run(ev_, 0); }
  void stop() { ev_break(ev_, EVBREAK_ALL); }

 private:
  static void quit(struct ev_loop* ev, ev_signal* /*watcher*/, int /*events*/) {
    ev_break(ev, EVBREAK_ALL);
  }

  struct ev_loop* ev_ = EV_DEFAULT;
  ev_signal on_interrupt_;
  ev_signal on_terminate_;
  eddy::LibevLoop loop_{ev_};
};

}  // namespace examples
