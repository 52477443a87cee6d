// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <eddy/testing/test_client.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <tests/core/net/support.h>
#include <tests/core/support.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace {

using eddy::LogLevel;
using eddy::NativeLoop;
using eddy::Stream;
using eddy::Task;
using eddy::core_test::DescriptorLimit;
using eddy::core_test::Keeper;
using eddy::core_test::run_turns_until;
using eddy::testing::CapturedLog;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using eddy::testing::TestClient;
using namespace std::chrono_literals;

/// A server at its limit of two connections, with a log.
struct AtTheLimit {
  explicit AtTheLimit(eddy::ShedOptions options = {}) {
    loop.set_log_sink(log.sink());
    keeper.server.set_shedding(std::move(options));
    keeper.server.listen("127.0.0.1", 80);
    loop.system().limit_descriptors(4);  // the listener, the reserve, and two
    connect(2);
    loop.run_until_idle();
    EXPECT_EQ(keeper.streams.size(), 2U);
    EXPECT_FALSE(keeper.server.paused()) << "nobody waits yet";
  }
  void connect(int count) {
    for (int i = 0; i < count; ++i) peers.push_back(loop.system().connect(80));
  }
  [[nodiscard]] std::size_t closed() const {
    std::size_t count = 0;
    for (const ManualPeer& peer : peers) count += peer.closed() ? 1 : 0;
    return count;
  }

  CapturedLog log;
  ManualLoop loop;
  Keeper keeper{loop};
  std::vector<ManualPeer> peers;
};

TEST(Shedding, TurnsAwayWhoConnectsAndServesTheOthers) {
  AtTheLimit limit;
  limit.connect(3);
  limit.loop.run_until_idle();
  EXPECT_EQ(limit.closed(), 3U);
  EXPECT_EQ(limit.keeper.server.shed(), 3U);
  EXPECT_EQ(limit.peers[2].unread(), "");
  EXPECT_FALSE(limit.keeper.server.paused());
  limit.log.expect(LogLevel::warning, "who connects is turned away: Too many open files");
  // Those that it has are served, and when one goes the next is taken.
  limit.peers[0].write("x");
  std::array<char, 4> buffer;
  EXPECT_EQ(limit.keeper.streams[0]->try_read(buffer).bytes, 1U);
  limit.keeper.streams.pop_back();
  limit.connect(1);
  limit.loop.run_until_idle();
  EXPECT_EQ(limit.keeper.streams.size(), 2U);
  EXPECT_FALSE(limit.peers.back().closed());
}

TEST(Shedding, AFloodIsPacedAndCostsNothingBetweenThePortions) {
  AtTheLimit limit({.per_second = 50});
  limit.connect(1000);
  limit.loop.run_until_idle();
  EXPECT_EQ(limit.closed(), 5U);
  EXPECT_TRUE(limit.keeper.server.paused());
  const auto turns = limit.loop.stats().turns;
  const std::size_t accepts = limit.loop.system().accepts();
  limit.loop.advance(99ms);
  EXPECT_EQ(limit.loop.stats().turns, turns);
  limit.loop.advance(901ms);
  EXPECT_EQ(limit.closed(), 55U);
  EXPECT_LE(limit.loop.stats().turns - turns, 40U);
  EXPECT_LE(limit.loop.system().accepts() - accepts, 130U);
  // Connections that come and go do not raise the pace.
  for (int i = 0; i < 100; ++i) {
    limit.keeper.streams.pop_back();
    limit.keeper.server.retry_accept();
    limit.loop.run_until_idle();
    ASSERT_EQ(limit.keeper.streams.size(), 2U);
  }
  EXPECT_EQ(limit.keeper.server.shed(), 55U);
  // It recovers by itself, and nobody of the backlog is lost.
  limit.loop.system().limit_descriptors(2000);
  limit.loop.advance(100ms);
  EXPECT_FALSE(limit.keeper.server.paused());
  EXPECT_EQ(limit.keeper.streams.size(), 1002U - 55U - 100U);
  EXPECT_EQ(limit.keeper.server.shed(), 55U);
  limit.log.expect(LogLevel::warning, "who connects is turned away");
}

TEST(Shedding, SaysFarewellWhereItIsUnderstood) {
  AtTheLimit limit({.farewell = "503 later\r\n"});
  limit.connect(1);
  limit.peers.back().write("GET / HTTP/1.1\r\n\r\n");
  limit.loop.run_until_idle();
  EXPECT_EQ(limit.peers.back().unread(), "503 later\r\n");
  EXPECT_TRUE(limit.peers.back().closed());
  EXPECT_EQ(limit.peers.back().receives(), 1U) << "what he sent is read, so that no reset follows";
  // One that takes nothing now does not hold anybody up.
  limit.connect(1);
  limit.peers.back().set_capacity(0);
  limit.loop.run_until_idle();
  EXPECT_TRUE(limit.peers.back().closed());
  limit.log.clear();
}

TEST(Shedding, WritesNothingPastALayer) {
  struct Plain final : eddy::StreamLayer {
    std::unique_ptr<Stream> accept(std::unique_ptr<Stream> transport) override { return transport; }
  };
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  keeper.server.set_shedding({.farewell = "later"});
  keeper.server.listen("127.0.0.1", 80, {.layers = {std::make_shared<Plain>()}});
  loop.system().limit_descriptors(2);
  const ManualPeer peer = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(peer.unread(), "");
  log.expect(LogLevel::warning, "turned away");
}

TEST(Shedding, AShortageOfAMomentCostsOneConnectionOnly) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  loop.system().fail_accept(std::errc::too_many_files_open_in_system);
  const ManualPeer first = loop.system().connect(80);
  const ManualPeer second = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_TRUE(first.closed());
  EXPECT_EQ(keeper.streams.size(), 1U);
  log.expect(LogLevel::warning, "turned away: Too many open files in system");
}

TEST(Shedding, WithoutAReserveItPausesUntilItHasOne) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  loop.system().limit_descriptors(1);
  keeper.server.listen("127.0.0.1", 80);
  std::vector<ManualPeer> peers;
  for (int i = 0; i < 3; ++i) peers.push_back(loop.system().connect(80));
  loop.run_until_idle();
  EXPECT_TRUE(keeper.server.paused());
  EXPECT_EQ(keeper.server.shed(), 0U);
  loop.system().limit_descriptors(2);
  loop.advance(100ms);
  EXPECT_EQ(keeper.server.shed(), 3U) << "the first free descriptor is the reserve";
  loop.system().limit_descriptors(3);
  peers.push_back(loop.system().connect(80));
  loop.advance(100ms);
  EXPECT_EQ(keeper.streams.size(), 1U);
  log.expect(LogLevel::warning, "accepting connections pauses: Too many open files");
}

TEST(Shedding, AReserveThatAnotherThreadTookIsAPause) {
  AtTheLimit limit;
  // Two failures in a row: the reserve's descriptor was gone before it could be used.
  limit.loop.system().fail_accept(std::errc::too_many_files_open);
  limit.loop.system().fail_accept(std::errc::too_many_files_open);
  limit.connect(1);
  limit.loop.run_until_idle();
  EXPECT_TRUE(limit.keeper.server.paused());
  EXPECT_EQ(limit.keeper.server.shed(), 0U);
  limit.loop.advance(100ms);
  EXPECT_EQ(limit.keeper.server.shed(), 1U);
  limit.log.clear();
}

TEST(Shortage, AListenerThatCannotBeWatchedAgainIsTriedAgain) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  keeper.server.pause();
  const ManualPeer peer = loop.system().connect(80);
  loop.poller().fail_watch(std::errc::not_enough_memory);
  keeper.server.resume();
  loop.run_until_idle();
  EXPECT_TRUE(keeper.streams.empty());
  EXPECT_TRUE(keeper.server.paused());
  loop.advance(100ms);
  EXPECT_EQ(keeper.streams.size(), 1U);
  EXPECT_FALSE(keeper.server.paused());
  log.expect(LogLevel::warning, "accepting connections pauses: Cannot allocate memory");
}

TEST(Shedding, HoldsNothingOnceTheServerHasStopped) {
  ManualLoop loop;
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  keeper.server.listen("127.0.0.1", 81);
  loop.system().limit_descriptors(3);
  EXPECT_EQ(loop.system().reserve(), -1) << "one for both listeners";
  keeper.server.stop();
  loop.system().limit_descriptors(1);
  EXPECT_GE(loop.system().reserve(), 0);
}

TEST(Shortage, OutOfDescriptorsItPausesAndGoesOnWithoutSpinning) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  keeper.server.set_shedding({.per_second = 0});
  keeper.server.listen("127.0.0.1", 80);
  loop.system().limit_descriptors(4);  // the listener, the reserve, and two
  std::vector<ManualPeer> peers;
  for (int i = 0; i < 5; ++i) peers.push_back(loop.system().connect(80));
  loop.run_until_idle();
  EXPECT_EQ(keeper.streams.size(), 2U);
  EXPECT_TRUE(keeper.server.paused());
  log.expect(LogLevel::warning, "accepting connections pauses: Too many open files");
  // Ten looks a second, and nothing else.
  const auto turns = loop.stats().turns;
  const std::size_t accepts = loop.system().accepts();
  loop.advance(10s);
  EXPECT_LE(loop.stats().turns - turns, 300U);
  EXPECT_LE(loop.system().accepts() - accepts, 101U);
  EXPECT_EQ(keeper.streams.size(), 2U);
  // The connections that it has are served meanwhile.
  peers[0].write("x");
  std::array<char, 4> buffer;
  EXPECT_EQ(loop.run_until([](Stream& s, std::span<char> b) -> Task<std::size_t> {
    co_return co_await s.read_some(b);
  }(*keeper.streams[0], buffer)),
            1U);
  keeper.streams.clear();
  loop.advance(100ms);
  EXPECT_EQ(keeper.streams.size(), 2U);
  loop.system().limit_descriptors(100);
  loop.advance(100ms);
  EXPECT_EQ(keeper.streams.size(), 3U);
  EXPECT_FALSE(keeper.server.paused());
  log.clear();
}

TEST(Shortage, RetryAcceptEndsAPauseAtOnce) {
  CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  keeper.server.listen("127.0.0.1", 80);
  loop.system().fail_accept(std::errc::no_buffer_space);
  const ManualPeer peer = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_TRUE(keeper.server.paused());
  EXPECT_TRUE(keeper.streams.empty());
  keeper.server.retry_accept();
  EXPECT_FALSE(keeper.server.paused());
  loop.run_until_idle();
  EXPECT_EQ(keeper.streams.size(), 1U);
  log.expect(LogLevel::warning, "accepting connections pauses");
}

#ifndef __SANITIZE_ADDRESS__  // see tests/core/descriptor_limit.h
TEST(Shortage, AtTheRealDescriptorLimitItPausesAndNothingIsLost) {
  CapturedLog log;
  NativeLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  keeper.server.set_shedding({.per_second = 0});
  keeper.server.listen("127.0.0.1", 0);
  std::vector<TestClient> clients;
  for (int i = 0; i < 5; ++i) clients.emplace_back(keeper.server.port());
  {
    const DescriptorLimit limit(DescriptorLimit::for_more(2));
    ASSERT_TRUE(run_turns_until(loop, [&] { return keeper.server.paused(); }));
    EXPECT_EQ(keeper.streams.size(), 2U);
    const auto turns = loop.stats().turns;
    const auto until = eddy::Clock::now() + 250ms;
    const auto guard = loop.hold();
    loop.call_at(until, [&] { loop.stop(); });
    loop.run();
    EXPECT_LE(loop.stats().turns - turns, 20U) << "it spins";
  }
  ASSERT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 5; }));
  log.expect(LogLevel::warning, "accepting connections pauses: Too many open files");
  log.clear();
}
#endif

#ifndef __SANITIZE_ADDRESS__  // see tests/core/descriptor_limit.h
TEST(Shortage, ALoopThatCannotHaveItsDescriptorsIsAnException) {
  const DescriptorLimit limit(3);
  EXPECT_THROW(NativeLoop(), std::system_error);
}
#endif

#ifndef __SANITIZE_ADDRESS__  // see tests/core/descriptor_limit.h
TEST(Shedding, AtTheRealDescriptorLimit) {
  CapturedLog log;
  NativeLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  keeper.server.set_shedding({.per_second = 20, .farewell = "later"});
  keeper.server.listen("127.0.0.1", 0);
  std::vector<TestClient> clients;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back(keeper.server.port());
    clients.back().send("hello");
  }
  {
    const DescriptorLimit limit(DescriptorLimit::for_more(2));
    ASSERT_TRUE(run_turns_until(loop, [&] { return keeper.server.shed() == 2; }));
    EXPECT_EQ(keeper.streams.size(), 2U);
    EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.server.paused(); }));
    EXPECT_EQ(clients[2].receive_all(), "later");
    EXPECT_EQ(clients[3].receive_all(), "later");
    // Two more after a tenth of a second, and no processor time in between.
    const auto turns = loop.stats().turns;
    const auto guard = loop.hold();
    loop.call_later(250ms, [&] { loop.stop(); });
    loop.run();
    EXPECT_EQ(keeper.server.shed(), 4U);
    EXPECT_LE(loop.stats().turns - turns, 20U) << "it spins";
    EXPECT_EQ(clients[5].receive_all(), "later");
  }
  clients.emplace_back(keeper.server.port());
  EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 3; }));
  log.expect(LogLevel::warning, "who connects is turned away: Too many open files");
}
#endif

}  // namespace
