// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/test_client.h>

#include <eddy/core/core.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

namespace {

using eddy::NativeLoop;
using eddy::Stream;
using eddy::Task;
using eddy::TcpServer;
using eddy::testing::TestClient;
using namespace std::chrono_literals;

// A server in a thread of its own that sends back what it gets, and ends with its client.
class EchoServer {
 public:
  EchoServer() {
    server_.listen(0);
    thread_ = std::thread([this] { loop_.run(); });
  }
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;
  ~EchoServer() {
    remote_.post([this] { loop_.stop(); });
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

 private:
  static Task<void> echo(std::unique_ptr<Stream> stream) {
    std::array<char, 1024> buffer;
    while (const std::size_t n = co_await stream->read_some(buffer)) {
      co_await stream->write(std::string(buffer.data(), n));
    }
  }

  NativeLoop loop_;
  eddy::Remote remote_ = loop_.remote();
  TcpServer server_{
      loop_, [this](std::unique_ptr<Stream> stream) { loop_.spawn(echo(std::move(stream))); }};
  std::thread thread_;
};

TEST(TestClient, SendsAndReceives) {
  const EchoServer server;
  TestClient client(server.port());
  client.send("one\r\ntwo\r\nthree");
  EXPECT_EQ(client.receive_until("\r\n"), "one\r\n");
  EXPECT_EQ(client.receive(4), "two\r");
  client.shutdown_write();
  EXPECT_EQ(client.receive_all(), "\nthree");
  EXPECT_EQ(client.receive_some(), "");
}

TEST(TestClient, ADeadlineEndsEveryWait) {
  const EchoServer server;
  TestClient client(server.port(), "127.0.0.1", 20ms);
  EXPECT_TRUE(client.silent_for(5ms));
  EXPECT_THROW((void)client.receive(1), std::system_error);
}

TEST(TestClient, RefusalIsAnError) {
  std::uint16_t port = 0;
  {
    const EchoServer server;
    port = server.port();
  }
  EXPECT_THROW(TestClient client(port), std::system_error);
}

}  // namespace
