// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files sent by sendfile, and through memory where that can't be.
#include <eddy/core/core.h>
#include <eddy/core/net/page_cache.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>
#include <tests/core/net/send_file_support.h>
#include <tests/core/support.h>
#include <tests/core/temp_file.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <memory>
#include <string>

namespace {

using eddy::Address;
using eddy::Errc;
using eddy::Io;
using eddy::IoResult;
using eddy::NativeLoop;
using eddy::Stream;
using eddy::StreamDelegate;
using eddy::core_test::Connected;
using eddy::core_test::numbers;
using eddy::core_test::sigpipe_is_pending;
using eddy::core_test::TempFile;
using eddy::testing::ManualLoop;

/// A layer that knows nothing of files, as TLS.
class PlainLayer final : public eddy::LayeredStream {
 public:
  using LayeredStream::LayeredStream;
  IoResult try_read(std::span<char> buffer) noexcept override {
    return transport().try_read(buffer);
  }
  IoResult try_write(std::span<const std::string_view> pieces) noexcept override {
    return transport().try_write(pieces);
  }
  void set_delegate(StreamDelegate* delegate, Io interest) noexcept override {
    transport().set_delegate(delegate, interest);
  }
  void set_interest(Io interest) noexcept override { transport().set_interest(interest); }
  void close() noexcept override { transport().close(); }
};

/// Sends the part of the file, with the peer reading whenever there is no more room.
std::string send_all(Connected& c, Stream& stream, int file, std::uint64_t offset,
                     std::size_t bytes) {
  std::string received;
  const std::uint64_t end = offset + bytes;
  while (offset < end) {
    const IoResult result = stream.try_send_file(file, offset, end - offset);
    if (result.would_block()) {
      const std::string more = c.receive();
      EXPECT_FALSE(more.empty()) << "would block with nothing on its way";
      received += more;
      continue;
    }
    if (result.error) return result.error.message();
    EXPECT_GT(result.bytes, 0U);
    offset += result.bytes;
  }
  return received + c.receive();
}

TEST(SendFile, ASocketTakesAPartOfAFileAndLeavesItsPositionAlone) {
  const std::string text = numbers(3 * 1024 * 1024);
  const TempFile file(text);
  ASSERT_EQ(::lseek(file.fd(), 5, SEEK_SET), 5);
  Connected c;
  EXPECT_EQ(send_all(c, *c.stream, file.fd(), 1001, 2 * 1024 * 1024),
            text.substr(1001, 2 * 1024 * 1024));
  EXPECT_EQ(::lseek(file.fd(), 0, SEEK_CUR), 5);
  EXPECT_EQ(c.stream->try_send_file(file.fd(), 0, 0).bytes, 0U);
}

TEST(SendFile, ALayerSendsTheSameThroughMemory) {
  const std::string text = numbers(1024 * 1024);
  const TempFile file(text);
  Connected c;
  PlainLayer layer(std::move(c.stream));
  EXPECT_EQ(send_all(c, layer, file.fd(), 77, 1000000), text.substr(77, 1000000));
}

TEST(SendFile, AFileThatSendfileRefusesGoesThroughMemory) {
  // A file of the kernel's own, of a kind that it does not splice.
  const int file = ::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  std::array<char, 64> first{};
  const ssize_t size = ::pread(file, first.data(), first.size(), 0);
  ASSERT_GT(size, 0);
  Connected c;
  const IoResult result = c.stream->try_send_file(file, 0, static_cast<std::size_t>(size));
  ::close(file);
  EXPECT_FALSE(result.error) << result.error.message();
  EXPECT_EQ(c.receive(), std::string(first.data(), static_cast<std::size_t>(size)));
}

TEST(SendFile, InMemoryStreamsTakeWhatTheyHaveRoomFor) {
  const std::string text = numbers(1000);
  const TempFile file(text);
  ManualLoop loop;
  auto open = loop.system().open_connection();
  auto stream =
      eddy::internal::make_socket_stream(eddy::internal::core_of(loop), open.fd, Address());
  open.peer.set_capacity(10);
  EXPECT_EQ(stream->try_send_file(file.fd(), 3, 100).bytes, 10U);
  EXPECT_TRUE(stream->try_send_file(file.fd(), 13, 90).would_block());
  EXPECT_EQ(open.peer.read(), text.substr(3, 10));
  EXPECT_EQ(stream->try_send_file(file.fd(), 1000, 1).error, Errc::file_truncated);
  open.peer.reset();
  EXPECT_EQ(stream->try_send_file(file.fd(), 13, 90).error, std::errc::connection_reset);
  stream->close();
  EXPECT_EQ(stream->try_send_file(file.fd(), 13, 90).error, std::errc::not_connected);
}

TEST(SendFile, AFileThatHasBecomeShorterIsAnErrorAtOnce) {
  const TempFile file(numbers(1000));
  Connected c;
  EXPECT_EQ(c.stream->try_send_file(file.fd(), 0, 500).bytes, 500U);
  file.truncate(600);
  EXPECT_EQ(c.stream->try_send_file(file.fd(), 500, 500).bytes, 100U);
  const IoResult past = c.stream->try_send_file(file.fd(), 600, 400);
  EXPECT_EQ(past.bytes, 0U);
  EXPECT_EQ(past.error, Errc::file_truncated);
  PlainLayer layer(std::move(c.stream));
  EXPECT_EQ(layer.try_send_file(file.fd(), 600, 400).error, Errc::file_truncated);
}

TEST(SendFile, AnErrorOfTheFileIsAnError) {
  Connected c;
  EXPECT_EQ(c.stream->try_send_file(-1, 0, 10).error, std::errc::bad_file_descriptor);
}

TEST(SendFile, AVanishedPeerIsAnErrorAndNoSignal) {
  struct sigaction now {};
  ::sigaction(SIGPIPE, nullptr, &now);
  ASSERT_EQ(now.sa_handler, SIG_DFL) << "the signal would end this process";
  const TempFile file("content");
  Connected c;
  c.pair.close_far();
  EXPECT_EQ(c.stream->try_send_file(file.fd(), 0, 7).error, std::errc::broken_pipe);
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  EXPECT_EQ(::sigismember(&mask, SIGPIPE), 0) << "the mask is as it was";
  EXPECT_FALSE(sigpipe_is_pending());
}

TEST(SendFile, ASignalThatWaitedForTheHostStaysTheHosts) {
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before);
  const TempFile file("content");
  Connected c;
  c.pair.close_far();
  EXPECT_EQ(c.stream->try_send_file(file.fd(), 0, 7).error, std::errc::broken_pipe);
  EXPECT_FALSE(sigpipe_is_pending()) << "what Eddy caused";

  ::pthread_kill(::pthread_self(), SIGPIPE);
  EXPECT_EQ(c.stream->try_send_file(file.fd(), 0, 7).error, std::errc::broken_pipe);
  EXPECT_TRUE(sigpipe_is_pending()) << "what the host has yet to take";
  const timespec at_once{};
  EXPECT_EQ(::sigtimedwait(&pipe, nullptr, &at_once), SIGPIPE);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(SendFile, InterruptedCallsLoseNothing) {
  static volatile sig_atomic_t interrupts = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { interrupts = interrupts + 1; };  // without SA_RESTART
  struct sigaction before {};
  ::sigaction(SIGALRM, &action, &before);
  const itimerval often{{0, 500}, {0, 500}};
  ::setitimer(ITIMER_REAL, &often, nullptr);

  const std::string text = numbers(2 * 1024 * 1024);
  const TempFile file(text);
  Connected c;
  do {
    file.drop_from_memory();  // a read of the disk can be interrupted
    EXPECT_EQ(send_all(c, *c.stream, file.fd(), 0, text.size()), text);
  } while (interrupts < 20);

  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
}

TEST(PageCache, TellsWhatIsInMemory) {
  const std::size_t size = 1024 * 1024;
  const TempFile file(numbers(size));
  EXPECT_TRUE(eddy::internal::in_page_cache(file.fd(), 0, size));
  if (!file.drop_from_memory()) GTEST_SKIP() << "this file system keeps everything in memory";
  // The look at the first page may have brought it in, but not the rest.
  EXPECT_FALSE(eddy::internal::in_page_cache(file.fd(), size / 2, size / 2));
  EXPECT_FALSE(eddy::internal::read_into_page_cache(file.fd(), 0, size));
  EXPECT_TRUE(eddy::internal::in_page_cache(file.fd(), 0, size));
}

TEST(PageCache, PastTheEndThereIsNothingToWaitFor) {
  const TempFile file("short");
  EXPECT_TRUE(eddy::internal::in_page_cache(file.fd(), 0, 1 << 20));
  EXPECT_TRUE(eddy::internal::in_page_cache(file.fd(), 1 << 20, 100));
  EXPECT_TRUE(eddy::internal::in_page_cache(file.fd(), 0, 0));
  EXPECT_FALSE(eddy::internal::read_into_page_cache(file.fd(), 0, 1 << 20));
  EXPECT_EQ(eddy::internal::read_into_page_cache(-1, 0, 10), std::errc::bad_file_descriptor);
}

}  // namespace
