// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/executor.h>

#include <eddy/core/core.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <tests/core/support.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace {

using eddy::Errc;
using eddy::Executor;
using eddy::NativeLoop;
using eddy::run_in_executor;
using eddy::RunningTask;
using eddy::Task;
using eddy::core_test::run_turns_until;
using namespace std::chrono_literals;

/// Something that threads wait for, at most a few seconds.
class Gate {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void arrive() {
    {
      const std::lock_guard lock(mutex_);
      ++arrived_;
    }
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 5s, [this] { return open_; });
  }
  bool wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 5s, [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

TEST(Executor, RunsOnAnotherThreadAndComesBack) {
  NativeLoop loop;
  const auto [there, back] =
      loop.run_until([]() -> Task<std::pair<std::thread::id, std::thread::id>> {
        const auto where = co_await run_in_executor([] { return std::this_thread::get_id(); });
        co_return std::pair(where, std::this_thread::get_id());
      }());
  EXPECT_NE(there, std::this_thread::get_id());
  EXPECT_EQ(back, std::this_thread::get_id());
}

TEST(Executor, TakesArgumentsByValueAlsoMoveOnlyOnes) {
  NativeLoop loop;
  const int sum = loop.run_until([]() -> Task<int> {
    const std::string text = "four";
    co_return co_await run_in_executor(
        [](const std::string& t, std::unique_ptr<int> p) {
          return static_cast<int>(t.size()) + *p;
        },
        text, std::make_unique<int>(3));
  }());
  EXPECT_EQ(sum, 7);
}

TEST(Executor, ExceptionsTravel) {
  NativeLoop loop;
  EXPECT_THROW(loop.run_until([]() -> Task<void> {
    co_await run_in_executor([] { throw std::runtime_error("there"); });
  }()),
               std::runtime_error);
}

TEST(Executor, AFullQueueIsAnErrorAtOnce) {
  NativeLoop loop({.executor = {.threads = 1, .queue_limit = 2}});
  Gate gate;
  std::vector<std::string> results;
  const auto work = [](Gate& g, std::vector<std::string>& out) -> Task<void> {
    try {
      co_await run_in_executor([&g] {
        g.arrive();
        g.wait();
      });
      out.emplace_back("done");
    } catch (const std::system_error& error) {
      out.emplace_back(error.code() == Errc::queue_full ? "full" : error.what());
    }
  };
  loop.spawn(work(gate, results));
  loop.dispatch();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  for (int i = 0; i < 4; ++i) loop.spawn(work(gate, results));
  ASSERT_TRUE(run_turns_until(loop, [&] { return results.size() == 2; }));
  EXPECT_EQ(results, (std::vector<std::string>{"full", "full"}));
  gate.open();
  ASSERT_TRUE(run_turns_until(loop, [&] { return results.size() == 5; }));
  EXPECT_EQ(results.back(), "done");
}

TEST(Executor, NeverMoreThreadsThanAllowed) {
  NativeLoop loop({.executor = {.threads = 3}});
  std::mutex mutex;
  std::set<std::thread::id> threads;
  int left = 200;
  const auto work = [](std::mutex& m, std::set<std::thread::id>& ids, int& l) -> Task<void> {
    co_await run_in_executor([&] {
      const std::lock_guard lock(m);
      ids.insert(std::this_thread::get_id());
    });
    --l;
  };
  for (int i = 0; i < 200; ++i) loop.spawn(work(mutex, threads, left));
  ASSERT_TRUE(run_turns_until(loop, [&] { return left == 0; }));
  EXPECT_LE(threads.size(), 3U);
}

TEST(Executor, AStopIsToldByTheTokenAndTheWaitLastsUntilTheEnd) {
  NativeLoop loop;
  Gate gate;
  std::atomic<bool> saw_stop{false};
  bool cancelled = false;
  RunningTask task(
      eddy::internal::core_of(loop),
      [](Gate& g, std::atomic<bool>& saw, bool& was) -> Task<void> {
        try {
          co_await run_in_executor([&](std::stop_token stop) {
            g.arrive();
            while (!stop.stop_requested()) std::this_thread::yield();
            saw = true;
          });
          co_await eddy::yield();
        } catch (const eddy::Cancelled&) {
          was = true;
        }
      }(gate, saw_stop, cancelled),
      nullptr);
  task.start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  task.request_stop();
  ASSERT_TRUE(run_turns_until(loop, [&] { return task.ended(); }));
  EXPECT_TRUE(saw_stop);
  EXPECT_TRUE(cancelled);
}

TEST(Executor, AStopDropsAFunctionThatHasNotBegun) {
  NativeLoop loop({.executor = {.threads = 1}});
  Gate gate;
  bool ran = false;
  RunningTask blocker(
      eddy::internal::core_of(loop),
      [](Gate& g) -> Task<void> {
        co_await run_in_executor([&g] {
          g.arrive();
          g.wait();
        });
      }(gate),
      nullptr);
  blocker.start();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  RunningTask queued(
      eddy::internal::core_of(loop),
      [](bool& flag) -> Task<void> { co_await run_in_executor([&flag] { flag = true; }); }(ran),
      nullptr);
  queued.start();
  queued.request_stop();
  EXPECT_TRUE(run_turns_until(loop, [&] { return queued.ended(); }))
      << "it need not wait for the pool";
  gate.open();
  ASSERT_TRUE(run_turns_until(loop, [&] { return blocker.ended(); }));
  EXPECT_FALSE(ran);
}

TEST(Executor, TheWaiterMayBeDestroyedWhileTheFunctionRuns) {
  NativeLoop loop;
  auto gate = std::make_shared<Gate>();
  auto value = std::make_shared<int>(0);
  RunningTask task(
      eddy::internal::core_of(loop),
      [](std::shared_ptr<Gate> g, std::shared_ptr<int> v) -> Task<void> {
        auto work = [g, v] {
          g->arrive();
          g->wait();
          return std::string(1000, 'x');
        };
        (void)co_await run_in_executor(std::move(work));
      }(gate, value),
      nullptr);
  task.start();
  ASSERT_TRUE(gate->wait_for_arrivals(1));
  task.reset();
  gate->open();
  ASSERT_TRUE(run_turns_until(loop, [&] { return value.use_count() == 1; }));
}

TEST(Executor, TheLoopMayBeDestroyedWhileAFunctionRunsAndOthersWait) {
  auto gate = std::make_shared<Gate>();
  const auto dropped = std::make_shared<Gate>();
  std::shared_ptr<int> value(new int(0), [dropped](const int* number) {
    delete number;
    dropped->open();
  });
  {
    NativeLoop loop({.executor = {.threads = 1}});
    for (int i = 0; i < 5; ++i) {
      loop.spawn([](std::shared_ptr<Gate> g, std::shared_ptr<int> v) -> Task<void> {
        auto work = [g, v] {
          g->arrive();
          g->wait();
        };
        co_await run_in_executor(std::move(work));
      }(gate, value));
    }
    loop.dispatch();
    ASSERT_TRUE(gate->wait_for_arrivals(1));
  }
  EXPECT_LE(value.use_count(), 2) << "only what runs is left";
  value.reset();
  gate->open();
  EXPECT_TRUE(dropped->wait()) << "what the function holds goes with it";
}

TEST(Executor, AnOwnPoolThatEndsFailsTheWaitsOfWhatItDrops) {
  NativeLoop loop;
  auto pool = std::make_unique<Executor>(eddy::ExecutorOptions{.threads = 1});
  Gate gate;
  std::vector<std::string> results;
  const auto work = [](Executor& p, Gate& g, std::vector<std::string>& out) -> Task<void> {
    try {
      co_await run_in_executor(p, [&g] {
        g.arrive();
        g.wait();
      });
      out.emplace_back("done");
    } catch (const std::system_error& error) {
      out.emplace_back(error.code() == Errc::broken_completion ? "broken" : error.what());
    }
  };
  loop.spawn(work(*pool, gate, results));
  loop.dispatch();
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  loop.spawn(work(*pool, gate, results));
  loop.dispatch();
  pool.reset();
  EXPECT_TRUE(run_turns_until(loop, [&] { return results.size() == 1; }));
  gate.open();
  ASSERT_TRUE(run_turns_until(loop, [&] { return results.size() == 2; }));
  EXPECT_EQ(results, (std::vector<std::string>{"broken", "done"}));
}

TEST(Executor, ItsThreadsTakeNoSignals) {
  NativeLoop loop;
  const bool blocked = loop.run_until([]() -> Task<bool> {
    co_return co_await run_in_executor([] {
      sigset_t mask;
      ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
      return sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGALRM) == 1;
    });
  }());
  EXPECT_TRUE(blocked);
}

}  // namespace
