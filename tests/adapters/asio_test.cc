// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/asio/asio.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#ifdef EDDY_ASIO_STANDALONE
#  include <asio/dispatch.hpp>
#  include <asio/executor_work_guard.hpp>
#  include <asio/post.hpp>
#  include <asio/steady_timer.hpp>
#  include <asio/strand.hpp>
#  include <asio/thread_pool.hpp>
#else
#  include <boost/asio/dispatch.hpp>
#  include <boost/asio/executor_work_guard.hpp>
#  include <boost/asio/post.hpp>
#  include <boost/asio/steady_timer.hpp>
#  include <boost/asio/strand.hpp>
#  include <boost/asio/thread_pool.hpp>
#endif

#include <tests/adapters/support.h>

namespace {

namespace net = eddy::asio_library;
using eddy::AsioLoop;
using eddy::Clock;
using eddy::Duration;
using eddy_test::open_descriptors;
using eddy_test::Pulse;
using namespace std::chrono_literals;

/// Runs `context` on some threads until run() has returned in all of them.
void run_on(net::io_context& context, int count) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&] { context.run(); });
  for (auto& thread : threads) thread.join();
}

class AsioThreads : public testing::TestWithParam<int> {
 protected:
  void run() { run_on(io_, GetParam()); }
  void run_again() {
    io_.restart();
    run();
  }
  net::io_context io_;
};
INSTANTIATE_TEST_SUITE_P(Threads, AsioThreads, testing::Values(1, 4));

TEST_P(AsioThreads, RunReturnsAtOnceWhenNothingCounts) {
  AsioLoop loop(io_);
  loop.call_later(1h, [] {});
  run();
  EXPECT_TRUE(io_.stopped());
}

TEST_P(AsioThreads, RunReturnsWithTheLastGuardAndPostsRunAtTheNext) {
  AsioLoop loop(io_);
  eddy::WorkGuard work = loop.hold();
  bool called = false;
  loop.call_later(5ms, [&] {
    called = true;
    work.reset();
  });
  run();
  EXPECT_TRUE(called);
  for (int round = 0; round < 3; ++round) {
    int posted = 0;
    for (int i = 0; i < 1000; ++i) loop.post([&] { ++posted; });
    loop.set_budget({.slice = 1s, .max_steps = 10});
    run_again();
    EXPECT_EQ(posted, 1000);
  }
}

TEST_P(AsioThreads, GuardsComeAndGo) {
  AsioLoop loop(io_);
  eddy::WorkGuard last = loop.hold();
  eddy::WorkGuard work;
  int rounds = 0;
  std::function<void()> step = [&] {
    if (++rounds == 300) return last.reset();
    if (rounds % 3 == 0) {
      work = loop.hold();
    } else if (rounds % 3 == 1) {
      work.reset();
    }
    rounds % 2 == 0 ? (void)loop.post([&] { step(); })
                    : (void)loop.call_later(0ms, [&] { step(); });
  };
  loop.post([&] { step(); });
  run();
  EXPECT_EQ(rounds, 300);
}

TEST_P(AsioThreads, WhatDoesNotCountIsServedWhileTheContextRuns) {
  AsioLoop loop(io_);
  net::steady_timer other(io_, 10s);
  other.async_wait([](const auto&) {});
  int called = 0;
  loop.call_later(1ms, [&] {
    loop.call_later(1ms, [&] {
      ++called;
      other.cancel();
    });
  });
  run();
  EXPECT_EQ(called, 1);
}

TEST_P(AsioThreads, PostsFromOutsideWhileRunReturns) {
  AsioLoop loop(io_);
  std::atomic<int> called = 0;
  std::atomic<int> accepted = 0;
  std::atomic<bool> stop = false;
  std::thread poster([&, remote = loop.remote()] {
    while (!stop) {
      if (remote.post([&] { ++called; })) ++accepted;
      if (accepted % 50 == 0) std::this_thread::sleep_for(100us);
    }
  });
  for (int i = 0; i < 200; ++i) run_again();
  stop = true;
  poster.join();
  run_again();
  EXPECT_EQ(called, accepted);
}

TEST_P(AsioThreads, NothingOfALoopRunsTwiceAtATime) {
  AsioLoop loop(io_);
  eddy::WorkGuard work = loop.hold();
  int unguarded = 0;
  int left = 4000;
  std::vector<std::thread> posters;
  for (int i = 0; i < 4; ++i) {
    posters.emplace_back([&, remote = loop.remote()] {
      for (int k = 0; k < 1000; ++k) {
        remote.post([&] {
          ++unguarded;
          if (--left == 0) work.reset();
        });
      }
    });
  }
  run();
  for (auto& poster : posters) poster.join();
  EXPECT_EQ(unguarded, 4000);
}

TEST_P(AsioThreads, TheProgramsStrandIsTheLoopsStrand) {
  const auto strand = net::make_strand(io_);
  std::optional<AsioLoop> loop;
  bool called = false;
  net::post(strand, [&] {
    loop.emplace(strand);
    loop->call_later(1ms, [&] { called = strand.running_in_this_thread(); });
    loop->spawn(
        [](eddy::Loop& /*unused*/) -> eddy::Task<void> { co_await eddy::sleep(5ms); }(*loop));
  });
  run();
  EXPECT_TRUE(called);
}

TEST_P(AsioThreads, MayBeDestroyedByItsOwnCallback) {
  auto* loop = new AsioLoop(io_);
  const eddy::WorkGuard work = loop->hold();
  loop->post([&] { delete std::exchange(loop, nullptr); });
  run();
  EXPECT_EQ(loop, nullptr);
}

TEST_P(AsioThreads, UseFromAnotherThreadIsFound) {
  AsioLoop loop(io_);
  bool thrown = false;
  loop.post([&] {
    std::thread([&] {
      try {
        (void)loop.run();
      } catch (const eddy::WrongThread&) {
        thrown = true;
      }
    }).join();
  });
  run();
  EXPECT_TRUE(thrown);
}

TEST_P(AsioThreads, AHandlerThatBlocksInRunOneIsNoDeadlock) {
  AsioLoop loop(io_);
  Pulse pulse(loop);
  eddy::WorkGuard work = loop.hold();
  bool nested_served = false;
  std::function<void()> look_again = [&] {
    if (!pulse.beaten(5)) return (void)loop.call_later(1ms, [&] { look_again(); });
    pulse.stop();
    work.reset();
  };
  loop.post([&] {
    pulse.start_again();
    const auto end = std::chrono::steady_clock::now() + (GetParam() == 1 ? 10s : 50ms);
    while (!pulse.beaten(5) && std::chrono::steady_clock::now() < end) io_.run_one_for(1ms);
    nested_served = pulse.beaten(5);
    pulse.start_again();
    // Whatever the handler held up goes on when it has returned.
    look_again();
  });
  run();
  EXPECT_TRUE(nested_served || GetParam() != 1);
}

TEST_P(AsioThreads, RunUntilInsideAHandlerEndsOrIsRefused) {
  AsioLoop loop(io_);
  std::optional<std::error_code> error;
  loop.post([&] {
    error.emplace();
    try {
      loop.run_until([]() -> eddy::Task<void> { co_await eddy::sleep(5ms); }());
    } catch (const std::system_error& refused) {
      error = refused.code();
    }
  });
  run();
  ASSERT_TRUE(error);
  if (GetParam() == 1) {
    EXPECT_FALSE(*error);
  } else if (*error) {
    EXPECT_EQ(*error, eddy::Errc::not_pumpable);
  }
}

TEST(AsioLoop, SurvivesItsContext) {
  std::optional<net::io_context> io(std::in_place);
  AsioLoop loop(*io);
  AsioLoop on_strand(net::make_strand(*io));
  { const AsioLoop gone_before(*io); }
  const eddy::WorkGuard work = loop.hold();
  const eddy::Remote remote = loop.remote();
  loop.call_later(0ms, [] { FAIL(); });
  io.reset();
  EXPECT_FALSE(remote.post([] {}));
  EXPECT_THROW(loop.call_later(0ms, [] {}), std::system_error);
  EXPECT_FALSE(on_strand.post([] {}));
}

TEST(AsioLoop, SurvivesItsContextWithHandlersQueued) {
  std::optional<net::io_context> io(std::in_place);
  AsioLoop loop(*io);
  io->run();
  loop.post([] { FAIL(); });
  io.reset();
}

TEST(AsioLoop, DestroyedAfterRunItLeavesOnlyDeadHandlers) {
  net::io_context io;
  {
    AsioLoop loop(io);
    eddy::WorkGuard work = loop.hold();
    loop.post([&] { work.reset(); });
    io.run();
  }
  io.restart();
  io.run();  // returns: nothing of the Loop counts any more
  EXPECT_TRUE(io.stopped());
}

TEST(AsioLoop, ThreadsMayPostWhileItsContextDies) {
  std::atomic<int> round{0};
  std::atomic<int> posted{0};
  std::atomic<int> delay{0};
  std::atomic<bool> over{false};
  std::optional<eddy::Remote> remote;
  std::thread poster([&] {
    for (int seen = 0; !over;) {
      if (round == seen) continue;
      seen = round;
      for (int left = delay; left > 0; --left) std::atomic_signal_fence(std::memory_order_seq_cst);
      remote->post([] {});
      posted = seen;
    }
  });
  for (int i = 1; i <= 3000; ++i) {
    std::optional<net::io_context> io(std::in_place);
    AsioLoop loop(*io);
    remote.emplace(loop.remote());
    io->poll();  // the wait does not count any more: a post strengthens it
    delay = i * 7 % 300;
    round = i;
    io.reset();
    while (posted != i) {
    }
  }
  over = true;
  poster.join();
}

/// Leaves `count` descriptors to the process while it exists.
class FewDescriptors {
 public:
  explicit FewDescriptors(std::size_t count) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = std::min<rlim_t>(before_.rlim_cur, 256);
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (int fd; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
    for (; count > 0; --count) give_back();
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() {
    while (!taken_.empty()) give_back();
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  /// How many there are now.
  [[nodiscard]] std::size_t left() {
    const std::size_t before = taken_.size();
    for (int fd; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
    const std::size_t count = taken_.size() - before;
    while (taken_.size() > before) give_back();
    return count;
  }

 private:
  void give_back() {
    ::close(taken_.back());
    taken_.pop_back();
  }
  rlimit before_{};
  std::vector<int> taken_;
};

#ifndef __SANITIZE_ADDRESS__  // see tests/core/descriptor_limit.h
TEST(AsioLoop, OneThatCannotBeMadeLeavesNoDescriptor) {
  std::size_t count = 0;
  for (bool made = false; !made && count <= 6; ++count) {
    net::io_context io;
    FewDescriptors few(count);
    try {
      const AsioLoop loop(io);
      made = true;
    } catch (const std::exception&) {
      EXPECT_EQ(few.left(), count);
    }
  }
  EXPECT_GT(count, 2U) << "it takes more than one";
  EXPECT_LE(count, 6U) << "these were enough";
}
#endif

struct Waited {
  double cpu = 0;
  double wall = 0;
};

/// A run_until within a handler, while the threads that run the context come by handlers that
/// sleep.
Waited wait_beside_busy_threads() {
  net::io_context io;
  AsioLoop loop(io);
  eddy::WorkGuard work = loop.hold();
  Waited waited;
  loop.post([&] {
    for (int i = 0; i < 3; ++i) net::post(io, [] { std::this_thread::sleep_for(300ms); });
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    try {
      loop.run_until([]() -> eddy::Task<void> { co_await eddy::sleep(50ms); }());
    } catch (const std::system_error& refused) {
      EXPECT_EQ(refused.code(), eddy::Errc::not_pumpable);
    }
    waited.cpu = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
    waited.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    work.reset();
  });
  run_on(io, 4);
  return waited;
}

TEST(AsioLoop, WaitingForAThreadThatIsBusyCostsNoCpu) {
  // A thread that takes the Loop's event before it sleeps has run_until refused without any wait.
  Waited waited;
  for (int attempt = 0; attempt < 20 && waited.wall < 0.04; ++attempt) {
    waited = wait_beside_busy_threads();
  }
  EXPECT_GE(waited.wall, 0.04);
  EXPECT_LT(waited.cpu, waited.wall / 4) << "over " << waited.wall << " s";
}

TEST(AsioLoop, OneThreadRunsAnIoContextForTheLoop) {
  net::io_context io;
  AsioLoop loop(io);
  EXPECT_EQ(loop.run_until([]() -> eddy::Task<int> {
    co_await eddy::sleep(2ms);
    co_return 7;
  }()),
            7);
  bool called = false;
  loop.call_later(1ms, [&] { called = true; });
  EXPECT_FALSE(loop.run());
  EXPECT_TRUE(called);
  // The program's own run is as if nothing had been before it.
  bool own = false;
  net::post(io, [&] { own = true; });
  io.run();
  EXPECT_TRUE(own);
}

TEST(AsioLoop, StoppingTheContextEndsRunUntil) {
  net::io_context io;
  AsioLoop loop(io);
  loop.call_later(1ms, [&] { io.stop(); });
  EXPECT_THROW(loop.run_until([]() -> eddy::Task<void> { co_await eddy::sleep(1h); }()),
               std::system_error);
  EXPECT_TRUE(io.stopped());
}

TEST(AsioLoop, RunsInAThreadPoolThatItCannotPump) {
  std::atomic<int> called = 0;
  net::thread_pool pool(3);
  const auto strand = net::make_strand(net::any_io_executor(pool.get_executor()));
  std::unique_ptr<AsioLoop> loop;
  std::atomic<bool> done = false;
  net::post(strand, [&] {
    loop = std::make_unique<AsioLoop>(strand);
    loop->call_later(1ms, [&] {
      ++called;
      loop.reset();
      done = true;
    });
    EXPECT_EQ(loop->run(), eddy::Errc::not_pumpable);
  });
  pool.join();
  EXPECT_TRUE(done);
  EXPECT_EQ(called, 1);
}

TEST(AsioLoop, AForkedChildThatExitsLeavesTheParentServing) {
  net::io_context io;
  auto loop = std::make_unique<AsioLoop>(io);
  io.poll();
  const pid_t child = fork();
  if (child == 0) {
    loop.reset();
    _exit(0);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  bool called = false;
  loop->post([&] { called = true; });
  io.restart();
  io.run();
  EXPECT_TRUE(called);
}

TEST(AsioLoop, AForkedChildThatDestroysTheContextLeavesTheParentServing) {
  auto io = std::make_unique<net::io_context>();
  AsioLoop loop(*io);
  io->poll();
  const pid_t child = fork();
  if (child == 0) {
    io.reset();
    _exit(0);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  bool called = false;
  loop.post([&] { called = true; });
  io->restart();
  io->run();
  EXPECT_TRUE(called);
}

TEST(AsioLoop, ADaemonWhoseParentLeavesGoesOnServing) {
  net::io_context io;
  AsioLoop loop(io);
  loop.post([] {});
  io.notify_fork(net::execution_context::fork_prepare);
  const pid_t child = fork();
  if (child == 0) {
    io.notify_fork(net::execution_context::fork_child);
    int called = 0;
    loop.call_later(1ms, [&] { ++called; });
    (void)loop.run();
    loop.post([&] { ++called; });
    io.restart();
    io.run();
    _exit(called == 2 ? 0 : 1);
  }
  io.notify_fork(net::execution_context::fork_parent);
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

/// Sends threads signals, one after the other; their handler has no SA_RESTART.
class SignalStorm {
 public:
  SignalStorm(std::vector<pthread_t> targets, void (*handler)(int), Duration pause) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(SIGUSR2, &action, &before_);
    sender_ = std::thread([this, targets = std::move(targets), pause] {
      for (std::size_t i = 0; !over_; ++i) {
        ::pthread_kill(targets[i % targets.size()], SIGUSR2);
        if (pause > 0ms) std::this_thread::sleep_for(pause);
      }
    });
  }
  SignalStorm(const SignalStorm&) = delete;
  SignalStorm& operator=(const SignalStorm&) = delete;
  ~SignalStorm() {
    over_ = true;
    sender_.join();
    ::signal(SIGUSR2, SIG_IGN);  // Drops those that are still on their way.
    ::sigaction(SIGUSR2, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
  std::atomic<bool> over_ = false;
  std::thread sender_;
};

TEST(AsioLoop, ASignalAtAnyMomentDoesNotKeepTheContext) {
  net::io_context io;
  AsioLoop loop(io);
  std::atomic<int> runs = 0;
  std::atomic<bool> over = false;
  std::atomic<bool> stuck = false;
  std::thread watch([&] {
    int seen = 0;
    auto since = std::chrono::steady_clock::now();
    while (!over) {
      std::this_thread::sleep_for(10ms);
      const auto now = std::chrono::steady_clock::now();
      if (const int current = runs; current != seen) {
        seen = current;
        since = now;
      } else if (now - since > 10s) {
        stuck = true;
        io.stop();
        return;
      }
    }
  });
  {
    const SignalStorm storm(
        {::pthread_self()}, [](int) {}, 0ms);
    const auto until = Clock::now() + 20s;
    while (runs < 1'000 && !stuck && Clock::now() < until) {
      eddy::WorkGuard work = loop.hold();
      loop.post([&] { work.reset(); });
      io.restart();
      io.run();
      ++runs;
    }
  }
  over = true;
  watch.join();
  EXPECT_FALSE(stuck) << "run() " << runs << " has not returned by itself";
}

/// A thread that rests between any two of its instructions holds up no other's look at the state
/// that they share.
TEST(AsioLoop, AThreadThatRestsAnywhereDoesNotEndTheRunOfTheOthers) {
  constexpr int kPosts = 1000;
  const auto rest = [](int) {
    const timespec time{.tv_sec = 0, .tv_nsec = 50'000};
    ::nanosleep(&time, nullptr);
  };
  // Where others have the processors a round takes long.
  const auto until = Clock::now() + 10s;
  for (int round = 0; round < 200 && Clock::now() < until; ++round) {
    net::io_context io;
    AsioLoop loop(io);
    loop.set_budget({.slice = 1s, .max_steps = 1});
    int posted = 0;
    for (int i = 0; i < kPosts; ++i) loop.post([&] { ++posted; });
    std::array threads{std::thread([&] { io.run(); }), std::thread([&] { io.run(); })};
    {
      const SignalStorm storm({threads[0].native_handle(), threads[1].native_handle()}, rest,
                              200us);
      while (!io.stopped()) std::this_thread::sleep_for(1ms);
    }
    for (auto& thread : threads) thread.join();
    ASSERT_EQ(posted, kPosts) << "round " << round;
  }
}

TEST(AsioLoop, AThousandStartsAndStopsLeaveNothing) {
  net::io_context io;
  { const AsioLoop first(io); }
  io.run();
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    AsioLoop loop(io);
    loop.post([] {});
    io.restart();
    io.run();
  }
  io.restart();
  io.run();
  EXPECT_EQ(open_descriptors(), before);
  io.restart();
  EXPECT_EQ(io.poll(), 0U);
}

}  // namespace
