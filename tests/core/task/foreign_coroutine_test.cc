// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is Eddy's, awaited in a coroutine of another library, which gives it the Loop.
#include <eddy/core/core.h>

#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>
#include <tests/core/task/plain_coroutine.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using eddy::Completion;
using eddy::Loop;
using eddy::core_test::PlainCoroutine;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

PlainCoroutine sleep_in(ManualLoop& loop, std::string& said) {
  said += "a";
  co_await eddy::sleep(loop, 1s);
  said += "b";
  co_await eddy::yield(loop);
  said += "c";
}

TEST(ForeignCoroutine, SleepsAndGivesWay) {
  ManualLoop loop;
  std::string said;
  const PlainCoroutine coroutine = sleep_in(loop, said);
  loop.run_turns(2);
  EXPECT_EQ(said, "a");
  loop.advance(1s);
  EXPECT_EQ(said, "abc");
  EXPECT_TRUE(coroutine.done());
}

TEST(ForeignCoroutine, DestroyedWhileItWaitsItIsForgotten) {
  ManualLoop loop;
  std::string said;
  { const PlainCoroutine coroutine = sleep_in(loop, said); }
  loop.advance(2s);
  EXPECT_EQ(said, "a");
}

struct Sync {
  eddy::Event event;
  eddy::Condition condition;
  eddy::Lock lock;
  eddy::Semaphore semaphore{0};
  eddy::Queue<std::unique_ptr<int>> queue{1};
};

PlainCoroutine wait_for_all(ManualLoop& loop, Sync& sync, std::string& said) {
  co_await sync.event.wait(loop);
  said += "event ";
  EXPECT_TRUE(co_await sync.condition.wait(loop));
  said += "condition ";
  {
    const auto held = co_await sync.lock.acquire(loop);
    said += "lock ";
    const auto permit = co_await sync.semaphore.acquire(loop);
    said += "semaphore ";
  }
  co_await sync.queue.put(loop, std::make_unique<int>(1));
  co_await sync.queue.put(loop, std::make_unique<int>(2));
  said += "put ";
  const std::unique_ptr<int> item = co_await sync.queue.get(loop);
  said += std::to_string(*item);
}

TEST(ForeignCoroutine, WaitsForEventsLocksAndQueues) {
  ManualLoop loop;
  Sync sync;
  std::string said;
  const PlainCoroutine coroutine = wait_for_all(loop, sync, said);
  loop.run_turns(2);
  EXPECT_EQ(said, "");
  sync.event.set();
  loop.run_turns(2);
  EXPECT_EQ(said, "event ");
  sync.condition.notify();
  loop.run_turns(2);
  EXPECT_EQ(said, "event condition lock ");
  sync.semaphore.release();
  loop.run_turns(2);
  EXPECT_EQ(said, "event condition lock semaphore ");
  EXPECT_EQ(**sync.queue.try_get(), 1);
  loop.run_turns(2);
  EXPECT_EQ(said, "event condition lock semaphore put 2");
  ASSERT_TRUE(coroutine.done());
  coroutine.rethrow();
}

PlainCoroutine run_out_of_time(ManualLoop& loop, Sync& sync, int& timeouts) {
  EXPECT_FALSE(co_await sync.condition.wait(loop, 1s));
  try {
    co_await sync.event.wait(loop, 1s);
  } catch (const eddy::TimeoutError&) {
    ++timeouts;
  }
  try {
    (void)co_await sync.semaphore.acquire(loop, 1s);
  } catch (const eddy::TimeoutError&) {
    ++timeouts;
  }
  const auto held = co_await sync.lock.acquire(loop, 1s);
  co_await sync.queue.put(loop, std::make_unique<int>(1), 1s);
  try {
    co_await sync.queue.put(loop, std::make_unique<int>(2), 1s);
  } catch (const eddy::TimeoutError&) {
    ++timeouts;
  }
  (void)co_await sync.queue.get(loop, 1s);
  try {
    (void)co_await sync.queue.get(loop, 1s);
  } catch (const eddy::TimeoutError&) {
    ++timeouts;
  }
}

TEST(ForeignCoroutine, WaitsNoLongerThanItsLimit) {
  ManualLoop loop;
  Sync sync;
  int timeouts = 0;
  const PlainCoroutine coroutine = run_out_of_time(loop, sync, timeouts);
  for (int i = 0; i < 5; ++i) loop.advance(1s);
  ASSERT_TRUE(coroutine.done());
  coroutine.rethrow();
  EXPECT_EQ(timeouts, 4);
}

PlainCoroutine ask(Loop& loop, std::optional<Completion<int>>& slot, int& answer) {
  answer = co_await eddy::from_callback<int>(
      loop, [&slot](Completion<int> done) { slot.emplace(std::move(done)); });
}

TEST(ForeignCoroutine, AwaitsACallback) {
  ManualLoop loop;
  std::optional<Completion<int>> slot;
  int answer = 0;
  const PlainCoroutine coroutine = ask(loop, slot, answer);
  ASSERT_TRUE(slot);
  std::thread([&slot] { (*slot)(42); }).join();
  EXPECT_EQ(answer, 0) << "on the Loop's thread, and not within the call";
  loop.run_turns(2);
  EXPECT_EQ(answer, 42);

  std::optional<Completion<int>> dropped;
  const PlainCoroutine other = ask(loop, dropped, answer);
  dropped.reset();
  loop.run_turns(2);
  ASSERT_TRUE(other.done());
  EXPECT_THROW(other.rethrow(), std::system_error);
}

// A loop of a host is a Loop, and not something to be called.
PlainCoroutine work(eddy::NativeLoop& loop, std::vector<std::string>& said) {
  said.push_back(co_await eddy::run_in_executor(
      loop, [](const char* text) { return std::string(text); }, "done"));
  said.push_back(co_await eddy::from_callback<std::string>(
      loop, [](Completion<std::string> done) { done("called"); }));
  try {
    co_await eddy::run_in_executor(loop, [] { throw std::runtime_error("thrown"); });
  } catch (const std::runtime_error& error) {
    said.emplace_back(error.what());
  }
  eddy::Executor own;
  said.push_back(co_await eddy::run_in_executor(loop, own, [] { return std::string("own"); }));
  loop.stop();
}

TEST(ForeignCoroutine, AwaitsTheExecutor) {
  eddy::NativeLoop loop;
  const eddy::WorkGuard guard = loop.hold();
  std::vector<std::string> said;
  const PlainCoroutine coroutine = work(loop, said);
  loop.run();
  EXPECT_EQ(said, (std::vector<std::string>{"done", "called", "thrown", "own"}));
}

// In a Task the Loop that is named as well changes nothing: a stop ends the wait.
TEST(ForeignCoroutine, WithinATaskItIsTheTasks) {
  ManualLoop loop;
  bool cancelled = false;
  eddy::TaskGroup group(loop);
  group.spawn([](Loop& given, bool& flag) -> eddy::Task<void> {
    try {
      co_await eddy::sleep(given, 1h);
    } catch (const eddy::Cancelled&) {
      flag = true;
    }
  }(loop, cancelled));
  loop.run_turns(2);
  group.request_stop();
  loop.run_turns(2);
  EXPECT_TRUE(cancelled);
}

}  // namespace
