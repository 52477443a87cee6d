// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <eddy/testing/test_client.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tests/core/net/support.h>
#include <tests/core/support.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using eddy::Address;
using eddy::LogLevel;
using eddy::NativeLoop;
using eddy::core_test::Keeper;
using eddy::core_test::run_turns_until;
using eddy::core_test::TemporaryFolder;
using eddy::core_test::text_of_error;
using eddy::testing::CapturedLog;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using eddy::testing::TestClient;
using namespace std::chrono_literals;

bool exists(const std::string& path) {
  struct stat file {};
  return ::lstat(path.c_str(), &file) == 0;
}

unsigned mode_of(const std::string& path) {
  struct stat file {};
  return ::lstat(path.c_str(), &file) == 0 ? file.st_mode & 07777U : 0;
}

int bind_socket(const std::string& path) {
  std::error_code error;
  const Address address = Address::local(path, error);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::bind(fd, static_cast<const sockaddr*>(address.data()),
                   static_cast<socklen_t>(address.size())),
            0);
  return fd;
}

/// Leaves a socket's file behind that nobody answers on.
void leave_socket(const std::string& path) { ::close(bind_socket(path)); }

/// A listening socket as a parent process would pass it on.
int open_listener(int type = SOCK_STREAM, bool listens = true) {
  std::error_code error;
  const Address address = Address::parse("127.0.0.1", 0, error);
  const int fd = ::socket(AF_INET, type, 0);
  EXPECT_EQ(::bind(fd, static_cast<const sockaddr*>(address.data()),
                   static_cast<socklen_t>(address.size())),
            0);
  if (listens) {
    EXPECT_EQ(::listen(fd, 8), 0);
  }
  return fd;
}

// ---- Unix sockets -------------------------------------------------------------------------------

TEST(ListenUnix, ServesRealClientsAndRemovesItsFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  NativeLoop loop;
  Keeper keeper(loop);
  keeper.server.listen_unix(path);
  EXPECT_EQ(mode_of(path), 0600U);
  ASSERT_EQ(keeper.server.addresses().size(), 1U);
  EXPECT_EQ(keeper.server.addresses()[0].host(), path);
  EXPECT_EQ(keeper.server.addresses()[0].family(), Address::Family::local);
  EXPECT_EQ(keeper.server.port(), 0);
  TestClient client(path);
  client.send("hi");
  ASSERT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 1; }));
  EXPECT_EQ(keeper.streams[0]->peer_address().family(), Address::Family::local);
  EXPECT_EQ(keeper.streams[0]->peer_address().host(), "");
  std::array<char, 8> buffer;
  ASSERT_TRUE(
      run_turns_until(loop, [&] { return keeper.streams[0]->try_read(buffer).bytes == 2; }));
  keeper.server.stop();
  EXPECT_FALSE(exists(path));
  EXPECT_FALSE(keeper.streams[0]->closed());
}

TEST(ListenUnix, TheModeIsWhatWasAskedForWhateverIsMasked) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(077);
  NativeLoop loop;
  Keeper keeper(loop);
  keeper.server.listen_unix(folder / "open.sock", {.mode = 0666});
  ::umask(0);
  keeper.server.listen_unix(folder / "closed.sock", {.mode = 0200});
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "open.sock"), 0666U);
  EXPECT_EQ(mode_of(folder / "closed.sock"), 0200U);
}

TEST(ListenUnix, ReplacesAFileThatNobodyAnswersOn) {
  const TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  leave_socket(path);
  NativeLoop loop;
  Keeper keeper(loop);
  keeper.server.listen_unix(path);
  const TestClient client(path);
  EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 1; }));
}

TEST(ListenUnix, LeavesAServerThatAnswersAlone) {
  const TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  NativeLoop loop;
  Keeper first(loop);
  // Its backlog is full: it is alive all the same.
  first.server.listen_unix(path, {.backlog = 1});
  first.server.pause();
  const TestClient waits(path);
  const TestClient waits_too(path);
  Keeper second(loop);
  EXPECT_EQ(text_of_error([&] { second.server.listen_unix(path); }),
            "listen on " + path + ": Address already in use");
  std::error_code error;
  second.server.listen_unix(path, error);
  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_TRUE(second.server.addresses().empty());
  EXPECT_TRUE(exists(path));
}

TEST(ListenUnix, AFileThatIsNoSocketStays) {
  const TemporaryFolder folder;
  const std::string path = folder / "notes.txt";
  std::ofstream(path) << "precious";
  NativeLoop loop;
  Keeper keeper(loop);
  std::error_code error;
  keeper.server.listen_unix(path, error);
  EXPECT_EQ(error, std::errc::not_a_socket);
  // Nor is a link followed, even one to a socket that nobody answers on.
  leave_socket(folder / "stale.sock");
  const std::string link = folder / "link.sock";
  ASSERT_EQ(::symlink((folder / "stale.sock").c_str(), link.c_str()), 0);
  keeper.server.listen_unix(link, error);
  EXPECT_EQ(error, std::errc::not_a_socket);
  EXPECT_TRUE(exists(folder / "stale.sock"));
  std::string text;
  std::ifstream(path) >> text;
  EXPECT_EQ(text, "precious");
}

TEST(ListenUnix, LeavesTheFileOfASuccessorAlone) {
  const TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  NativeLoop loop;
  Keeper first(loop);
  first.server.listen_unix(path);
  // An administrator removes the file and starts another server.
  ASSERT_EQ(::unlink(path.c_str()), 0);
  Keeper second(loop);
  second.server.listen_unix(path);
  first.server.stop();
  EXPECT_TRUE(exists(path));
  second.server.stop();
  EXPECT_FALSE(exists(path));
}

TEST(ListenUnix, KeepsTheFileWhenAsked) {
  const TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  NativeLoop loop;
  Keeper keeper(loop);
  keeper.server.listen_unix(path, {.keep_file = true});
  keeper.server.stop();
  EXPECT_TRUE(exists(path));
}

TEST(ListenUnix, TheFileGoesWithTheServerAndWithTheLoop) {
  const TemporaryFolder folder;
  {
    NativeLoop loop;
    Keeper keeper(loop);
    keeper.server.listen_unix(folder / "server.sock");
  }
  EXPECT_FALSE(exists(folder / "server.sock"));
  std::optional<NativeLoop> loop(std::in_place);
  Keeper keeper(*loop);
  keeper.server.listen_unix(folder / "loop.sock");
  loop.reset();
  EXPECT_FALSE(exists(folder / "loop.sock"));
}

TEST(ListenUnix, AForkedChildThatOnlyExitsLeavesTheFileToItsParent) {
  const TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  NativeLoop loop;
  auto keeper = std::make_unique<Keeper>(loop);
  keeper->server.listen_unix(path);
  const pid_t child = ::fork();
  if (child == 0) {
    keeper.reset();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(exists(path));
  const TestClient client(path);
  EXPECT_TRUE(run_turns_until(loop, [&] { return keeper->streams.size() == 1; }));
}

TEST(ListenUnix, AbstractNamesHaveNoFile) {
  const std::string name = "eddy-test-" + std::to_string(::getpid());
  NativeLoop loop;
  Keeper keeper(loop);
  keeper.server.listen_unix("@" + name);
  EXPECT_EQ(keeper.server.addresses()[0].host(), "@" + name);
  EXPECT_TRUE(keeper.server.addresses()[0].is_abstract());
  Keeper second(loop);
  EXPECT_EQ(text_of_error([&] { second.server.listen_unix(std::string(1, '\0') + name); }),
            "listen on @" + name + ": Address already in use");
  const TestClient client("@" + name);
  EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 1; }));
  keeper.server.stop();
  second.server.listen_unix(std::string(1, '\0') + name);
  EXPECT_EQ(second.server.addresses()[0].host(), "@" + name);
}

TEST(ListenUnix, PathsThatCannotBeAreClearErrors) {
  NativeLoop loop;
  Keeper keeper(loop);
  const std::string longest = "/" + std::string(Address::kLongestPath, 'x');
  EXPECT_EQ(text_of_error([&] { keeper.server.listen_unix(longest); }),
            "listen on " + longest + " (108 bytes of at most 107): File name too long");
  EXPECT_EQ(text_of_error([&] { keeper.server.listen_unix("/nowhere/app.sock"); }),
            "listen on /nowhere/app.sock: No such file or directory");
  std::error_code error;
  for (const std::string& path : {std::string(), std::string("@"), std::string("a\0b", 3)}) {
    keeper.server.listen_unix(path, error);
    EXPECT_EQ(error, std::errc::invalid_argument) << path;
  }
  EXPECT_TRUE(keeper.server.addresses().empty());
}

TEST(ListenUnix, OfTheLongestPath) {
  const TemporaryFolder folder;
  const std::string path = folder / std::string(Address::kLongestPath - (folder / "").size(), 'x');
  ASSERT_EQ(path.size(), Address::kLongestPath);
  NativeLoop loop;
  Keeper keeper(loop);
  keeper.server.listen_unix(path);
  EXPECT_EQ(keeper.server.addresses()[0].host(), path);
  const TestClient client(path);
  EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 1; }));
  keeper.server.stop();
  EXPECT_FALSE(exists(path));
}

TEST(ListenUnix, InMemory) {
  ManualLoop loop;
  Keeper keeper(loop);
  loop.system().leave_file("/run/app.sock");
  keeper.server.listen_unix("/run/app.sock");
  const ManualPeer peer = loop.system().connect("/run/app.sock");
  loop.run_until_idle();
  ASSERT_EQ(keeper.streams.size(), 1U);
  EXPECT_EQ(keeper.streams[0]->peer_address().family(), Address::Family::local);
  std::error_code error;
  keeper.server.listen_unix("/run/app.sock", error);
  EXPECT_EQ(error, std::errc::address_in_use);
  // No memory to watch it: nothing is left of it.
  loop.poller().fail_watch(std::errc::not_enough_memory);
  keeper.server.listen_unix("/run/other.sock", error);
  EXPECT_EQ(error, std::errc::not_enough_memory);
  EXPECT_FALSE(loop.system().has_file("/run/other.sock"));
  keeper.server.stop();
  EXPECT_FALSE(loop.system().has_file("/run/app.sock"));
}

// ---- Both families, several sockets on one port -------------------------------------------------

TEST(Listen, ADualSocketShowsIpv4ClientsByTheirOwnAddresses) {
  NativeLoop loop;
  Keeper keeper(loop);
  std::error_code error;
  // Bound to the loopback address in its mapped form, so that nobody else reaches the test.
  keeper.server.listen("::ffff:127.0.0.1", 0, error, {.dual = true});
  if (error == std::errc::address_family_not_supported) GTEST_SKIP() << "no IPv6 here";
  ASSERT_FALSE(error) << error.message();
  const TestClient client(keeper.server.port());
  ASSERT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 1; }));
  EXPECT_EQ(keeper.streams[0]->peer_address().host(), "127.0.0.1");
  EXPECT_EQ(keeper.streams[0]->peer_address().port(), client.local_port());
}

TEST(Listen, WithoutDualIpv6IsByItself) {
  NativeLoop loop;
  Keeper keeper(loop);
  std::error_code error;
  keeper.server.listen("::ffff:127.0.0.1", 0, error);
  EXPECT_TRUE(error) << "a socket for IPv6 only has no IPv4 address";
}

TEST(Listen, SeveralSocketsShareAPortWhenAllAskForIt) {
  NativeLoop loop;
  Keeper first(loop);
  Keeper second(loop);
  first.server.listen("127.0.0.1", 0, {.reuse_port = true});
  const std::uint16_t port = first.server.port();
  std::error_code error;
  second.server.listen("127.0.0.1", port, error);
  EXPECT_EQ(error, std::errc::address_in_use);
  second.server.listen("127.0.0.1", port, {.reuse_port = true});
  std::vector<TestClient> clients;
  for (int i = 0; i < 64; ++i) clients.emplace_back(port);
  EXPECT_TRUE(run_turns_until(
      loop, [&] { return first.streams.size() + second.streams.size() == clients.size(); }));
  EXPECT_FALSE(first.streams.empty());
  EXPECT_FALSE(second.streams.empty());
}

TEST(Listen, SeveralKindsOnOneServer) {
  const TemporaryFolder folder;
  NativeLoop loop;
  Keeper keeper(loop);
  keeper.server.listen_unix(folder / "app.sock");
  keeper.server.listen("127.0.0.1", 0);
  keeper.server.adopt(open_listener());
  ASSERT_EQ(keeper.server.addresses().size(), 3U);
  EXPECT_EQ(keeper.server.port(), keeper.server.addresses()[1].port());
  const TestClient one(folder / "app.sock");
  const TestClient two(keeper.server.addresses()[1].port());
  const TestClient three(keeper.server.addresses()[2].port());
  EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 3; }));
}

// ---- Adopted sockets ----------------------------------------------------------------------------

TEST(Adopt, TakesOverASocketThatListens) {
  NativeLoop loop;
  Keeper keeper(loop);
  const int fd = open_listener();
  keeper.server.adopt(fd);
  EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_NE(keeper.server.port(), 0);
  const TestClient client(keeper.server.port());
  EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 1; }));
  keeper.server.stop();
  EXPECT_EQ(::fcntl(fd, F_GETFD), -1) << "it is closed with the server";
}

TEST(Adopt, LeavesTheFileOfAUnixSocketToWhoeverMadeIt) {
  const TemporaryFolder folder;
  const std::string path = folder / "app.sock";
  NativeLoop loop;
  Keeper keeper(loop);
  const int fd = bind_socket(path);
  ASSERT_EQ(::listen(fd, 8), 0);
  keeper.server.adopt(fd);
  EXPECT_EQ(keeper.server.addresses()[0].host(), path);
  keeper.server.stop();
  EXPECT_TRUE(exists(path));
}

TEST(Adopt, WhatIsNoListeningStreamSocketStaysTheCallers) {
  const TemporaryFolder folder;
  NativeLoop loop;
  Keeper keeper(loop);
  const auto refused = [&](int fd, std::errc expected) {
    const int flags = ::fcntl(fd, F_GETFL);
    std::error_code error;
    keeper.server.adopt(fd, error);
    EXPECT_EQ(error, expected) << error.message();
    EXPECT_EQ(::fcntl(fd, F_GETFL), flags);
    if (fd >= 0) ::close(fd);
  };
  refused(-1, std::errc::bad_file_descriptor);
  refused(open_listener(SOCK_DGRAM, false), std::errc::wrong_protocol_type);
  refused(open_listener(SOCK_STREAM, false), std::errc::invalid_argument);
  refused(::open("/dev/null", O_RDONLY | O_CLOEXEC), std::errc::not_a_socket);
  EXPECT_TRUE(keeper.server.addresses().empty());
  EXPECT_EQ(text_of_error([&] { keeper.server.adopt(-1); }),
            "listen on descriptor -1: Bad file descriptor");
}

TEST(Adopt, OneThatItsOpenerShutsDownDoesNotSpin) {
  CapturedLog log;
  NativeLoop loop;
  loop.set_log_sink(log.sink());
  Keeper keeper(loop);
  const int fd = open_listener();
  keeper.server.adopt(fd);
  const std::string where = keeper.server.addresses()[0].to_string();
  keeper.server.listen("127.0.0.1", 0);
  ASSERT_EQ(::shutdown(fd, SHUT_RDWR), 0);
  ASSERT_TRUE(run_turns_until(loop, [&] { return !log.records().empty(); }));
  log.expect(LogLevel::error, where + " does not listen any more: Invalid argument");
  keeper.server.pause();
  keeper.server.resume();
  const auto guard = loop.hold();
  loop.call_later(50ms, [&] { loop.stop(); });
  const auto turns = loop.stats().turns;
  loop.run();
  EXPECT_LE(loop.stats().turns - turns, 5U) << "it spins";
  EXPECT_TRUE(log.records().empty());
  // The other one goes on.
  const TestClient client(keeper.server.addresses()[1].port());
  EXPECT_TRUE(run_turns_until(loop, [&] { return keeper.streams.size() == 1; }));
}

TEST(Adopt, WhatCannotBeWatchedStaysTheCallersToo) {
  ManualLoop loop;
  Keeper keeper(loop);
  std::error_code error;
  const int fd =
      loop.system().listen(Address::parse("127.0.0.1", 80, error), {.backlog = 1}, error);
  loop.poller().fail_watch(std::errc::not_enough_memory);
  keeper.server.adopt(fd, error);
  EXPECT_EQ(error, std::errc::not_enough_memory);
  EXPECT_TRUE(loop.system().is_open(fd));
  keeper.server.adopt(fd);
  const ManualPeer peer = loop.system().connect(80);
  loop.run_until_idle();
  EXPECT_EQ(keeper.streams.size(), 1U);
}

}  // namespace
