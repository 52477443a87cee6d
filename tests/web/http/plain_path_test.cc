// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a request costs of the system where nothing is special about it; see allocations_test.cc for
// memory.
#include <gmock/gmock.h>

#include <eddy/web/web.h>
#include <tests/web/http/manual_server.h>
#include <tests/web/http/web_client.h>

namespace {

using namespace std::chrono_literals;
using eddy::testing::ManualPeer;
using testing::EndsWith;

class PlainPathTest : public eddy_tests::ManualServerTest {};

TEST_F(PlainPathTest, OneReceiveOneSendAndTwoLooksAtTheClock) {
  app_.get("/", [] { return "here"; });
  listen({.access_log = false});
  ManualPeer peer = connect(eddy_tests::get("/"));
  send(peer, eddy_tests::get("/"));
  EXPECT_THAT(read(peer), EndsWith("here"));
  const std::size_t receives = peer.receives();
  const std::size_t sends = peer.sends();
  peer.write(eddy_tests::get("/"));
  loop_.system().set_tick(1ns);
  const eddy::TimePoint before = loop_.system().now();
  loop_.run_turns();
  const eddy::TimePoint after = loop_.system().now();
  EXPECT_EQ(peer.receives() - receives, 1U);
  EXPECT_EQ(peer.sends() - sends, 1U);
  // When the turn begins, and when the step ends, which is when the connection begins to be idle:
  // it is read once for both.
  EXPECT_EQ(after - before - 1ns, 2ns);
  EXPECT_THAT(read(peer), EndsWith("here"));
}

}  // namespace
