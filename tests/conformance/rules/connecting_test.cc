// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Connections outwards: names are looked up on threads, and what comes of it comes to the Loop.
#include <eddy/conformance/conformance_test.h>
#include <eddy/core/net/tcp_client.h>
#include <eddy/core/net/tcp_server.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(connecting)

namespace {

Task<void> greet(std::unique_ptr<Stream> stream) { co_await stream->write("hello"); }

Task<void> hear(const TcpClient& client, std::uint16_t port, std::string& heard) {
  const std::unique_ptr<Stream> stream = co_await client.connect("server.test", port);
  std::array<char, 16> piece;
  while (const std::size_t n = co_await stream->read_some(piece)) heard.append(piece.data(), n);
}

}  // namespace

EDDY_RULE(ConnectingTest, AHostIsReachedByName,
          "timers go on while a name is looked up, and then the connection is made") {
  // The thread may outlive a test that fails.
  const auto answer = std::make_shared<std::atomic<bool>>(false);
  const auto lookup = [answer](const std::string& /*host*/, Address::Family /*family*/,
                               std::error_code& error) {
    for (int i = 0; i < 100000 && !*answer; ++i) sleep_at_least(std::chrono::microseconds(100));
    return std::vector<Address>(1, Address::parse("127.0.0.1", 0, error));
  };
  TcpServer server(
      loop(), [this](std::unique_ptr<Stream> stream) { loop().spawn(greet(std::move(stream))); });
  server.listen("127.0.0.1", 0);
  ResolverOptions options;
  options.lookup = lookup;
  const TcpClient client(std::make_shared<ThreadedResolver>(options));
  std::string heard;
  loop().spawn(hear(client, server.port(), heard));
  loop().call_later(std::chrono::milliseconds(5), [&] {
    EXPECT_EQ(heard, "");
    *answer = true;
  });
  EXPECT_TRUE(run_until([&] { return heard == "hello"; }));
}

}  // namespace eddy::inline v0::conformance
