// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A connection that the system refuses to watch (no memory, too many watches) is not kept for ever.
#include <gtest/gtest.h>

#include <chrono>
#include <system_error>

#include <eddy/testing/testing.h>
#include <eddy/web/web.h>

namespace {

using namespace std::chrono_literals;

TEST(RefusedWatch, ClosesTheConnection) {
  eddy::testing::ManualLoop loop;
  eddy::web::Application app;
  app.get("/", [] { return "hi"; });
  const auto& server = app.listen(loop, "127.0.0.1", 80);
  for (const auto error : {std::errc::no_space_on_device, std::errc::not_enough_memory}) {
    loop.poller().fail_watch(error);
    const eddy::testing::ManualPeer peer = loop.system().connect(80);
    loop.run_until_idle();
    EXPECT_TRUE(peer.closed());
    EXPECT_EQ(server.stats().connections, 0U);
  }
  // The next one is served.
  eddy::testing::ManualPeer peer = loop.system().connect(80);
  peer.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  loop.run_until_idle();
  EXPECT_NE(peer.unread().find("\r\n\r\nhi"), std::string::npos) << peer.unread();
  EXPECT_EQ(server.stats().connections, 1U);
}

}  // namespace
