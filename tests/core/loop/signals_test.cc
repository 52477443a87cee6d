// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/signals.h>

#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <tests/core/support.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

using eddy::NativeLoop;
using eddy::SignalWatch;
using eddy::watch_signal;
using eddy::core_test::Alive;
using eddy::core_test::run_turns_until;
using namespace std::chrono_literals;

std::atomic<int> own_handler_calls{0};
void own_handler(int /*signal*/) { ++own_handler_calls; }

/// Installs a handler of the test's own for SIGUSR1, and puts back what was there.
class OwnHandler {
 public:
  OwnHandler() {
    struct sigaction action {};
    action.sa_handler = own_handler;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGUSR1, &action, &before_);
    own_handler_calls = 0;
  }
  OwnHandler(const OwnHandler&) = delete;
  OwnHandler& operator=(const OwnHandler&) = delete;
  ~OwnHandler() { ::sigaction(SIGUSR1, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

TEST(Signals, RunTheCallbackInALaterTurn) {
  const OwnHandler own;
  NativeLoop loop;
  int calls = 0;
  const SignalWatch watch = watch_signal(loop, SIGUSR1, [&] { ++calls; });
  ::raise(SIGUSR1);
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(run_turns_until(loop, [&] { return calls == 1; }));
  loop.dispatch();
  EXPECT_EQ(calls, 1);
  ::raise(SIGUSR1);
  EXPECT_TRUE(run_turns_until(loop, [&] { return calls == 2; }));
  EXPECT_EQ(own_handler_calls, 0);
}

TEST(Signals, WakeALoopThatSleeps) {
  const OwnHandler own;
  NativeLoop loop;
  const SignalWatch watch = watch_signal(loop, SIGUSR1, [&] { loop.stop(); });
  std::thread sender([main = ::pthread_self()] {
    std::this_thread::sleep_for(10ms);
    ::pthread_kill(main, SIGUSR1);
  });
  EXPECT_FALSE(loop.run());
  sender.join();
}

TEST(Signals, TheLastWatchRestoresWhatWasThere) {
  const OwnHandler own;
  NativeLoop loop;
  {
    const SignalWatch first = watch_signal(loop, SIGUSR1, [] {});
    SignalWatch second = watch_signal(loop, SIGUSR1, [] {});
    second.reset();
    ::raise(SIGUSR1);
    EXPECT_EQ(own_handler_calls, 0);
  }
  ::raise(SIGUSR1);
  EXPECT_EQ(own_handler_calls, 1);
}

TEST(Signals, AHandlerThatSomebodyInstalledMeanwhileIsLeftAlone) {
  const OwnHandler outer;
  NativeLoop loop;
  SignalWatch watch = watch_signal(loop, SIGUSR1, [] {});
  struct sigaction theirs {};
  theirs.sa_handler = SIG_IGN;
  sigemptyset(&theirs.sa_mask);
  ::sigaction(SIGUSR1, &theirs, nullptr);
  watch.reset();
  struct sigaction now {};
  ::sigaction(SIGUSR1, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_IGN);
}

TEST(Signals, SeveralWatchesOfSeveralLoopsAllHearOfOne) {
  const OwnHandler own;
  NativeLoop a;
  NativeLoop b;
  std::array<int, 3> calls{};
  const SignalWatch first = watch_signal(a, SIGUSR1, [&] { ++calls[0]; });
  const SignalWatch second = watch_signal(a, SIGUSR1, [&] { ++calls[1]; });
  const SignalWatch third = watch_signal(b, SIGUSR1, [&] { ++calls[2]; });
  const SignalWatch other = watch_signal(b, SIGUSR2, [] { FAIL(); });
  ::raise(SIGUSR1);
  EXPECT_TRUE(run_turns_until(a, [&] { return calls[0] == 1 && calls[1] == 1; }));
  EXPECT_TRUE(run_turns_until(b, [&] { return calls[2] == 1; }));
}

TEST(Signals, ACallbackMayEndItsOwnWatchAndTheLoop) {
  const OwnHandler own;
  auto loop = std::make_unique<NativeLoop>();
  int live = 0;
  SignalWatch watch;
  watch = watch_signal(*loop, SIGUSR1, [&, alive = Alive(live)] {
    watch.reset();
    loop.reset();
    EXPECT_EQ(live, 1);
  });
  ::raise(SIGUSR1);
  for (int i = 0; i < 100 && loop; ++i) loop->dispatch();
  EXPECT_FALSE(loop);
  EXPECT_EQ(live, 0);
}

TEST(Signals, AWatchMayOutliveItsLoopAndThenHoldsNothing) {
  const OwnHandler own;
  SignalWatch watch;
  {
    NativeLoop loop;
    watch = watch_signal(loop, SIGUSR1, [] { FAIL(); });
  }
  ::raise(SIGUSR1);
  EXPECT_EQ(own_handler_calls, 1) << "restored with the loop's end";
}

TEST(Signals, WhatCannotBeCaughtIsAnError) {
  NativeLoop loop;
  EXPECT_THROW((void)watch_signal(loop, SIGKILL, [] {}), std::system_error);
  EXPECT_THROW((void)watch_signal(loop, 0, [] {}), std::system_error);
  EXPECT_THROW((void)watch_signal(loop, 10'000, [] {}), std::system_error);
  std::error_code error;
  EXPECT_FALSE(watch_signal(
      loop, SIGKILL, [] {}, error));
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_TRUE(watch_signal(
      loop, SIGUSR1, [] {}, error));
  EXPECT_FALSE(error);
  eddy::testing::ManualLoop manual;
  EXPECT_THROW((void)watch_signal(manual, SIGUSR1, [] {}), std::invalid_argument);
}

TEST(Signals, SixtyFourWatchesAtMost) {
  const OwnHandler own;
  NativeLoop loop;
  std::vector<SignalWatch> watches;
  for (int i = 0; i < 64; ++i) watches.push_back(watch_signal(loop, SIGUSR1, [] {}));
  EXPECT_THROW((void)watch_signal(loop, SIGUSR1, [] {}), std::system_error);
  watches.pop_back();
  EXPECT_NO_THROW((void)watch_signal(loop, SIGUSR1, [] {}));
}

TEST(Signals, ComeAndGoWhileTheyArrive) {
  const OwnHandler own;
  NativeLoop loop;
  const SignalWatch stays = watch_signal(loop, SIGUSR1, [] {});
  std::atomic<bool> end{false};
  std::thread sender([&] {
    while (!end) ::kill(::getpid(), SIGUSR1);
  });
  for (int i = 0; i < 2000; ++i) {
    const SignalWatch watch = watch_signal(loop, SIGUSR1, [] {});
    loop.dispatch();
  }
  end = true;
  sender.join();
}

TEST(Signals, OfAForkedChildAreNotTheParents) {
  const OwnHandler own;
  NativeLoop loop;
  int calls = 0;
  const SignalWatch watch = watch_signal(loop, SIGUSR1, [&] { ++calls; });
  const pid_t child = ::fork();
  if (child == 0) {
    ::raise(SIGUSR1);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  loop.dispatch();
  EXPECT_EQ(calls, 0);
  ::raise(SIGUSR1);
  EXPECT_TRUE(run_turns_until(loop, [&] { return calls == 1; }));
}

/// Exit status of a child that does what `child` says and is alive for some seconds at most; -1
/// when it has been killed.
template <class Child>
int status_of_child(Child child) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(10);
    ::_exit(child());
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Signals, AForkedChildThatRunsTheLoopHearsItsOwnWhileItsParentLives) {
  const OwnHandler own;
  NativeLoop loop;
  int calls = 0;
  const SignalWatch watch = watch_signal(loop, SIGUSR1, [&] { ++calls; });
  EXPECT_EQ(status_of_child([&] {
              loop.dispatch();
              ::raise(SIGUSR1);
              return run_turns_until(loop, [&] { return calls == 1; }) ? 0 : 1;
            }),
            0);
  loop.dispatch();
  EXPECT_EQ(calls, 0) << "that was the child's";
  ::raise(SIGUSR1);
  EXPECT_TRUE(run_turns_until(loop, [&] { return calls == 1; }));
}

TEST(Signals, AForkedChildMayEndAndBeginWatchesWhoeverHeldTheirLockInTheParent) {
  const OwnHandler own;
  NativeLoop loop;
  std::atomic<bool> end{false};
  std::thread other([&] {
    NativeLoop others;
    while (!end) {
      const SignalWatch watch = watch_signal(others, SIGUSR1, [] {});
      ::pthread_kill(::pthread_self(), SIGUSR1);
    }
  });
  for (int i = 0; i < 200; ++i) {
    auto watch = std::make_unique<SignalWatch>(watch_signal(loop, SIGUSR1, [] {}));
    EXPECT_EQ(status_of_child([&] {
                loop.dispatch();
                watch.reset();
                const SignalWatch next = watch_signal(loop, SIGUSR1, [] {});
                return 0;
              }),
              0);
  }
  end = true;
  other.join();
}

}  // namespace
