// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Waits that were lost: by a second one on the same stream, by its end; and what listens.
#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tests/core/net/support.h>
#include <tests/core/support.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using eddy::Address;
using eddy::NativeLoop;
using eddy::Stream;
using eddy::Task;
using eddy::TcpServer;
using eddy::core_test::DescriptorLimit;
using eddy::core_test::run_turns_until;
using eddy::core_test::SocketPair;
using namespace std::chrono_literals;

std::unique_ptr<Stream> make_stream(eddy::Loop& loop, SocketPair& pair) {
  return eddy::internal::make_socket_stream(eddy::internal::core_of(loop), pair.release_near(), {});
}

Task<void> read_once(Stream& stream, std::string& end) {
  std::array<char, 8> buffer;
  try {
    end = "read " + std::to_string(co_await stream.read_some(buffer));
  } catch (const std::system_error& error) {
    end = error.code() == std::errc::not_connected ? "not connected" : error.what();
  }
}

Task<void> write_once(Stream& stream, std::size_t bytes, std::string& end) {
  try {
    co_await stream.write(std::string(bytes, 'x'));
    end = "written";
  } catch (const std::system_error& error) {
    end = error.code() == std::errc::not_connected ? "not connected" : error.what();
  }
}

constexpr std::size_t kMoreThanFits = 4 * 1024 * 1024;

TEST(Stream, AReadAndAWriteMayWaitAtATime) {
  NativeLoop loop;
  SocketPair pair;
  const auto stream = make_stream(loop, pair);
  std::string read;
  std::string written;
  loop.spawn(read_once(*stream, read));
  loop.spawn(write_once(*stream, kMoreThanFits, written));
  std::vector<char> buffer(kMoreThanFits);
  ASSERT_TRUE(run_turns_until(loop, [&] {
    while (::recv(pair.far(), buffer.data(), buffer.size(), 0) > 0) {
    }
    return written == "written";
  }));
  EXPECT_EQ(read, "");
  pair.make_readable();
  EXPECT_TRUE(run_turns_until(loop, [&] { return read == "read 1"; }));
}

TEST(Stream, BothWaitsEndInOneTurnAlsoWhenTheFirstDestroysTheStream) {
  NativeLoop loop;
  SocketPair pair;
  auto stream = make_stream(loop, pair);
  std::string written;
  loop.spawn([](std::unique_ptr<Stream>& own) -> Task<void> {
    std::array<char, 8> buffer;
    co_await own->read_some(buffer);
    own.reset();
  }(stream));
  loop.spawn(write_once(*stream, kMoreThanFits, written));
  for (int i = 0; i < 4; ++i) loop.dispatch();
  pair.make_readable();
  pair.close_far();
  EXPECT_TRUE(run_turns_until(loop, [&] { return stream == nullptr && !written.empty(); }));
}

TEST(Stream, ClosingItEndsTheWaitsWithAnError) {
  for (const bool destroyed : {false, true}) {
    NativeLoop loop;
    SocketPair pair;
    auto stream = make_stream(loop, pair);
    std::string read;
    std::string written;
    loop.spawn(read_once(*stream, read));
    loop.spawn(write_once(*stream, kMoreThanFits, written));
    for (int i = 0; i < 4; ++i) loop.dispatch();
    if (destroyed) {
      stream.reset();
    } else {
      stream->close();
    }
    EXPECT_EQ(read, "") << "nothing is resumed inside close()";
    EXPECT_TRUE(run_turns_until(loop, [&] { return !read.empty() && !written.empty(); }));
    EXPECT_EQ(read, "not connected");
    EXPECT_EQ(written, "not connected");
  }
}

TEST(Stream, AClosedOneIsAnErrorAlsoWhenTheBudgetIsSpent) {
  NativeLoop loop;
  SocketPair pair;
  const auto stream = make_stream(loop, pair);
  stream->close();
  std::string read;
  loop.set_budget({.slice = 0ms});
  loop.spawn(read_once(*stream, read));
  EXPECT_TRUE(run_turns_until(
      loop, [&] { return read == "not connected"; }, 2s));
}

TEST(TcpServer, AfterStopItListensNowhereAndThenOnlyWhereItIsToldTo) {
  NativeLoop loop;
  TcpServer server(loop, [](std::unique_ptr<Stream>) {});
  server.listen("127.0.0.1", 0);
  server.stop();
  EXPECT_TRUE(server.addresses().empty());
  EXPECT_EQ(server.port(), 0);
  server.listen("127.0.0.1", 0);
  EXPECT_EQ(server.addresses().size(), 1U);
}

TEST(TcpServer, TheFormWithoutExceptionsTellsOfAClosedLoop) {
  auto loop = std::make_unique<NativeLoop>();
  TcpServer server(*loop, [](std::unique_ptr<Stream>) {});
  loop.reset();
  std::error_code error;
  server.listen(0, error);
  EXPECT_EQ(error, eddy::Errc::loop_closed);
  server.listen("127.0.0.1", 0, error);
  EXPECT_EQ(error, eddy::Errc::loop_closed);
}

#ifndef __SANITIZE_ADDRESS__  // see tests/core/descriptor_limit.h
TEST(TcpServer, TellsOnceThatNoDescriptorIsLeft) {
  int told = 0;
  eddy::LoopOptions options;
  options.log = [&told](const eddy::LogRecord& record) {
    if (record.level == eddy::LogLevel::warning) ++told;
  };
  NativeLoop loop(std::move(options));
  std::vector<std::unique_ptr<Stream>> accepted;
  TcpServer server(
      loop, [&accepted](std::unique_ptr<Stream> stream) { accepted.push_back(std::move(stream)); });
  server.set_shedding({.per_second = 0});
  server.listen("127.0.0.1", 0);
  const Address address = server.addresses().front();
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  ::connect(client, static_cast<const sockaddr*>(address.data()),
            static_cast<socklen_t>(address.size()));
  {
    const DescriptorLimit limit(DescriptorLimit::for_more(0));
    run_turns_until(
        loop, [] { return false; }, 350ms);  // three attempts
    EXPECT_TRUE(server.paused());
    EXPECT_EQ(told, 1);
  }
  EXPECT_TRUE(run_turns_until(loop, [&] { return accepted.size() == 1; }));
  ::close(client);
}
#endif

TEST(Address, OfTheLongestUnixPathCountsANulBeyondTheStructure) {
  Address address;
  sockaddr_un longest{};
  longest.sun_family = AF_UNIX;
  std::memset(longest.sun_path, 'a', sizeof longest.sun_path);
  std::memcpy(address.data(), &longest, sizeof longest);
  address.set_size(sizeof longest + 1);
  EXPECT_EQ(address.host(), std::string(sizeof longest.sun_path, 'a'));
}

}  // namespace
