// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <csignal>

#include <eddy/asio/asio.h>
#include <examples/hosts/either_asio.h>

namespace examples {

class HostLoop {
 public:
  static constexpr const char* kName = "the Asio loop";
  HostLoop(int& /*argc*/, char** /*argv*/) {
    on_signal_.async_wait([this](const auto& /*error*/, int) { stop(); });
  }
  eddy::Loop& loop() { return loop_; }
  void run() { io_.run(); }
  void stop() { io_.stop(); }

 private:
  asio::io_context io_;
  asio::signal_set on_signal_{io_, SIGINT, SIGTERM};
  eddy::AsioLoop loop_{io_};
};

}  // namespace examples
