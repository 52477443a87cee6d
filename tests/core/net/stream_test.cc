// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/stream.h>

#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <tests/core/support.h>

#include <array>
#include <memory>
#include <string>
#include <system_error>

namespace {

using eddy::Address;
using eddy::Io;
using eddy::RunningTask;
using eddy::Stream;
using eddy::Task;
using eddy::core_test::SocketPair;
using eddy::testing::ManualLoop;
using eddy::testing::ManualPeer;
using namespace std::chrono_literals;

/// A loop with one connection.
struct Connected {
  Connected() {
    auto open = loop.system().open_connection();
    fd = open.fd;
    peer = open.peer;
    stream = eddy::internal::make_socket_stream(eddy::internal::core_of(loop), fd, Address());
  }
  ManualLoop loop;
  int fd;
  ManualPeer peer;
  std::unique_ptr<Stream> stream;
};

Task<std::string> read_all(Stream& stream) {
  std::string all;
  std::array<char, 7> buffer;
  while (const std::size_t n = co_await stream.read_some(buffer)) all.append(buffer.data(), n);
  co_return all;
}

/// What went wrong in `task`, as text.
template <class T>
std::error_code error_of(ManualLoop& loop, Task<T> task) {
  try {
    (void)loop.run_until(std::move(task));
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

TEST(Stream, ReadsWhatArrivesInAnyPiecesUntilTheEnd) {
  Connected c;
  c.peer.limit_receives(2);
  c.peer.write("hello, ");
  c.loop.call_later(1s, [&] { c.peer.write("world"); });
  c.loop.call_later(2s, [&] { c.peer.shutdown_write(); });
  EXPECT_EQ(c.loop.run_until(read_all(*c.stream)), "hello, world");
}

TEST(Stream, AReadinessThatComesToNothingIsWaitedOut) {
  Connected c;
  c.peer.fail_receive(std::errc::operation_would_block);
  c.peer.fail_receive(std::errc::operation_would_block);
  c.loop.call_later(1s, [&] {
    c.peer.write("x");
    c.peer.shutdown_write();
  });
  EXPECT_EQ(c.loop.run_until(read_all(*c.stream)), "x");
}

TEST(Stream, AResetIsAnErrorOfReadAndWrite) {
  Connected c;
  c.loop.call_later(1s, [&] { c.peer.reset(); });
  EXPECT_EQ(error_of(c.loop, read_all(*c.stream)), std::errc::connection_reset);
  EXPECT_EQ(error_of(c.loop, c.stream->write("x")), std::errc::connection_reset);
}

TEST(Stream, ExhaustedMemoryIsAnErrorOfTheOneCall) {
  Connected c;
  c.peer.fail_receive(std::errc::not_enough_memory);
  EXPECT_EQ(error_of(c.loop, read_all(*c.stream)), std::errc::not_enough_memory);
  c.peer.fail_send(std::errc::no_buffer_space);
  EXPECT_EQ(error_of(c.loop, c.stream->write("x")), std::errc::no_buffer_space);
}

TEST(Stream, WritesAllThroughShortSendsAndASlowReader) {
  Connected c;
  c.peer.set_capacity(10);
  c.peer.limit_sends(3);
  std::string sent;
  for (int i = 0; i < 1000; ++i) sent += std::to_string(i) + ",";
  std::string received;
  eddy::PeriodicCallback reader(
      c.loop, [&] { received += c.peer.read(); }, 1s);
  reader.start();
  c.loop.run_until(c.stream->write(sent));
  reader.stop();
  received += c.peer.read();
  EXPECT_EQ(received, sent);
}

TEST(Stream, WritesOnFromWhereATryHasLeftOff) {
  Connected c;
  c.peer.set_capacity(10);
  const std::string text = "the quick brown fox jumps";
  const std::string_view piece = text;
  const std::size_t begun = c.stream->try_write({&piece, 1}).bytes;
  EXPECT_EQ(begun, 10U);
  std::string received;
  eddy::PeriodicCallback reader(
      c.loop, [&] { received += c.peer.read(); }, 1s);
  reader.start();
  c.loop.run_until(c.stream->write(text, begun));
  reader.stop();
  EXPECT_EQ(received + c.peer.read(), text);
}

TEST(Stream, AWriteToAPeerThatHasGoneIsAnErrorAndNoSignal) {
  eddy::NativeLoop loop;
  SocketPair pair;
  auto stream = eddy::internal::make_socket_stream(eddy::internal::core_of(loop),
                                                   pair.release_near(), Address());
  pair.close_far();
  struct sigaction now {};
  ::sigaction(SIGPIPE, nullptr, &now);
  ASSERT_EQ(now.sa_handler, SIG_DFL) << "the disposition is nobody's business";
  EXPECT_THROW(loop.run_until(stream->write("x")), std::system_error);
  EXPECT_THROW(loop.run_until([](Stream& s) -> Task<void> {
    co_await s.write(std::string(1000, 'x'));
  }(*stream)),
               std::system_error);
}

TEST(Stream, AReadAndAWriteMayWaitAtATime) {
  Connected c;
  c.peer.set_capacity(1);
  std::string read;
  bool written = false;
  c.loop.spawn([](Stream& s, std::string& out) -> Task<void> {
    std::array<char, 8> buffer;
    const std::size_t n = co_await s.read_some(buffer);
    out.assign(buffer.data(), n);
  }(*c.stream, read));
  c.loop.spawn([](Stream& s, bool& flag) -> Task<void> {
    co_await s.write("ab");
    flag = true;
  }(*c.stream, written));
  c.loop.run_until_idle();
  EXPECT_EQ(c.peer.read(), "a");
  c.loop.run_until_idle();
  EXPECT_TRUE(written);
  EXPECT_EQ(read, "");
  c.peer.write("late");
  c.loop.run_until_idle();
  EXPECT_EQ(read, "late");
}

TEST(Stream, ClosingEndsAWaitWithAnError) {
  Connected c;
  c.loop.call_later(1s, [&] { c.stream->close(); });
  EXPECT_TRUE(error_of(c.loop, read_all(*c.stream)));
  EXPECT_TRUE(c.stream->closed());
  EXPECT_TRUE(c.peer.closed());
  c.stream->close();
  EXPECT_EQ(c.stream->fd(), -1);
  std::array<char, 4> buffer;
  EXPECT_EQ(c.stream->try_read(buffer).error, std::errc::not_connected);
}

TEST(Stream, DestroyingItEndsAWaitWithAnError) {
  Connected c;
  c.loop.call_later(1s, [&] { c.stream.reset(); });
  EXPECT_TRUE(error_of(c.loop, [](Stream& s) -> Task<void> {
    std::array<char, 4> buffer;
    (void)co_await s.read_some(buffer);
  }(*c.stream)));
}

TEST(Stream, IsQuietWhileNobodyReads) {
  Connected c;
  c.peer.write("unread");
  c.peer.close();
  EXPECT_LE(c.loop.run_until_idle(), 2U);
  EXPECT_EQ(c.peer.receives(), 0U);
}

TEST(Stream, HalfCloseTellsThePeerAndReadingGoesOn) {
  Connected c;
  c.stream->shutdown_write();
  EXPECT_TRUE(c.peer.ended());
  c.peer.write("answer");
  c.peer.shutdown_write();
  EXPECT_EQ(c.loop.run_until(read_all(*c.stream)), "answer");
}

TEST(Stream, AStopLeavesWhatHasNotBeenRead) {
  Connected c;
  RunningTask task(
      eddy::internal::core_of(c.loop),
      [](Stream& s) -> Task<void> { (void)co_await read_all(s); }(*c.stream), nullptr);
  task.start();
  task.request_stop();
  c.peer.write("later");
  c.peer.shutdown_write();
  c.loop.run_until_idle();
  EXPECT_TRUE(task.ended());
  EXPECT_EQ(c.loop.run_until(read_all(*c.stream)), "later");
}

TEST(Stream, OutlivesItsLoopClosed) {
  std::unique_ptr<Stream> stream;
  ManualPeer peer;
  {
    Connected c;
    stream = std::move(c.stream);
    peer = c.peer;
  }
  EXPECT_TRUE(stream->closed());
  EXPECT_TRUE(peer.closed());
  const std::string_view text = "x";
  EXPECT_TRUE(stream->try_write({&text, 1}).error);
  stream->close();
  stream.reset();
}

TEST(Stream, CountsAsWorkUntilItIsClosed) {
  const auto calls = std::make_shared<eddy::core_test::HostCalls>();
  eddy::Loop loop(std::make_unique<eddy::core_test::RecordingHost>(calls));
  SocketPair pair;
  auto stream = eddy::internal::make_socket_stream(eddy::internal::core_of(loop),
                                                   pair.release_near(), Address());
  EXPECT_TRUE(calls->keep_alive);
  stream->close();
  EXPECT_FALSE(calls->keep_alive);
}

/// What a protocol without coroutines does.
struct Delegate final : eddy::StreamDelegate {
  explicit Delegate(std::unique_ptr<Stream> s) : stream(std::move(s)) {}
  void on_stream_ready(Io events) override {
    ++calls;
    if (destroy) return stream.reset();
    if (any(events & Io::read)) {
      std::array<char, 16> buffer;
      const auto result = stream->try_read(buffer);
      received.append(buffer.data(), result.bytes);
    }
  }
  void on_stream_closed() noexcept override { ++closed; }
  std::unique_ptr<Stream> stream;
  std::string received;
  int calls = 0;
  int closed = 0;
  bool destroy = false;
};

TEST(StreamDelegate, IsToldOfReadinessAndMayDestroyTheStream) {
  Connected c;
  Delegate delegate(std::move(c.stream));
  delegate.stream->set_delegate(&delegate, Io::read);
  c.peer.write("abc");
  c.loop.run_until_idle();
  EXPECT_EQ(delegate.received, "abc");
  delegate.stream->set_interest(Io::none);
  c.peer.write("def");
  c.loop.run_until_idle();
  EXPECT_EQ(delegate.received, "abc");
  delegate.stream->set_interest(Io::read);
  delegate.destroy = true;
  c.loop.run_until_idle();
  EXPECT_EQ(delegate.calls, 2);
  EXPECT_TRUE(c.peer.closed());
}

TEST(StreamDelegate, IsToldOnceOfTheLoopsEnd) {
  auto c = std::make_unique<Connected>();
  Delegate delegate(std::move(c->stream));
  delegate.stream->set_delegate(&delegate, Io::read);
  c.reset();
  EXPECT_EQ(delegate.closed, 1);
  EXPECT_TRUE(delegate.stream->closed());
}

TEST(StreamDelegate, IsToldInAStepOfItsOwnThatTheSystemRefusesAWatch) {
  Connected c;
  Delegate delegate(std::move(c.stream));
  c.loop.poller().fail_watch(std::errc::no_space_on_device);
  delegate.stream->set_delegate(&delegate, Io::read);
  EXPECT_EQ(delegate.closed, 0);
  EXPECT_FALSE(delegate.stream->closed());
  c.loop.run_until_idle();
  EXPECT_EQ(delegate.closed, 1);
  EXPECT_TRUE(delegate.stream->closed());
  EXPECT_TRUE(c.peer.closed());
  EXPECT_EQ(c.loop.stats().watches, 0U);
}

TEST(StreamDelegate, MayCloseOrDestroyAStreamThatTheSystemHasRefusedToWatch) {
  for (const bool destroys : {false, true}) {
    Connected c;
    Delegate delegate(std::move(c.stream));
    c.loop.poller().fail_watch(std::errc::no_space_on_device);
    delegate.stream->set_delegate(&delegate, Io::read);
    destroys ? delegate.stream.reset() : delegate.stream->close();
    c.loop.run_until_idle();
    EXPECT_EQ(delegate.closed, 0);
    EXPECT_TRUE(c.peer.closed());
  }
}

TEST(Stream, AnAwaitThatTheSystemRefusesToWatchEndsWithAnError) {
  Connected c;
  c.loop.poller().fail_watch(std::errc::not_enough_memory);
  const auto read = [](Stream& stream) -> Task<void> {
    std::array<char, 8> buffer;
    (void)co_await stream.read_some(buffer);
  };
  EXPECT_THROW(c.loop.run_until(read(*c.stream)), std::system_error);
  EXPECT_TRUE(c.stream->closed());
}

TEST(Address, ReadsAndWritesItself) {
  std::error_code error;
  const Address v4 = Address::parse("127.0.0.1", 8888, error);
  EXPECT_FALSE(error);
  EXPECT_EQ(v4.to_string(), "127.0.0.1:8888");
  EXPECT_EQ(v4.family(), Address::Family::ipv4);
  const Address v6 = Address::parse("::1", 80, error);
  EXPECT_FALSE(error);
  EXPECT_EQ(v6.to_string(), "[::1]:80");
  EXPECT_EQ(v6.port(), 80);
  EXPECT_EQ(v6.host(), "::1");
  for (const char* wrong : {"", "localhost", "1.2.3", "1.2.3.4.5", "127.0.0.1:80", "[::1]"}) {
    (void)Address::parse(wrong, 80, error);
    EXPECT_EQ(error, std::errc::invalid_argument) << wrong;
  }
  EXPECT_EQ(Address().to_string(), "");
  EXPECT_EQ(Address().port(), 0);
}

}  // namespace
