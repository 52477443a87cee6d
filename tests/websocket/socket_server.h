// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tests/web/http/manual_server.h>
#include <tests/websocket/frames.h>

namespace eddy_tests {

inline constexpr unsigned kText = 0x81;
inline constexpr unsigned kBinary = 0x82;
inline constexpr unsigned kClose = 0x88;
inline constexpr unsigned kPing = 0x89;
inline constexpr unsigned kPong = 0x8A;

inline std::string handshake(std::string_view path, std::string_view fields = {},
                             std::string_view method = "GET") {
  std::string request(method);
  request.append(" ").append(path).append(
      " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  return request.append(fields).append("\r\n");
}

/// A test with clients in memory, which have shaken hands and read frames.
class WebSocketServer : public ManualServerTest {
 protected:
  eddy::testing::ManualPeer open(std::string_view path, std::string_view fields = {}) {
    if (server_ == nullptr) listen();
    eddy::testing::ManualPeer peer = connect(handshake(path, fields));
    std::string answer = read(peer);
    const std::size_t end = answer.find("\r\n\r\n");
    EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
    head_ = answer.substr(0, end + 4);
    begun_ = answer.substr(head_.size());
    return peer;
  }

  std::string head_;   // of the last answer
  std::string begun_;  // what came behind it
};

}  // namespace eddy_tests
