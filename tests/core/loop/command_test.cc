// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/core.h>
#include <eddy/core/loop/command.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using eddy::NativeLoop;
using eddy::internal::Command;
using testing::HasSubstr;
using namespace std::chrono_literals;

class CommandTest : public testing::Test {
 protected:
  Command::Result result_of(std::vector<std::string> arguments) {
    std::optional<Command::Result> result;
    const Command command(loop_, std::move(arguments), [&](Command::Result ended) {
      result = std::move(ended);
      loop_.stop();
    });
    loop_.call_later(20s, [this] { loop_.stop(); });
    const auto guard = loop_.hold();
    loop_.run();
    return result.value_or(Command::Result{.status = -2, .output = "it has not ended"});
  }
  Command::Result result_of(const std::string& script) { return result_of({"sh", "-c", script}); }

  NativeLoop loop_;
};

TEST_F(CommandTest, TellsWhatItHasSaidAndHowItEnded) {
  const Command::Result result = result_of("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.output, "out\nerr\n");
  EXPECT_EQ(result_of(std::vector<std::string>{"true"}).status, 0);
  EXPECT_EQ(result_of("kill -9 $$").status, 128 + SIGKILL);
}

TEST_F(CommandTest, HasNoInputAndNoSignalBlocked) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  EXPECT_EQ(result_of("cat; grep SigBlk: /proc/self/status").output, "SigBlk:\t0000000000000000\n");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(CommandTest, GivesTheLastOfMuchOutput) {
  const Command::Result result = result_of("seq 100000; echo end");
  EXPECT_EQ(result.output.size(), 64U * 1024);
  EXPECT_THAT(result.output, testing::EndsWith("99999\n100000\nend\n"));
}

TEST_F(CommandTest, EndsWithItsProgramWhateverThatHasLeft) {
  const Command::Result result = result_of("sleep 5 & echo begun");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "begun\n");
}

TEST_F(CommandTest, OneThatIsNotThereIsToldOfByTheShell) {
  const Command::Result result = result_of(std::vector<std::string>{"/no/such/program"});
  EXPECT_EQ(result.status, 127);
  EXPECT_THAT(result.output, HasSubstr("/no/such/program"));
  EXPECT_THROW(Command(loop_, {}, [](const Command::Result& /*result*/) {}), std::invalid_argument);
}

TEST_F(CommandTest, LeavesNoChildAndNeedsNone) {
  struct sigaction ignored {};
  struct sigaction before {};
  ignored.sa_handler = SIG_IGN;
  ::sigaction(SIGCHLD, &ignored, &before);
  EXPECT_EQ(result_of("exit 3").status, 3);
  ::sigaction(SIGCHLD, &before, nullptr);
  EXPECT_EQ(result_of("exit 4").status, 4);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

/// Whether anybody still has the writing end of the pipe that `fd` reads.
bool is_held(int fd) {
  pollfd end{fd, POLLIN, 0};
  return ::poll(&end, 1, 20'000) == 0;
}

TEST_F(CommandTest, DestroyedItEndsTheProgramAndWhatThatHasBegun) {
  for (const bool loop_goes_first : {false, true}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    auto loop = std::make_unique<NativeLoop>();
    std::optional<Command> command(std::in_place, *loop,
                                   std::vector<std::string>{"sh", "-c", "sleep 60 & sleep 60"},
                                   [](const Command::Result& /*result*/) { FAIL(); });
    ::close(ends[1]);  // the program and what it has begun have it still
    if (loop_goes_first) loop.reset();
    command.reset();
    EXPECT_FALSE(is_held(ends[0])) << "something goes on";
    ::close(ends[0]);
  }
}

TEST_F(CommandTest, KeepsNothingRunning) {
  const Command command(loop_, {"sleep", "60"}, [](const Command::Result& /*result*/) { FAIL(); });
  EXPECT_FALSE(loop_.run());
}

TEST_F(CommandTest, IsNothingInAForkedChild) {
  std::optional<Command::Result> result;
  std::optional<Command> command(
      std::in_place, loop_, std::vector<std::string>{"sh", "-c", "sleep 0.3; echo end; exit 3"},
      [&](Command::Result ended) {
        result = std::move(ended);
        loop_.stop();
      });
  // The first child ends while the program still runs.
  for (const bool runs_the_loop : {false, true}) {
    const pid_t child = ::fork();
    if (child == 0) {
      loop_.call_later(500ms, [this] { loop_.stop(); });
      const auto guard = loop_.hold();
      if (runs_the_loop) loop_.run();
      command.reset();
      ::_exit(result ? 1 : 0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const auto guard = loop_.hold();
  loop_.call_later(20s, [this] { loop_.stop(); });
  loop_.run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 3);
  EXPECT_EQ(result->output, "end\n");
}

TEST_F(CommandTest, LeavesNoZombieWhereOrphansAreGivenToThisProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const bool right =
        result_of("exit 3").status == 3 && ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
    ::_exit(right ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(CommandTest, MayBeDestroyedWithinItsCallback) {
  std::optional<Command> command;
  std::string after;
  command.emplace(loop_, std::vector<std::string>{"true"},
                  [&, text = std::string("a text that is too long to be within the function")](
                      const Command::Result& /*result*/) {
                    command.reset();
                    after = text;
                    loop_.stop();
                  });
  const auto guard = loop_.hold();
  loop_.run();
  EXPECT_FALSE(command);
  EXPECT_THAT(after, HasSubstr("too long"));
}

}  // namespace
