// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// What the tests of hosts' objects that own routes share: a server on a real socket in a host's
/// loop, and its client on the same thread.

#include <chrono>
#include <string>
#include <string_view>

#include <eddy/testing/test_client.h>
#include <eddy/web/web.h>
#include <tests/core/support.h>

namespace eddy_test {

/// Waits for longer than any test lasts; `frames` counts those that wait.
inline eddy::Task<std::string> wait_long(int& frames) {
  const eddy::core_test::Alive frame(frames);
  co_await eddy::sleep(std::chrono::hours(1));
  co_return "never";
}

/// A client of one server, while `pump` runs the host's loop for a moment.
template <class Pump>
class OwnedRouteClient {
 public:
  OwnedRouteClient(std::uint16_t port, Pump pump) : client_(port), pump_(std::move(pump)) {}

  void send(std::string_view path) {
    client_.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  /// The host's loop runs until `done`, a few seconds at most.
  template <class Done>
  bool run_until(Done done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!done()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      pump_();
    }
    return true;
  }
  /// What is received once something has come.
  std::string receive() {
    return run_until([this] { return !client_.silent_for(std::chrono::milliseconds(0)); })
               ? client_.receive_some()
               : "nothing";
  }
  std::string get(std::string_view path) {
    send(path);
    return receive();
  }

 private:
  eddy::testing::TestClient client_;
  Pump pump_;
};

inline bool is_unavailable(const std::string& response) {
  return response.starts_with("HTTP/1.1 503 Service Unavailable\r\n");
}

}  // namespace eddy_test
