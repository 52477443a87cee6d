// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include <tests/web/http/manual_server.h>

namespace eddy_tests {

/// A server with one client, whose connection is kept alive: so what the server says ends where it
/// said that it would.
class OneClientTest : public ManualServerTest {
 protected:
  void start(const eddy::web::ServerOptions& options = {}) {
    listen(options);
    peer_ = connect();
    peer_.set_capacity(8 << 20);
  }
  std::string get(std::string_view path, std::string_view fields = "",
                  std::string_view method = "GET") {
    send(peer_, std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" +
                    std::string(fields) + "\r\n");
    return read(peer_);
  }
  std::string status(std::string_view path, std::string_view fields = "") {
    return get(path, fields).substr(9, 3);
  }
  /// "" where the answer has no field of that name.
  static std::string field(const std::string& answer, std::string_view name) {
    const std::size_t at = answer.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos || at > answer.find("\r\n\r\n")) return {};
    const std::size_t start = at + name.size() + 4;
    return answer.substr(start, answer.find("\r\n", start) - start);
  }
  static std::string body(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  eddy::testing::ManualPeer peer_;
};

}  // namespace eddy_tests
