// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/core/loop/loop.h>
#include <examples/program.h>

namespace examples {

class HostLoop {
 public:
  static constexpr const char* kName = "the built-in loop";
  HostLoop(int& argc, char** argv);
  HostLoop(const HostLoop&) = delete;
  HostLoop& operator=(const HostLoop&) = delete;
  ~HostLoop();
  eddy::Loop& loop() { return loop_; }
  void run() { loop_.run(); }
  void stop() { loop_.stop(); }

 private:
  TerminationSignals signals_fd_;
  eddy::NativeLoop loop_;
  eddy::FdWatch on_signal_;
};

}  // namespace examples
