// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <eddy/core/loop/loop.h>
#include <eddy/core/net/tcp_server.h>
#include <eddy/core/task/task.h>
#include <eddy/core/task/task_group.h>

namespace eddy::inline v0::conformance {

/// A server of the simplest protocol: for each line, a line. One coroutine a connection, as a
/// program would write it. On 127.0.0.1 only.
class LineServer {
 public:
  /// Gives the reply; empty: none. May do anything, destroy this server included.
  using Answer = std::function<std::string(std::string_view line)>;

  LineServer(Loop& loop, Answer answer);

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] std::size_t connections() const { return state_->connections; }
  [[nodiscard]] std::size_t served() const { return state_->served; }
  /// Calls that were on the stack at the same time, at most, for any one connection.
  [[nodiscard]] int most_reentered() const { return state_->most_reentered; }
  void stop_listening() { server_.stop(); }
  /// Asks all connections to end.
  void request_stop() { tasks_.request_stop(); }

 private:
  struct State {
    Answer answer;
    std::size_t connections = 0;
    std::size_t served = 0;
    int most_reentered = 0;
  };
  static Task<void> serve(std::shared_ptr<State> state, std::unique_ptr<Stream> stream);

  std::shared_ptr<State> state_;
  TaskGroup tasks_;
  TcpServer server_;
};

}  // namespace eddy::inline v0::conformance
