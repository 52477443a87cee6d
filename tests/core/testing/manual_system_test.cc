// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/manual_system.h>

#include <eddy/testing/manual_poller.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace {

using eddy::Address;
using eddy::Io;
using eddy::IoResult;
using eddy::ReadyIo;
using eddy::testing::ManualPeer;
using eddy::testing::ManualPoller;
using eddy::testing::ManualSystem;
using namespace std::chrono_literals;

std::string receive(ManualSystem& system, int fd, std::size_t room = 100) {
  std::string buffer(room, '\0');
  const IoResult result = system.receive(fd, buffer);
  if (result.error) return result.error.message();
  return buffer.substr(0, result.bytes);
}

IoResult send(ManualSystem& system, int fd, std::string_view text) {
  return system.send(fd, {&text, 1});
}

int listen_on(ManualSystem& system, std::uint16_t port, std::error_code& error) {
  return system.listen(Address::parse("127.0.0.1", port, error), {.backlog = 10}, error);
}

TEST(ManualSystem, BytesGoBothWays) {
  ManualSystem system;
  auto [fd, peer] = system.open_connection();
  EXPECT_GE(fd, 1 << 20);
  EXPECT_EQ(system.ready(fd, Io::read_write), Io::write);
  peer.write("hello");
  EXPECT_EQ(system.ready(fd, Io::read_write), Io::read_write);
  EXPECT_EQ(receive(system, fd, 3), "hel");
  EXPECT_EQ(receive(system, fd), "lo");
  std::array<char, 4> buffer;
  EXPECT_TRUE(system.receive(fd, buffer).would_block());
  const std::array<std::string_view, 2> pieces = {"ab", "cd"};
  EXPECT_EQ(system.send(fd, pieces).bytes, 4U);
  EXPECT_EQ(peer.sends(), 1U);
  EXPECT_EQ(peer.read(1), "a");
  EXPECT_EQ(peer.read(), "bcd");
}

TEST(ManualSystem, CapacityAndLimitsMakeShortCalls) {
  ManualSystem system;
  auto [fd, peer] = system.open_connection();
  peer.set_capacity(3);
  EXPECT_EQ(send(system, fd, "abcdef").bytes, 3U);
  EXPECT_TRUE(send(system, fd, "def").would_block());
  EXPECT_EQ(system.ready(fd, Io::write), Io::none);
  EXPECT_EQ(peer.read(), "abc");
  EXPECT_EQ(system.ready(fd, Io::write), Io::write);
  peer.limit_sends(1);
  EXPECT_EQ(send(system, fd, "def").bytes, 1U);
  peer.limit_receives(2);
  peer.write("xyz");
  EXPECT_EQ(receive(system, fd), "xy");
}

TEST(ManualSystem, EndsAsSocketsEnd) {
  ManualSystem system;
  auto [half, half_peer] = system.open_connection();
  half_peer.write("last");
  half_peer.shutdown_write();
  EXPECT_EQ(receive(system, half), "last");
  EXPECT_EQ(receive(system, half), "");
  EXPECT_EQ(send(system, half, "still").bytes, 5U);
  system.shutdown_write(half);
  EXPECT_TRUE(half_peer.ended());
  EXPECT_FALSE(half_peer.closed());
  system.close(half);
  EXPECT_TRUE(half_peer.closed());

  auto [closed, closed_peer] = system.open_connection();
  closed_peer.close();
  EXPECT_EQ(send(system, closed, "x").error, std::errc::broken_pipe);
  auto [reset, reset_peer] = system.open_connection();
  reset_peer.write("lost");
  reset_peer.reset();
  EXPECT_EQ(system.ready(reset, Io::read), Io::read);
  std::array<char, 4> buffer;
  EXPECT_EQ(system.receive(reset, buffer).error, std::errc::connection_reset);
  EXPECT_EQ(send(system, reset, "x").error, std::errc::connection_reset);
}

TEST(ManualSystem, ScriptedErrorsComeOnceEach) {
  ManualSystem system;
  auto [fd, peer] = system.open_connection();
  peer.fail_receive(std::errc::operation_would_block);
  peer.fail_receive(std::errc::not_enough_memory);
  EXPECT_EQ(system.ready(fd, Io::read), Io::read);
  std::array<char, 4> buffer;
  EXPECT_TRUE(system.receive(fd, buffer).would_block());
  EXPECT_EQ(system.receive(fd, buffer).error, std::errc::not_enough_memory);
  EXPECT_EQ(system.ready(fd, Io::read), Io::none);
  peer.fail_send(std::errc::no_buffer_space);
  EXPECT_EQ(send(system, fd, "x").error, std::errc::no_buffer_space);
  EXPECT_EQ(send(system, fd, "x").bytes, 1U);
}

TEST(ManualSystem, ListensAndAccepts) {
  ManualSystem system;
  std::error_code error;
  const int listener = listen_on(system, 0, error);
  ASSERT_FALSE(error) << error.message();
  const std::uint16_t port = system.local_address(listener).port();
  ASSERT_NE(port, 0);
  EXPECT_EQ(listen_on(system, port, error), -1);
  EXPECT_EQ(error, std::errc::address_in_use);

  EXPECT_EQ(system.ready(listener, Io::read), Io::none);
  ManualPeer peer = system.connect(port);
  EXPECT_EQ(system.ready(listener, Io::read), Io::read);
  Address from;
  const int fd = system.accept(listener, from, error);
  EXPECT_GT(fd, listener);
  EXPECT_EQ(from.host(), "127.0.0.1");
  peer.write("hi");
  EXPECT_EQ(receive(system, fd), "hi");
  EXPECT_EQ(system.accept(listener, from, error), -1);
  EXPECT_EQ(error, std::errc::operation_would_block);

  const ManualPeer never_accepted = system.connect(port);
  system.close(listener);
  EXPECT_TRUE(never_accepted.closed());
  EXPECT_THROW((void)system.connect(port), std::system_error);
}

TEST(ManualSystem, RunsOutOfDescriptors) {
  ManualSystem system;
  std::error_code error;
  const int listener = listen_on(system, 80, error);
  const ManualPeer peer = system.connect(80);
  system.limit_descriptors(1);
  Address from;
  EXPECT_EQ(system.accept(listener, from, error), -1);
  EXPECT_EQ(error, std::errc::too_many_files_open);
  EXPECT_EQ(system.ready(listener, Io::read), Io::read);
  system.limit_descriptors(2);
  EXPECT_GE(system.accept(listener, from, error), 0);
}

TEST(ManualSystem, GivesTheLowestNumberOutAgain) {
  ManualSystem system;
  const int first = system.open_connection().fd;
  const int second = system.open_connection().fd;
  EXPECT_EQ(second, first + 1);
  system.close(first);
  EXPECT_EQ(system.open_connection().fd, first);
}

TEST(ManualPoller, ReportsLevelsInTurn) {
  const auto system = std::make_shared<ManualSystem>();
  ManualPoller poller(system);
  std::array<ManualSystem::OpenConnection, 3> open = {
      system->open_connection(), system->open_connection(), system->open_connection()};
  for (std::size_t i = 0; i < open.size(); ++i) {
    EXPECT_FALSE(poller.add(open[i].fd, Io::read, i));
    EXPECT_TRUE(poller.add(open[i].fd, Io::read, i));
    open[i].peer.write("x");
  }
  EXPECT_TRUE(poller.add(5, Io::read, 9));
  std::array<ReadyIo, 2> events;
  ASSERT_EQ(poller.wait(events, false), 2U);
  EXPECT_EQ(events[0].key, 0U);
  EXPECT_EQ(events[1].key, 1U);
  ASSERT_EQ(poller.wait(events, false), 2U);
  EXPECT_EQ(events[0].key, 2U);
  EXPECT_EQ(events[1].key, 0U);
  poller.remove(open[1].fd);
  ASSERT_EQ(poller.wait(events, false), 2U);
  EXPECT_EQ(events[0].key, 2U);
  EXPECT_EQ(events[1].key, 0U);
}

TEST(ManualPoller, IsReadableForAWakeUpADeadlineOrASocket) {
  const auto system = std::make_shared<ManualSystem>();
  ManualPoller poller(system);
  EXPECT_FALSE(poller.readable());
  poller.wake();
  EXPECT_TRUE(poller.readable());
  EXPECT_EQ(poller.wait({}, true), 0U);
  poller.clear_wake();
  EXPECT_FALSE(poller.readable());
  poller.arm(system->now() + 1s);
  system->move_clock(999'999'999ns);
  EXPECT_FALSE(poller.readable());
  system->move_clock(1ns);
  EXPECT_TRUE(poller.readable());
  poller.arm(eddy::kNever);
  EXPECT_FALSE(poller.readable());
}

TEST(ManualPoller, ABlockingLookMovesTheClockToTheDeadline) {
  const auto system = std::make_shared<ManualSystem>();
  ManualPoller poller(system);
  const auto due = system->now() + 5h;
  poller.arm(due);
  EXPECT_EQ(poller.wait({}, true), 0U);
  EXPECT_EQ(system->now(), due);
}

TEST(ManualSystem, ConnectsToWhoListensByBothEndsOfOneConnection) {
  ManualSystem system;
  std::error_code error;
  const int listener = listen_on(system, 80, error);
  const int client = system.connect(Address::parse("127.0.0.1", 80, error), {}, error);
  EXPECT_EQ(error, std::errc::operation_in_progress);
  EXPECT_EQ(system.ready(client, Io::write), Io::write);
  EXPECT_FALSE(system.connect_error(client));
  Address from;
  const int server = system.accept(listener, from, error);
  EXPECT_EQ(system.local_address(client), from);

  EXPECT_EQ(send(system, client, "question").bytes, 8U);
  EXPECT_EQ(receive(system, server), "question");
  EXPECT_EQ(send(system, server, "answer").bytes, 6U);
  EXPECT_EQ(receive(system, client), "answer");
  EXPECT_EQ(system.ready(client, Io::read), Io::none);
  system.close(server);
  EXPECT_EQ(system.ready(client, Io::read), Io::read);
  EXPECT_EQ(receive(system, client), "") << "the end";
  EXPECT_EQ(send(system, client, "more").error, std::errc::broken_pipe);
}

TEST(ManualSystem, TheEndsOfSuchAConnectionEndOnTheirOwn) {
  ManualSystem system;
  std::error_code error;
  const int listener = listen_on(system, 80, error);
  const int client = system.connect(Address::parse("127.0.0.1", 80, error), {}, error);
  Address from;
  const int server = system.accept(listener, from, error);
  system.shutdown_write(client);
  EXPECT_EQ(receive(system, server), "") << "the end";
  EXPECT_EQ(send(system, server, "late").bytes, 4U);
  EXPECT_EQ(receive(system, client), "late");
  system.close(client);
  EXPECT_EQ(send(system, server, "later").error, std::errc::broken_pipe);
}

TEST(ManualSystem, ListenersOnAnyAddressAreReached) {
  ManualSystem system;
  std::error_code error;
  (void)system.listen(Address::parse("0.0.0.0", 80, error), {.backlog = 10}, error);
  EXPECT_GE(system.connect(Address::parse("127.0.0.1", 80, error), {}, error), 0);
  EXPECT_LT(system.connect(Address::parse("127.0.0.1", 81, error), {}, error), 0);
  EXPECT_EQ(error, std::errc::connection_refused);
  EXPECT_LT(system.connect(Address::parse("::1", 80, error), {}, error), 0) << "another family";
}

TEST(ManualSystem, AHostMayAnswerAsItIsTold) {
  ManualSystem system;
  std::error_code error;
  (void)system.listen(Address::parse("0.0.0.0", 80, error), {.backlog = 10}, error);
  const Address host = Address::parse("192.0.2.1", 80, error);
  const Address source = Address::parse("192.0.2.9", 0, error);
  system.set_connect_result("192.0.2.1", std::errc::host_unreachable);
  const int refused = system.connect(host, source, error);
  EXPECT_EQ(error, std::errc::operation_in_progress);
  EXPECT_EQ(system.connect_error(refused), std::errc::host_unreachable);
  system.set_connect_result("192.0.2.1", std::errc::operation_in_progress);
  const int silent = system.connect(host, {}, error);
  EXPECT_EQ(system.ready(silent, Io::write), Io::none);
  system.set_connect_result("192.0.2.1", std::errc());
  const int connected = system.connect(host, {}, error);
  EXPECT_EQ(system.ready(connected, Io::write), Io::write);
  EXPECT_FALSE(system.connect_error(connected));
  ASSERT_EQ(system.attempts().size(), 3U);
  EXPECT_EQ(system.attempts().front().address, host);
  EXPECT_EQ(system.attempts().front().source, source);
  EXPECT_EQ(system.attempts().front().when, system.now());
}

}  // namespace
