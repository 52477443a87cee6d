// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <tests/core/support.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

using eddy::FdWatch;
using eddy::Io;
using eddy::NativeLoop;
using eddy::core_test::Alive;
using eddy::core_test::SocketPair;
using eddy::testing::ManualLoop;

TEST(FdWatch, IsLevelTriggered) {
  NativeLoop loop;
  const SocketPair pair;
  int calls = 0;
  const FdWatch watch = loop.watch(pair.near(), Io::read, [&](Io events) {
    EXPECT_EQ(events, Io::read);
    ++calls;
  });
  loop.dispatch();
  EXPECT_EQ(calls, 0);
  pair.make_readable();
  loop.dispatch();
  loop.dispatch();
  EXPECT_EQ(calls, 2);
  pair.drain();
  loop.dispatch();
  EXPECT_EQ(calls, 2);
}

TEST(FdWatch, TellsWhatItIsReadyFor) {
  NativeLoop loop;
  const SocketPair pair;
  Io seen = Io::none;
  FdWatch watch = loop.watch(pair.near(), Io::read_write, [&](Io events) { seen = events; });
  loop.dispatch();
  EXPECT_EQ(seen, Io::write);
  pair.make_readable();
  loop.dispatch();
  EXPECT_EQ(seen, Io::read_write);
  watch.set_interest(Io::read);
  loop.dispatch();
  EXPECT_EQ(seen, Io::read);
}

TEST(FdWatch, AHangUpIsSeenWithoutReading) {
  NativeLoop loop;
  SocketPair pair;
  int calls = 0;
  FdWatch watch = loop.watch(pair.near(), Io::hangup, [&](Io events) {
    EXPECT_EQ(events, Io::hangup);
    ++calls;
  });
  pair.make_readable();
  loop.dispatch();
  ::shutdown(pair.far(), SHUT_WR);
  loop.dispatch();
  EXPECT_EQ(calls, 0) << "what it has sent can be read, and it can be written to";
  pair.close_far();
  loop.dispatch();
  EXPECT_EQ(calls, 1);
}

TEST(FdWatch, NothingIsCalledAfterItHasEnded) {
  NativeLoop loop;
  const SocketPair pair;
  int calls = 0;
  int live = 0;
  FdWatch watch = loop.watch(pair.near(), Io::read, [&, alive = Alive(live)](Io) { ++calls; });
  pair.make_readable();
  EXPECT_TRUE(watch);
  watch.reset();
  EXPECT_FALSE(watch);
  EXPECT_EQ(live, 0);
  loop.dispatch();
  EXPECT_EQ(calls, 0);
  watch.reset();
}

TEST(FdWatch, ACallbackMayEndItsOwnWatchAndGoOn) {
  NativeLoop loop;
  const SocketPair pair;
  int live = 0;
  int calls = 0;
  FdWatch watch;
  watch = loop.watch(pair.near(), Io::read, [&, alive = Alive(live)](Io) {
    watch.reset();
    EXPECT_EQ(live, 1) << "pinned while it runs";
    ++calls;
  });
  pair.make_readable();
  loop.dispatch();
  loop.dispatch();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(live, 0);
  EXPECT_EQ(loop.stats().watches, 0U);
}

TEST(FdWatch, ACallbackMayEndAnotherThatWasCollectedInTheSameBatch) {
  NativeLoop loop;
  const std::array<SocketPair, 2> pairs;
  std::array<FdWatch, 2> watches;
  int calls = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    watches[i] = loop.watch(pairs[i].near(), Io::read, [&, i](Io) {
      ++calls;
      watches[1 - i].reset();
    });
    pairs[i].make_readable();
  }
  loop.dispatch();
  EXPECT_EQ(calls, 1);
}

TEST(FdWatch, AReusedNumberInheritsNoEvent) {
  NativeLoop loop;
  std::array<SocketPair, 2> pairs;
  std::array<FdWatch, 2> watches;
  std::unique_ptr<SocketPair> replacement;
  FdWatch new_watch;
  int old_calls = 0;
  int new_calls = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    watches[i] = loop.watch(pairs[i].near(), Io::read, [&, i](Io) {
      if (++old_calls > 1) return;
      // The other one, which has been collected too, gives its number to a new, silent socket.
      const int number = pairs[1 - i].near();
      watches[1 - i].reset();
      pairs[1 - i].close_near();
      replacement = std::make_unique<SocketPair>();
      ASSERT_EQ(replacement->near(), number) << "the system gives the lowest number out";
      new_watch = loop.watch(replacement->near(), Io::read, [&](Io) { ++new_calls; });
      watches[i].reset();
    });
    pairs[i].make_readable();
  }
  loop.dispatch();
  loop.dispatch();
  EXPECT_EQ(old_calls, 1);
  EXPECT_EQ(new_calls, 0);
  replacement->make_readable();
  loop.dispatch();
  EXPECT_EQ(new_calls, 1);
}

TEST(FdWatch, AReusedSlotInheritsNoEvent) {
  ManualLoop loop;
  auto first = loop.system().open_connection();
  auto second = loop.system().open_connection();
  auto third = loop.system().open_connection();
  FdWatch b;
  FdWatch c;
  int calls = 0;
  const FdWatch a = loop.watch(first.fd, Io::read, [&](Io) {
    if (++calls > 1) return;
    b.reset();
    // Takes the slot that has just become free.
    c = loop.watch(third.fd, Io::read, [](Io) { FAIL() << "nothing has been written to it"; });
  });
  b = loop.watch(second.fd, Io::read, [](Io) { FAIL() << "ended by the first"; });
  first.peer.write("x");
  second.peer.write("x");
  loop.run_turns(3);
  EXPECT_EQ(calls, 3);
}

TEST(FdWatch, RegularFilesAndWrongNumbersAreRefused) {
  NativeLoop loop;
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_THROW((void)loop.watch(::fileno(file), Io::read, [](Io) {}), std::system_error);
  std::fclose(file);
  try {
    (void)loop.watch(-1, Io::read, [](Io) {});
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
    EXPECT_NE(std::string(error.what()).find("watch descriptor -1"), std::string::npos);
  }
  std::error_code error;
  EXPECT_FALSE(loop.watch(
      -1, Io::read, [](Io) {}, error));
  EXPECT_EQ(error, std::errc::bad_file_descriptor);
  EXPECT_EQ(loop.stats().watches, 0U);
}

// A watch that is paused from the beginning is refused just as well: later is too late to tell.
TEST(FdWatch, ARegularFileIsRefusedAlsoWithoutInterest) {
  NativeLoop loop;
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  FdWatch watch;
  EXPECT_THROW(
      {
        watch = loop.watch(::fileno(file), Io::none, [](Io) {});
        watch.set_interest(Io::read);
      },
      std::system_error);
  std::fclose(file);
}

TEST(FdWatch, TheSameDescriptorTwiceIsRefused) {
  NativeLoop loop;
  const SocketPair pair;
  const FdWatch watch = loop.watch(pair.near(), Io::read, [](Io) {});
  EXPECT_THROW((void)loop.watch(pair.near(), Io::read, [](Io) {}), std::system_error);
}

TEST(FdWatch, APausedOneOfAHungUpPeerDoesNotSpin) {
  NativeLoop loop;
  SocketPair pair;
  int calls = 0;
  FdWatch watch = loop.watch(pair.near(), Io::read, [&](Io) { ++calls; });
  watch.set_interest(Io::none);
  pair.close_far();
  loop.dispatch();
  EXPECT_EQ(calls, 0);
  // The one descriptor that the host sees must be quiet.
  pollfd host{loop.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&host, 1, 0), 0);
  watch.set_interest(Io::read);
  loop.dispatch();
  EXPECT_EQ(calls, 1);
}

TEST(FdWatch, HangUpIsReportedAsWhatWasAskedFor) {
  NativeLoop loop;
  SocketPair pair;
  Io seen = Io::none;
  FdWatch watch = loop.watch(pair.near(), Io::write, [&](Io events) { seen = events; });
  pair.close_far();
  loop.dispatch();
  EXPECT_EQ(seen, Io::write);
  watch.set_interest(Io::read);
  loop.dispatch();
  EXPECT_EQ(seen, Io::read);
}

TEST(FdWatch, IsQuietWhenPausedByAnEarlierCallbackOfTheBatch) {
  NativeLoop loop;
  const std::array<SocketPair, 2> pairs;
  std::array<FdWatch, 2> watches;
  int calls = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    watches[i] = loop.watch(pairs[i].near(), Io::read, [&, i](Io) {
      ++calls;
      watches[1 - i].set_interest(Io::none);
    });
    pairs[i].make_readable();
  }
  loop.dispatch();
  EXPECT_EQ(calls, 1);
}

TEST(FdWatch, MayOutliveItsLoop) {
  FdWatch watch;
  const SocketPair pair;
  int live = 0;
  {
    NativeLoop loop;
    watch = loop.watch(pair.near(), Io::read, [alive = Alive(live)](Io) {});
  }
  EXPECT_THROW(watch.set_interest(Io::write), std::system_error);
  watch.reset();
  EXPECT_EQ(live, 0);
}

TEST(FdWatch, MovesAsAHandleDoes) {
  NativeLoop loop;
  const std::array<SocketPair, 2> pairs;
  FdWatch a = loop.watch(pairs[0].near(), Io::read, [](Io) {});
  FdWatch b = loop.watch(pairs[1].near(), Io::read, [](Io) {});
  EXPECT_EQ(loop.stats().watches, 2U);
  a = std::move(b);
  EXPECT_EQ(loop.stats().watches, 1U);
  const FdWatch c = std::move(a);
  EXPECT_EQ(loop.stats().watches, 1U);
  EXPECT_TRUE(c);
}

TEST(FdWatch, ThousandsOfThemComeAndGo) {
  ManualLoop loop;
  for (int round = 0; round < 100; ++round) {
    std::vector<FdWatch> watches;
    std::vector<int> fds;
    for (int i = 0; i < 100; ++i) {
      fds.push_back(loop.system().open_connection().fd);
      watches.push_back(loop.watch(fds.back(), Io::read, [](Io) {}));
    }
    EXPECT_EQ(loop.stats().watches, 100U);
    watches.clear();
    for (const int fd : fds) loop.system().close(fd);
  }
  EXPECT_EQ(loop.stats().watches, 0U);
}

}  // namespace
