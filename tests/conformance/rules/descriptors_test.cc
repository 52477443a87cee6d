// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Watching descriptors: level-triggered, synchronous in its end, and by watch rather than number.
#include <eddy/conformance/conformance_test.h>
#include <eddy/conformance/support/socket_pair.h>

#include <fcntl.h>

#include <array>
#include <cstdlib>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(descriptors)

EDDY_RULE(DescriptorTest, WatchingIsLevelTriggered,
          "what has not been read is reported again, every turn") {
  const SocketPair pair;
  pair.fill(1);
  int calls = 0;
  const FdWatch watch = loop().watch(pair.near(), Io::read, [&](Io events) {
    EXPECT_EQ(events, Io::read);
    ++calls;
  });
  EXPECT_TRUE(run_until([&] { return calls >= 5; }));
}

EDDY_RULE(DescriptorTest, InterestIsReplacedAndMayBeNone,
          "set_interest says what is wanted from now on; none pauses") {
  const SocketPair pair;
  pair.fill(1);
  int reads = 0;
  int writes = 0;
  FdWatch watch = loop().watch(pair.near(), Io::write, [&](Io events) {
    if (any(events & Io::read)) ++reads;
    if (any(events & Io::write)) ++writes;
  });
  ASSERT_TRUE(run_until([&] { return writes >= 2; }));
  EXPECT_EQ(reads, 0);
  watch.set_interest(Io::none);
  const int before = writes;
  run_for(std::chrono::milliseconds(10));
  EXPECT_EQ(reads, 0);
  EXPECT_EQ(writes, before);
  watch.set_interest(Io::read);
  ASSERT_TRUE(run_until([&] { return reads >= 2; }));
  EXPECT_EQ(writes, before);
}

namespace {

/// Counts turns, so no signals.
class QuietTest : public ConformanceTest {
 protected:
  [[nodiscard]] bool interrupted() const override { return false; }
};

}  // namespace

EDDY_RULE_IN(QuietTest, DescriptorTest, APausedWatchDoesNotSpinWhenThePeerGoes,
             "a hang-up of what is watched for nothing costs no turns") {
  SocketPair pair;
  bool called = false;
  const FdWatch watch = loop().watch(pair.near(), Io::none, [&](Io /*events*/) { called = true; });
  pair.close_far();
  run_for(std::chrono::milliseconds(5));
  const std::uint64_t turns = loop().stats().turns;
  run_for(std::chrono::milliseconds(20));
  EXPECT_LE(loop().stats().turns - turns, 3U);
  EXPECT_FALSE(called);
}

EDDY_RULE(DescriptorTest, AHangUpIsReadable, "a peer that has closed is reported as readable") {
  SocketPair pair;
  bool ended = false;
  const FdWatch watch =
      loop().watch(pair.near(), Io::read, [&](Io /*events*/) { ended = !pair.take(); });
  pair.close_far();
  EXPECT_TRUE(run_until([&] { return ended; }));
}

EDDY_RULE(
    DescriptorTest, NoCallbackFollowsTheEndOfAWatch,
    "of two descriptors that are ready at once, the first callback may end the other's watch") {
  const SocketPair first;
  const SocketPair second;
  first.fill(1);
  second.fill(1);
  std::array<FdWatch, 2> watches;
  int calls = 0;
  // Which of them is called first is the system's choice.
  watches[0] = loop().watch(first.near(), Io::read, [&](Io /*events*/) {
    ++calls;
    watches[1].reset();
    (void)first.take();
  });
  watches[1] = loop().watch(second.near(), Io::read, [&](Io /*events*/) {
    ++calls;
    watches[0].reset();
    (void)second.take();
  });
  ASSERT_TRUE(run_until([&] { return calls > 0; }));
  run_for(std::chrono::milliseconds(10));
  EXPECT_EQ(calls, 1);
}

EDDY_RULE(DescriptorTest, AReusedNumberInheritsNoEvent,
          "a descriptor number that is closed and reused within a dispatch gets no event of its "
          "past") {
  const SocketPair first;
  SocketPair second;
  first.fill(1);
  second.fill(1);
  const SocketPair fresh;  // nothing to read in it
  int calls = 0;
  int inherited = 0;
  FdWatch first_watch;
  FdWatch second_watch;
  FdWatch fresh_watch;
  // Both are ready; whichever comes first gives the other's number to a new socket.
  const auto reuse = [&](FdWatch& other_watch, int other) {
    ++calls;
    if (calls > 1) return;
    other_watch.reset();
    ASSERT_EQ(::dup3(fresh.near(), other, O_CLOEXEC), other);
    fresh_watch = loop().watch(other, Io::read, [&](Io /*events*/) { ++inherited; });
  };
  first_watch = loop().watch(first.near(), Io::read, [&](Io /*events*/) {
    (void)first.take();
    reuse(second_watch, second.near());
  });
  second_watch = loop().watch(second.near(), Io::read, [&](Io /*events*/) {
    (void)second.take();
    reuse(first_watch, first.near());
  });
  ASSERT_TRUE(run_until([&] { return calls > 0; }));
  run_for(std::chrono::milliseconds(10));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(inherited, 0);
  fresh.fill(1);
  EXPECT_TRUE(run_until([&] { return inherited > 0; }))
      << "the new watch is a watch like any other";
}

EDDY_RULE(DescriptorTest, RegularFilesAreRefused,
          "a regular file can't be watched: an error, not a busy loop") {
  char name[] = "/tmp/eddy_conformance_XXXXXX";
  const int fd = ::mkostemp(name, O_CLOEXEC);
  ASSERT_GE(fd, 0);
  ::unlink(name);
  EXPECT_THROW((void)loop().watch(fd, Io::read, [](Io /*events*/) {}), std::system_error);
  EXPECT_EQ(loop().stats().watches, 0U);
  ::close(fd);
}

EDDY_RULE(DescriptorTest, ManyReadyDescriptorsAreAllServed,
          "of 400 descriptors that are ready at once, each is called") {
  constexpr std::size_t kPairs = 400;
  std::vector<SocketPair> pairs(kPairs);
  std::vector<FdWatch> watches;
  std::vector<int> calls(kPairs);
  std::size_t served = 0;
  for (std::size_t i = 0; i < kPairs; ++i) {
    pairs[i].fill(1);
    watches.push_back(loop().watch(pairs[i].near(), Io::read, [&, i](Io /*events*/) {
      (void)pairs[i].take();
      if (calls[i]++ == 0) ++served;
    }));
  }
  EXPECT_EQ(loop().stats().watches, kPairs);
  EXPECT_TRUE(run_until([&] { return served == kPairs; }));
  watches.clear();
  EXPECT_EQ(loop().stats().watches, 0U);
}

EDDY_RULE(DescriptorTest, AWatchMayOutliveItsLoop, "a watch that is reset after its Loop is safe") {
  const SocketPair pair;
  FdWatch watch = loop().watch(pair.near(), Io::read, [](Io /*events*/) {});
  destroy_loop();
  watch.reset();
}

}  // namespace eddy::inline v0::conformance
