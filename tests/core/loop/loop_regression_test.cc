// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <tests/core/support.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

using eddy::FdWatch;
using eddy::Io;
using eddy::NativeLoop;
using eddy::Task;
using eddy::core_test::Alive;
using eddy::core_test::HostCalls;
using eddy::core_test::RecordingHost;
using eddy::core_test::SocketPair;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

bool readable(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  return ::poll(&waiting, 1, 20) == 1;
}

TEST(FdWatch, ACallbackThatRunsANestedLoopIsNotCalledWithinItself) {
  NativeLoop loop;
  SocketPair pair;
  int calls = 0;
  int depth = 0;
  int deepest = 0;
  const FdWatch watch = loop.watch(pair.near(), Io::read, [&](Io) {
    ++calls;
    deepest = std::max(deepest, ++depth);
    if (calls < 3) {
      for (int i = 0; i < 3; ++i) loop.dispatch();
      EXPECT_FALSE(readable(loop.fd())) << "the nested loop spins on what it must not handle";
    }
    --depth;
    if (calls == 2) pair.drain();
  });
  pair.make_readable();
  loop.dispatch();
  EXPECT_EQ(calls, 1);
  ASSERT_TRUE(readable(loop.fd())) << "it has not been read";
  loop.dispatch();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(deepest, 1);
  loop.dispatch();
  EXPECT_FALSE(readable(loop.fd()));
}

TEST(FdWatch, OneThatIsPausedInsideItselfAndThenRefusedIsReported) {
  ManualLoop loop;
  auto connection = loop.system().open_connection();
  std::string reported;
  loop.set_exception_handler([&](const std::exception_ptr& error, const char* where) {
    reported = eddy::describe(error) + ": " + where;
  });
  const FdWatch watch = loop.watch(connection.fd, Io::read, [&](Io) {
    loop.run_turns(2);
    loop.poller().fail_watch(std::errc::no_space_on_device);
  });
  connection.peer.write("x");
  loop.run_turns(1);
  EXPECT_NE(reported.find("a watch that goes on"), std::string::npos) << reported;
}

TEST(FdWatch, OneThatIsPausedInsideItselfGetsWhatIsAskedForMeanwhile) {
  NativeLoop loop;
  SocketPair pair;
  int calls = 0;
  FdWatch watch;
  watch = loop.watch(pair.near(), Io::read, [&](Io) {
    ++calls;
    for (int i = 0; i < 3; ++i) loop.dispatch();
    watch.set_interest(Io::none);
  });
  pair.make_readable();
  for (int i = 0; i < 3; ++i) loop.dispatch();
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(readable(loop.fd()));
}

TEST(LoopDestruction, DropsTheExceptionHandlerAndTheLogSinkThatMayKeepItsCore) {
  int live = 0;
  {
    ManualLoop loop;
    const auto guard = std::make_shared<eddy::WorkGuard>(loop.hold());
    loop.set_exception_handler(
        [alive = Alive(live), guard](const std::exception_ptr&, const char*) {});
    loop.set_log_sink([alive = Alive(live), guard](const eddy::LogRecord&) {});
    EXPECT_EQ(live, 2);
  }
  EXPECT_EQ(live, 0);
}

TEST(LoopDestruction, EndsARunWithAnErrorHoweverItWasReached) {
  for (const bool by_post : {true, false}) {
    auto loop = std::make_unique<ManualLoop>();
    if (by_post) {
      loop->post([&loop] { loop.reset(); });
    } else {
      loop->call_later(0s, [&loop] { loop.reset(); });
    }
    EXPECT_EQ(loop->run(), eddy::Errc::loop_closed);
  }
}

// The wake-up is shared until the child has its own: clearing it there would leave the parent
// asleep beside its work.
TEST(Fork, AChildThatReturnsIntoItsTurnLeavesTheParentsWakeUpAlone) {
  NativeLoop loop;
  bool ran = false;
  bool child = false;
  loop.post([&] {
    const pid_t pid = ::fork();
    if (pid == 0) {
      child = true;
      return;
    }
    ::waitpid(pid, nullptr, 0);
    loop.post([&ran] { ran = true; });
  });
  loop.dispatch();
  if (child) ::_exit(0);
  EXPECT_TRUE(readable(loop.fd()));
  loop.dispatch();
  EXPECT_TRUE(ran);
}

TEST(Fork, AChildDoesNotTellTheHostThatItNeedNotRun) {
  const auto calls = std::make_shared<HostCalls>();
  eddy::Loop loop(std::make_unique<RecordingHost>(calls));
  auto guard = loop.hold();
  const int before = calls->keep_alive_calls;
  const pid_t pid = ::fork();
  if (pid == 0) {
    guard.reset();
    ::_exit(calls->keep_alive_calls == before ? 0 : 1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
