// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/http/file.h>
#include <eddy/web/http/internal/file_sender.h>

#include <eddy/core/core.h>
#include <eddy/core/net/page_cache.h>
#include <eddy/testing/manual_loop.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <tests/core/support.h>
#include <tests/core/temp_file.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using eddy::Address;
using eddy::Errc;
using eddy::Loop;
using eddy::LoopOptions;
using eddy::NativeLoop;
using eddy::Stream;
using eddy::Task;
using eddy::core_test::numbers;
using eddy::core_test::run_turns_until;
using eddy::core_test::SocketPair;
using eddy::core_test::TempFile;
using eddy::testing::ManualLoop;
using eddy::web::File;
using eddy::web::internal::ByteBuffer;
using eddy::web::internal::FileSender;
using Result = FileSender::Result;

constexpr std::size_t kMegabyte = 1024 * 1024;

std::unique_ptr<Stream> make_stream(Loop& loop, int fd) {
  return eddy::internal::make_socket_stream(eddy::internal::core_of(loop), fd, Address());
}

File open_file(const TempFile& file) { return File::open(file.name()); }

/// A loop with one connection in memory, which takes all that it is given.
struct Connected {
  Connected() {
    auto open = loop.system().open_connection();
    peer = open.peer;
    peer.set_capacity(64 * kMegabyte);
    stream = make_stream(loop, open.fd);
  }
  ManualLoop loop;
  eddy::testing::ManualPeer peer;
  std::unique_ptr<Stream> stream;
};

std::string read_all(int fd) {
  std::string all;
  std::array<char, 64 * 1024> buffer;
  for (ssize_t n; (n = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
    all.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return all;
}

// ---- File ---------------------------------------------------------------------------------------

TEST(File, KnowsSizeAndTime) {
  const TempFile temp("12345");
  struct timespec times[2] = {{1000, 0}, {1234567, 500}};
  ASSERT_EQ(::futimens(temp.fd(), times), 0);
  const File file = open_file(temp);
  EXPECT_TRUE(file);
  EXPECT_EQ(file.size(), 5U);
  EXPECT_EQ(file.modified().time_since_epoch(), std::chrono::nanoseconds(1234567'000000500));
  EXPECT_NE(::fcntl(file.fd(), F_GETFD) & FD_CLOEXEC, 0);
  std::array<char, 10> buffer{};
  EXPECT_EQ(file.read(3, buffer).bytes, 2U);
  EXPECT_EQ(std::string(buffer.data(), 2), "45");
  EXPECT_EQ(file.read(5, buffer).bytes, 0U);
  EXPECT_FALSE(file.read(5, buffer).error);
}

TEST(File, TheLastCopyClosesIt) {
  const TempFile temp("x");
  int fd;
  {
    File copy;
    {
      const File file = open_file(temp);
      fd = file.fd();
      copy = file;
    }
    EXPECT_EQ(copy.fd(), fd);
    EXPECT_GE(::fcntl(fd, F_GETFD), 0);
  }
  EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
}

TEST(File, OnlyRegularFilesAreOpened) {
  std::error_code error;
  EXPECT_FALSE(File::open("no such file", error));
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  EXPECT_FALSE(File::open(".", error));
  EXPECT_EQ(error, std::errc::is_a_directory);
  EXPECT_FALSE(File::open("/dev/null", error));
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_FALSE(File::adopt(-1, error));
  EXPECT_EQ(error, std::errc::bad_file_descriptor);

  const TempFile name("");  // lends its name, and removes what is there at the end
  ASSERT_EQ(::unlink(name.name().c_str()), 0);
  ASSERT_EQ(::mkfifo(name.name().c_str(), 0600), 0);
  EXPECT_FALSE(File::open(name.name(), error)) << "and nobody was waited for";
  EXPECT_EQ(error, std::errc::invalid_argument);

  SocketPair pair;
  const int socket = pair.release_near();
  EXPECT_FALSE(File::adopt(socket, error));
  EXPECT_EQ(::fcntl(socket, F_GETFD), -1) << "what is refused is closed";
  try {
    (void)File::open("no such file");
    ADD_FAILURE();
  } catch (const std::system_error& thrown) {
    EXPECT_NE(std::string(thrown.what()).find("no such file"), std::string::npos);
  }
}

// ---- FileSender ---------------------------------------------------------------------------------

TEST(FileSender, SendsAPart) {
  const TempFile temp(numbers(1000));
  Connected c;
  FileSender sender(open_file(temp), 100, 200);
  EXPECT_EQ(sender.remaining(), 200U);
  EXPECT_EQ(sender.step(*c.stream), Result::sent_all);
  EXPECT_EQ(c.peer.read(), numbers(1000).substr(100, 200));
  EXPECT_EQ(sender.remaining(), 0U);
  EXPECT_EQ(sender.step(*c.stream), Result::sent_all);
}

TEST(FileSender, NothingIsSentOfNothing) {
  const TempFile temp("");
  Connected c;
  FileSender sender(open_file(temp), 0, 0);
  EXPECT_EQ(sender.step(*c.stream), Result::sent_all);
  EXPECT_EQ(c.peer.sends(), 0U);
}

TEST(FileSender, AStepIsBounded) {
  const std::size_t size = 2 * FileSender::kStep + 1000;
  const TempFile temp(numbers(size));
  Connected c;
  FileSender sender(open_file(temp), 0, size);
  Result result = Result::more;
  for (std::size_t sent = 0; result == Result::more; sent = c.peer.unread().size()) {
    result = sender.step(*c.stream);
    EXPECT_LE(c.peer.unread().size() - sent, FileSender::kStep);
  }
  EXPECT_EQ(result, Result::sent_all);
  EXPECT_TRUE(c.peer.read() == numbers(size));
}

TEST(FileSender, AStepIsOneCall) {
  const TempFile temp(numbers(100));
  Connected c;
  c.peer.limit_sends(30);  // as a stream does that has to encrypt each record
  FileSender sender(open_file(temp), 0, 100);
  for (std::size_t sent = 30; sent < 100; sent += 30) {
    EXPECT_EQ(sender.step(*c.stream), Result::more);
    EXPECT_EQ(c.peer.unread().size(), sent);
  }
  EXPECT_EQ(sender.step(*c.stream), Result::sent_all);
  EXPECT_EQ(c.peer.read(), numbers(100));
}

TEST(FileSender, WaitsForASlowPeer) {
  const TempFile temp(numbers(100));
  Connected c;
  c.peer.set_capacity(30);
  FileSender sender(open_file(temp), 0, 100);
  std::string received;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(sender.step(*c.stream), Result::more);
    EXPECT_EQ(sender.step(*c.stream), Result::blocked);
    EXPECT_EQ(c.peer.unread().size(), 30U);
    received += c.peer.read();
  }
  EXPECT_EQ(sender.step(*c.stream), Result::sent_all);
  EXPECT_EQ(received + c.peer.read(), numbers(100));
}

TEST(FileSender, SendsAllOverASocket) {
  const std::size_t size = 5 * kMegabyte + 12345;
  const TempFile temp(numbers(size));
  NativeLoop loop;
  SocketPair pair;
  const auto stream = make_stream(loop, pair.release_near());
  FileSender sender(open_file(temp), 1, size - 1);
  std::string received;
  Result result;
  int blocked = 0;
  while ((result = sender.step(*stream)) != Result::sent_all) {
    ASSERT_TRUE(result == Result::more || result == Result::blocked) << static_cast<int>(result);
    if (result == Result::blocked) {
      ++blocked;
      received += read_all(pair.far());
    }
  }
  received += read_all(pair.far());
  EXPECT_GT(blocked, 5);
  EXPECT_TRUE(received == numbers(size).substr(1));
}

TEST(FileSender, ReadsInsteadOfSending) {
  const std::size_t size = FileSender::kStep + 5000;
  const TempFile temp(numbers(size));
  Connected c;
  FileSender sender(open_file(temp), 1, size - 1);
  ByteBuffer out;
  out.append("head ");
  EXPECT_EQ(sender.read(out, 100), Result::more);
  EXPECT_EQ(out.view(), "head " + numbers(size).substr(1, 100));
  out.clear();
  EXPECT_EQ(sender.read(out), Result::more);
  EXPECT_EQ(out.size(), FileSender::kStep);
  EXPECT_EQ(sender.step(*c.stream), Result::sent_all) << "the rest may be sent";
  EXPECT_TRUE(std::string(out.view()) + c.peer.read() == numbers(size).substr(101));
  out.clear();
  EXPECT_EQ(sender.read(out), Result::sent_all);
  EXPECT_TRUE(out.empty());

  FileSender too_long(open_file(temp), size - 10, 20);
  EXPECT_EQ(too_long.read(out), Result::failed);
  EXPECT_EQ(too_long.error(), Errc::file_truncated);
  EXPECT_EQ(out.size(), 10U);
  FileSender wrong(File(), 0, 20);
  EXPECT_EQ(wrong.read(out), Result::failed);
  EXPECT_EQ(wrong.error(), std::errc::bad_file_descriptor);
}

TEST(FileSender, AFileThatBecameShorterFailsForGood) {
  const TempFile temp(numbers(1000));
  Connected c;
  FileSender sender(open_file(temp), 0, 1000);
  temp.truncate(400);
  EXPECT_EQ(sender.step(*c.stream), Result::more);
  EXPECT_EQ(sender.step(*c.stream), Result::failed);
  EXPECT_EQ(sender.error(), Errc::file_truncated);
  EXPECT_EQ(c.peer.unread().size(), 400U);
  EXPECT_EQ(sender.step(*c.stream), Result::failed);
  EXPECT_EQ(c.peer.unread().size(), 400U);
}

TEST(FileSender, AVanishedPeerFails) {
  const TempFile temp(numbers(1000));
  Connected c;
  c.peer.reset();
  FileSender sender(open_file(temp), 0, 1000);
  EXPECT_EQ(sender.step(*c.stream), Result::failed);
  EXPECT_EQ(sender.error(), std::errc::connection_reset);
}

// ---- What is not in memory ----------------------------------------------------------------------

TEST(FileSender, ReadsAheadOffTheLoopWhereTheFileIsNotInMemory) {
  const std::size_t size = 3 * kMegabyte;
  const TempFile temp(numbers(size));
  if (!temp.drop_from_memory()) GTEST_SKIP() << "this file system keeps everything in memory";
  NativeLoop loop;
  SocketPair pair;
  const auto stream = make_stream(loop, pair.release_near());
  FileSender sender(open_file(temp), 0, size);
  EXPECT_EQ(sender.step(*stream), Result::cold);
  EXPECT_EQ(sender.remaining(), size) << "nothing has been sent";

  std::string received;
  int warmed = 0;
  for (Result result = Result::cold; result != Result::sent_all; result = sender.step(*stream)) {
    ASSERT_NE(result, Result::failed) << sender.error().message();
    if (result == Result::cold) {
      ++warmed;
      loop.run_until(sender.warm());
    }
    received += read_all(pair.far());
  }
  received += read_all(pair.far());
  EXPECT_TRUE(received == numbers(size));
  EXPECT_GE(warmed, 1);
  EXPECT_LE(warmed, 3) << "a megabyte at a time";
}

TEST(FileSender, EveryWarmingLeadsOnHoweverShortMemoryIs) {
  const std::size_t size = kMegabyte;
  const TempFile temp(numbers(size));
  if (!temp.drop_from_memory()) GTEST_SKIP() << "this file system keeps everything in memory";
  NativeLoop loop;
  SocketPair pair;
  const auto stream = make_stream(loop, pair.release_near());
  FileSender sender(open_file(temp), 0, size);
  ByteBuffer out;
  ASSERT_EQ(sender.read(out), Result::cold);
  ASSERT_EQ(sender.step(*stream), Result::cold);
  loop.run_until(sender.warm());
  ASSERT_TRUE(temp.drop_from_memory());
  EXPECT_NE(sender.step(*stream), Result::cold);
  EXPECT_LT(sender.remaining(), size);
}

TEST(FileSender, AFullPoolCostsTheWaitAndNoError) {
  const TempFile temp(numbers(kMegabyte));
  if (!temp.drop_from_memory()) GTEST_SKIP() << "this file system keeps everything in memory";
  LoopOptions options;
  options.executor = {.threads = 1, .queue_limit = 0};
  NativeLoop loop(std::move(options));
  std::promise<void> release;
  std::atomic<bool> occupied = false;
  loop.spawn([](std::shared_future<void> released, std::atomic<bool>& flag) -> Task<void> {
    auto work = [released, &flag] {
      flag = true;
      released.wait();
    };
    co_await eddy::run_in_executor(std::move(work));
  }(release.get_future().share(), occupied));
  ASSERT_TRUE(run_turns_until(loop, [&] { return occupied.load(); }));
  SocketPair pair;
  const auto stream = make_stream(loop, pair.release_near());
  FileSender sender(open_file(temp), 0, kMegabyte);
  ASSERT_EQ(sender.step(*stream), Result::cold);
  loop.run_until(sender.warm());
  EXPECT_NE(sender.step(*stream), Result::cold);
  EXPECT_FALSE(sender.error()) << sender.error().message();
  EXPECT_LT(sender.remaining(), kMegabyte);
  release.set_value();
}

TEST(FileSender, MayGoWhileItWarms) {
  const TempFile temp(numbers(kMegabyte));
  temp.drop_from_memory();
  NativeLoop loop;
  std::optional<FileSender> sender;
  int fd;
  {
    File file = open_file(temp);
    fd = file.fd();
    sender.emplace(std::move(file), 0, kMegabyte);
  }
  {
    eddy::TaskGroup group(loop);
    group.spawn(sender->warm());
    loop.dispatch();
  }
  sender.reset();
  // The thread closes the file when it has done with it.
  EXPECT_TRUE(run_turns_until(loop, [&] { return ::fcntl(fd, F_GETFD) == -1; }));
}

}  // namespace
