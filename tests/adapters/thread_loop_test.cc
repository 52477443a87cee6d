// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/conformance/support/process_state.h>
#include <eddy/core/loop/thread_loop.h>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <tests/adapters/support.h>

namespace {

using eddy::ThreadLoop;
using eddy::UniqueFunction;
using eddy::conformance::wait_until_other_threads_sleep;
using eddy_test::open_descriptors;
using eddy_test::Pulse;
using namespace std::chrono_literals;

/// A host that can do nothing but run what other threads post to it.
class PostingHost {
 public:
  ThreadLoop::Post post() {
    return [this](UniqueFunction<void()> function) {
      const std::lock_guard lock(mutex_);
      ++posted_;
      if (closed_) return;
      queue_.push_back(std::move(function));
      changed_.notify_one();
    };
  }

  /// Runs one callback; false when there is none and it may not wait (or has waited 10 s).
  bool run_once(bool wait) {
    UniqueFunction<void()> function;
    {
      std::unique_lock lock(mutex_);
      if (wait) changed_.wait_for(lock, 10s, [this] { return !queue_.empty(); });
      if (queue_.empty()) return false;
      function = std::move(queue_.front());
      queue_.pop_front();
    }
    function();
    return true;
  }

  UniqueFunction<std::error_code(bool)> pump() {
    return [this](bool wait) {
      run_once(wait);
      return std::error_code();
    };
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    queue_.clear();
  }
  int posted() {
    const std::lock_guard lock(mutex_);
    return posted_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<UniqueFunction<void()>> queue_;
  bool closed_ = false;
  int posted_ = 0;
};

TEST(ThreadLoop, ServesPostsAndTimersOnTheHostsThread) {
  PostingHost host;
  ThreadLoop loop(host.post());
  std::thread::id where;
  bool done = false;
  loop.post([&] { where = std::this_thread::get_id(); });
  loop.call_later(2ms, [&] { done = true; });
  while (!done && host.run_once(true)) {
  }
  EXPECT_TRUE(done);
  EXPECT_EQ(where, std::this_thread::get_id());
}

TEST(ThreadLoop, PostsFromManyThreadsAllRun) {
  PostingHost host;
  ThreadLoop loop(host.post());
  int called = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&called, remote = loop.remote()] {
      for (int k = 0; k < 1000; ++k) remote.post([&called] { ++called; });
    });
  }
  while (called < 4000 && host.run_once(true)) {
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(called, 4000);
}

TEST(ThreadLoop, IdleItPostsNothing) {
  PostingHost host;
  ThreadLoop loop(host.post());
  loop.call_later(1h, [] {});
  loop.post([] {});
  while (loop.stats().posts == 0 && host.run_once(true)) {
  }
  while (host.run_once(false)) {
  }
  std::this_thread::sleep_for(5ms);
  while (host.run_once(false)) {
  }
  const int before = host.posted();
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(host.posted(), before);
}

TEST(ThreadLoop, RunsOnlyWithAPump) {
  PostingHost host;
  {
    ThreadLoop loop(host.post());
    loop.call_later(1ms, [] {});
    EXPECT_EQ(loop.run(), eddy::Errc::not_pumpable);
  }
  ThreadLoop loop(host.post(), {}, host.pump());
  const auto task = []() -> eddy::Task<int> {
    co_await eddy::sleep(2ms);
    co_return 7;
  };
  EXPECT_EQ(loop.run_until(task()), 7);
}

TEST(ThreadLoop, NestedHostLoopsServePostsAndTimers) {
  PostingHost host;
  ThreadLoop loop(host.post());
  Pulse pulse(loop);
  bool nested_served = false;
  loop.post([&] {
    pulse.start_again();
    while (!pulse.beaten(5) && host.run_once(true)) {
    }
    nested_served = pulse.beaten(5);
  });
  while (!nested_served && host.run_once(true)) {
  }
  EXPECT_TRUE(nested_served);
}

TEST(ThreadLoop, MayBeDestroyedByItsOwnCallbackAlsoWhenNested) {
  PostingHost host;
  auto loop = std::make_unique<ThreadLoop>(host.post());
  loop->post([&] {
    loop->post([&] { loop.reset(); });
    while (loop && host.run_once(true)) {
    }
  });
  while (loop && host.run_once(true)) {
  }
  EXPECT_EQ(loop, nullptr);
  while (host.run_once(false)) {
  }
}

TEST(ThreadLoop, MayBeDestroyedWhenTheHostNeverRanWhatWasPosted) {
  PostingHost host;
  {
    ThreadLoop loop(host.post());
    loop.post([] { FAIL(); });
    while (host.posted() == 0) std::this_thread::yield();
  }
  EXPECT_TRUE(host.run_once(false));  // a turn of a Loop that has gone
}

TEST(ThreadLoop, SurvivesAHostThatDropsItsTurns) {
  PostingHost host;
  ThreadLoop loop(host.post());
  host.close();
  loop.post([] { FAIL(); });
  while (host.posted() == 0) std::this_thread::yield();
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(host.posted(), 1);  // and is not asked again
}

TEST(ThreadLoop, SurvivesAHostThatThrows) {
  std::atomic<int> asked = 0;
  ThreadLoop loop([&](const UniqueFunction<void()>&) {
    ++asked;
    throw std::runtime_error("closed");
  });
  loop.post([] { FAIL(); });
  while (asked == 0) std::this_thread::yield();
}

TEST(ThreadLoop, ItsThreadTakesNoSignals) {
  PostingHost host;
  sigset_t mask;
  sigemptyset(&mask);
  std::atomic<bool> seen = false;
  ThreadLoop loop([&, post = host.post()](UniqueFunction<void()> turn) mutable {
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    seen = true;
    post(std::move(turn));
  });
  loop.post([] {});
  while (!seen) std::this_thread::yield();
  EXPECT_EQ(sigismember(&mask, SIGINT), 1);
  EXPECT_EQ(sigismember(&mask, SIGCHLD), 1);
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGINT), 0);
}

TEST(ThreadLoop, AForkedChildLeavesTheParentServing) {
  PostingHost host;
  auto loop = std::make_unique<ThreadLoop>(host.post());
  wait_until_other_threads_sleep();
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    loop.reset();
    _exit(0);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  bool called = false;
  loop->post([&] { called = true; });
  while (!called && host.run_once(true)) {
  }
  EXPECT_TRUE(called);
}

TEST(ThreadLoop, AParentIsDestroyedWhileAForkedChildLives) {
  PostingHost host;
  auto loop = std::make_unique<ThreadLoop>(host.post());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  wait_until_other_threads_sleep();
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    close(ends[1]);
    char end;
    _exit(read(ends[0], &end, 1) == 0 ? 0 : 1);
  }
  close(ends[0]);
  loop.reset();  // does not wait for the child's copies of its descriptors
  close(ends[1]);
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

#ifndef __SANITIZE_THREAD__  // which allows a forked child no new threads
TEST(ThreadLoop, AForkedChildMayGoOn) {
  PostingHost host;
  ThreadLoop loop(host.post());
  wait_until_other_threads_sleep();
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    bool called = false;
    loop.dispatch();
    loop.post([&] { called = true; });
    while (!called && host.run_once(true)) {
    }
    _exit(called ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
#endif

TEST(ThreadLoop, WhatRanItMayLeaveItToAnotherThread) {
  PostingHost host;
  bool logged = false;
  {
    eddy::LoopOptions options;
    options.log = [&](const eddy::LogRecord& /*record*/) { logged = true; };
    ThreadLoop loop(host.post(), std::move(options));
    std::thread([&] {
      loop.post([] {});
      while (loop.stats().posts == 0 && host.run_once(true)) {
      }
      loop.release_thread();
    }).join();
    EXPECT_NO_THROW(loop.call_later(1h, [] {}));
  }
  EXPECT_FALSE(logged);
}

TEST(ThreadLoop, AThousandStartsAndStopsLeaveNothing) {
  PostingHost host;
  { const ThreadLoop first(host.post()); }
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    ThreadLoop loop(host.post());
    loop.post([] {});
    if (i % 2 == 0) host.run_once(true);
    while (host.run_once(false)) {
    }
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
