// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Event, Lock, Semaphore, Condition and Queue.
#include <eddy/core/task/sync.h>

#include <eddy/core/core.h>
#include <eddy/core/task/priority_queue.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace {

using eddy::Cancelled;
using eddy::Condition;
using eddy::Event;
using eddy::Lock;
using eddy::Permit;
using eddy::Queue;
using eddy::RunningTask;
using eddy::Semaphore;
using eddy::Task;
using eddy::TimeoutError;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

/// Starts `task` at once and owns it.
RunningTask start(ManualLoop& loop, Task<void> task) {
  RunningTask running(eddy::internal::core_of(loop), std::move(task), nullptr);
  running.start();
  return running;
}

// ---- Event ----

Task<void> wait_for(Event& event, Names& out, std::string name) {
  co_await event.wait();
  out.push_back(std::move(name));
}

TEST(Event, LetsAllThroughInTheirOrderAndLaterOnesAtOnce) {
  ManualLoop loop;
  Event event;
  Names order;
  for (const char* name : {"a", "b", "c"}) loop.spawn(wait_for(event, order, name));
  loop.run_until_idle();
  EXPECT_TRUE(order.empty());
  event.set();
  EXPECT_TRUE(order.empty()) << "nothing runs inside set()";
  event.clear();
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"a", "b", "c"})) << "who waited goes on though it has been cleared";
  event.set();
  EXPECT_TRUE(event.is_set());
  loop.run_until(wait_for(event, order, "d"));
  EXPECT_EQ(order.back(), "d");
}

TEST(Event, ALimitEndsTheWaitAlsoOneOfZero) {
  ManualLoop loop;
  Event event;
  const auto start = loop.now();
  const auto wait = [](Event& e, eddy::Duration limit) -> Task<void> { co_await e.wait(limit); };
  EXPECT_THROW(loop.run_until(wait(event, 2s)), TimeoutError);
  EXPECT_EQ(loop.now() - start, 2s);
  EXPECT_THROW(loop.run_until(wait(event, 0s)), TimeoutError);
  event.set();
  EXPECT_NO_THROW(loop.run_until(wait(event, 0s)));
  event.clear();
  loop.call_later(1s, [&] { event.set(); });
  EXPECT_NO_THROW(loop.run_until(wait(event, 2s)));
  EXPECT_EQ(loop.next_deadline(), eddy::kNever) << "no timer is left behind";
}

TEST(Event, AStopEndsTheWaitAndASetThatCameFirstStands) {
  ManualLoop loop;
  Event event;
  std::string how;
  const auto wait = [](Event& e, std::string& out) -> Task<void> {
    try {
      co_await e.wait();
      out = "set";
    } catch (const Cancelled&) {
      out = "cancelled";
    }
  };
  RunningTask stopped = start(loop, wait(event, how));
  stopped.request_stop();
  event.set();
  loop.run_until_idle();
  EXPECT_EQ(how, "cancelled");
  event.clear();
  RunningTask granted = start(loop, wait(event, how));
  event.set();
  granted.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(how, "set");
}

TEST(Event, ItsEndEndsTheWaits) {
  ManualLoop loop;
  auto event = std::make_unique<Event>();
  loop.call_later(1s, [&] { event.reset(); });
  try {
    loop.run_until([](Event& e) -> Task<void> { co_await e.wait(); }(*event));
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::operation_canceled);
  }
}

TEST(Event, AWaiterThatIsDestroyedLeavesTheLine) {
  ManualLoop loop;
  Event event;
  Names order;
  RunningTask first = start(loop, wait_for(event, order, "first"));
  RunningTask second = start(loop, wait_for(event, order, "second"));
  first.reset();
  event.set();
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"second"}));
}

// ---- Semaphore and Lock ----

Task<void> hold_for(Semaphore& semaphore, eddy::Duration time, Names& out, std::string name) {
  const Permit permit = co_await semaphore.acquire();
  out.push_back("+" + name);
  co_await eddy::sleep(time);
  out.push_back("-" + name);
}

TEST(Semaphore, AdmitsItsNumberFirstComeFirstServed) {
  ManualLoop loop;
  Semaphore semaphore(2);
  Names order;
  for (const char* name : {"a", "b", "c", "d"}) {
    loop.spawn(hold_for(semaphore, 1s, order, name));
  }
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"+a", "+b"}));
  EXPECT_EQ(semaphore.available(), 0U);
  loop.advance(10s);
  EXPECT_EQ(order, (Names{"+a", "+b", "-a", "-b", "+c", "+d", "-c", "-d"}));
  EXPECT_EQ(semaphore.available(), 2U);
}

TEST(Semaphore, APermitGoesStraightToTheFirstInLineNotToWhoComesNow) {
  ManualLoop loop;
  Semaphore semaphore(1);
  Names order;
  Permit permit = semaphore.try_acquire();
  ASSERT_TRUE(permit);
  loop.spawn(hold_for(semaphore, 0s, order, "waits"));
  loop.run_until_idle();
  permit.reset();
  EXPECT_FALSE(semaphore.try_acquire()) << "it has been handed over already";
  loop.run_until_idle();
  EXPECT_EQ(order.front(), "+waits");
}

TEST(Semaphore, WaitersThatStopTimeOutOrAreDestroyedAreSkippedAndLoseNothing) {
  ManualLoop loop;
  Semaphore semaphore(1);
  Names order;
  Permit permit = semaphore.try_acquire();
  RunningTask stopped = start(loop, hold_for(semaphore, 0s, order, "stopped"));
  RunningTask destroyed = start(loop, hold_for(semaphore, 0s, order, "destroyed"));
  std::string late;
  RunningTask times_out = start(loop, [](Semaphore& s, std::string& out) -> Task<void> {
    try {
      (void)co_await s.acquire(1s);
    } catch (const TimeoutError&) {
      out = "timeout";
    }
  }(semaphore, late));
  RunningTask last = start(loop, hold_for(semaphore, 0s, order, "last"));
  stopped.request_stop();
  destroyed.reset();
  loop.advance(2s);
  EXPECT_EQ(late, "timeout");
  permit.reset();
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"+last", "-last"}));
  EXPECT_EQ(semaphore.available(), 1U);
}

// The window between the hand-over and the resumption.
TEST(Semaphore, APermitHandedToATaskThatIsDestroyedFirstGoesToTheNext) {
  ManualLoop loop;
  Semaphore semaphore(1);
  Names order;
  Permit permit = semaphore.try_acquire();
  RunningTask first = start(loop, hold_for(semaphore, 0s, order, "first"));
  RunningTask second = start(loop, hold_for(semaphore, 0s, order, "second"));
  permit.reset();
  first.reset();
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"+second", "-second"}));
  EXPECT_EQ(semaphore.available(), 1U);
}

TEST(Semaphore, AStopAfterTheHandOverDoesNotLoseThePermit) {
  ManualLoop loop;
  Semaphore semaphore(1);
  Names order;
  Permit permit = semaphore.try_acquire();
  RunningTask task = start(loop, hold_for(semaphore, 1h, order, "a"));
  permit.reset();
  task.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"+a"})) << "it had the permit, and unwinds at its next await";
  EXPECT_TRUE(task.ended());
  EXPECT_EQ(semaphore.available(), 1U);
}

TEST(Semaphore, ReleaseAddsAPermitAndPermitsOutliveIt) {
  auto semaphore = std::make_unique<Semaphore>(0);
  EXPECT_FALSE(semaphore->try_acquire());
  semaphore->release();
  Permit permit = semaphore->try_acquire();
  EXPECT_TRUE(permit);
  semaphore.reset();
  permit.reset();
}

TEST(Lock, IsHeldByOneAtATime) {
  ManualLoop loop;
  Lock lock;
  int inside = 0;
  int most = 0;
  const auto work = [](Lock& l, int& in, int& max) -> Task<void> {
    const Permit held = co_await l.acquire();
    max = std::max(max, ++in);
    co_await eddy::sleep(1s);
    --in;
  };
  for (int i = 0; i < 10; ++i) loop.spawn(work(lock, inside, most));
  loop.run_until_idle();
  EXPECT_TRUE(lock.locked());
  EXPECT_FALSE(lock.try_acquire());
  loop.advance(1min);
  EXPECT_EQ(most, 1);
  EXPECT_FALSE(lock.locked());
}

// ---- Condition ----

Task<void> wait_on(Condition& condition, Names& out, std::string name) {
  EXPECT_TRUE(co_await condition.wait());
  out.push_back(std::move(name));
}

TEST(Condition, NotifiesTheFirstOnesOrAll) {
  ManualLoop loop;
  Condition condition;
  Names order;
  for (const char* name : {"a", "b", "c", "d"}) loop.spawn(wait_on(condition, order, name));
  loop.run_until_idle();
  condition.notify();
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"a"}));
  condition.notify(2);
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"a", "b", "c"}));
  condition.notify_all();
  condition.notify_all();
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"a", "b", "c", "d"}));
  condition.notify();
  RunningTask late = start(loop, wait_on(condition, order, "late"));
  loop.run_until_idle();
  EXPECT_EQ(order.back(), "d") << "a notification that nobody waited for is not kept";
}

TEST(Condition, ALimitThatPassesGivesFalse) {
  ManualLoop loop;
  Condition condition;
  const auto wait = [](Condition& c) -> Task<bool> { co_return co_await c.wait(1s); };
  EXPECT_FALSE(loop.run_until(wait(condition)));
  loop.call_later(500ms, [&] { condition.notify(); });
  EXPECT_TRUE(loop.run_until(wait(condition)));
}

TEST(Condition, ANotificationOfATaskThatIsDestroyedFirstGoesToTheNext) {
  ManualLoop loop;
  Condition condition;
  Names order;
  RunningTask first = start(loop, wait_on(condition, order, "first"));
  RunningTask second = start(loop, wait_on(condition, order, "second"));
  condition.notify();
  first.reset();
  loop.run_until_idle();
  EXPECT_EQ(order, (Names{"second"}));
}

// ---- Queue ----

Task<void> get_into(Queue<int>& queue, std::vector<int>& out) {
  out.push_back(co_await queue.get());
}
Task<void> put_in(Queue<int>& queue, int item, Names& out) {
  co_await queue.put(item);
  out.push_back(std::to_string(item));
}

TEST(Queue, WithoutWaiting) {
  Queue<std::unique_ptr<int>> queue(1);
  EXPECT_EQ(queue.max_size(), 1U);
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.try_get());
  auto item = std::make_unique<int>(1);
  EXPECT_TRUE(queue.try_put(std::move(item)));
  item = std::make_unique<int>(2);
  EXPECT_TRUE(queue.full());
  EXPECT_FALSE(queue.try_put(std::move(item)));
  EXPECT_NE(item, nullptr);  // NOLINT(bugprone-use-after-move): refused, so untouched
  EXPECT_EQ(**queue.try_get(), 1);
}

TEST(Queue, GettersAreServedInTheirOrder) {
  ManualLoop loop;
  Queue<int> queue;
  std::vector<int> a;
  std::vector<int> b;
  RunningTask first = start(loop, get_into(queue, a));
  RunningTask second = start(loop, get_into(queue, b));
  EXPECT_TRUE(queue.try_put(1));
  EXPECT_EQ(queue.size(), 0U) << "handed over directly";
  EXPECT_TRUE(queue.try_put(2));
  EXPECT_TRUE(queue.try_put(3));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_TRUE(a.empty());
  loop.run_until_idle();
  EXPECT_EQ(a, (std::vector<int>{1}));
  EXPECT_EQ(b, (std::vector<int>{2}));
}

TEST(Queue, PuttersWaitForRoomInTheirOrder) {
  ManualLoop loop;
  Queue<int> queue(1);
  Names done;
  std::vector<RunningTask> putters;
  for (int i = 1; i <= 3; ++i) putters.push_back(start(loop, put_in(queue, i, done)));
  loop.run_until_idle();
  EXPECT_EQ(done, (Names{"1"}));
  EXPECT_EQ(queue.try_get(), 1);
  EXPECT_FALSE(queue.try_put(9)) << "the room belongs to who waits";
  EXPECT_EQ(queue.try_get(), 2);
  EXPECT_EQ(queue.try_get(), 3);
  EXPECT_FALSE(queue.try_get());
  loop.run_until_idle();
  EXPECT_EQ(done, (Names{"1", "2", "3"}));
}

TEST(Queue, AStoppedPutterTakesItsItemWithIt) {
  ManualLoop loop;
  Queue<int> queue(1);
  Names done;
  RunningTask first = start(loop, put_in(queue, 1, done));
  RunningTask stopped = start(loop, put_in(queue, 2, done));
  RunningTask third = start(loop, put_in(queue, 3, done));
  stopped.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(queue.try_get(), 1);
  EXPECT_EQ(queue.try_get(), 3);
}

TEST(Queue, AnItemHandedToATaskThatIsDestroyedFirstIsNotLost) {
  ManualLoop loop;
  Queue<int> queue;
  std::vector<int> got;
  RunningTask first = start(loop, get_into(queue, got));
  EXPECT_TRUE(queue.try_put(1));
  EXPECT_TRUE(queue.try_put(2));
  first.reset();
  EXPECT_EQ(queue.try_get(), 1) << "and it keeps its place";
  EXPECT_EQ(queue.try_get(), 2);
  RunningTask second = start(loop, get_into(queue, got));
  RunningTask third = start(loop, get_into(queue, got));
  EXPECT_TRUE(queue.try_put(3));
  second.reset();
  loop.run_until_idle();
  EXPECT_EQ(got, (std::vector<int>{3}));
}

TEST(Queue, AStopAfterTheHandOverStillGivesTheItem) {
  ManualLoop loop;
  Queue<int> queue;
  std::vector<int> got;
  RunningTask task = start(loop, get_into(queue, got));
  EXPECT_TRUE(queue.try_put(1));
  task.request_stop();
  loop.run_until_idle();
  EXPECT_EQ(got, (std::vector<int>{1}));
}

TEST(Queue, LimitsEndTheWaits) {
  ManualLoop loop;
  Queue<int> queue(1);
  const auto get = [](Queue<int>& q) -> Task<int> { co_return co_await q.get(1s); };
  const auto put = [](Queue<int>& q) -> Task<void> { co_await q.put(5, 1s); };
  EXPECT_THROW(loop.run_until(get(queue)), TimeoutError);
  loop.run_until(put(queue));
  EXPECT_THROW(loop.run_until(put(queue)), TimeoutError);
  EXPECT_EQ(loop.run_until(get(queue)), 5);
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, ATaskThatLoopsOnAFullQueueGivesWay) {
  ManualLoop loop;
  loop.system().set_tick(1us);
  Queue<int> queue;
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(queue.try_put(int{i}));
  loop.spawn([](Queue<int>& q) -> Task<void> {
    for (;;) (void)co_await q.get();
  }(queue));
  for (int turn = 0; turn < 5; ++turn) {
    bool posted = false;
    loop.post([&] { posted = true; });
    loop.dispatch();
    EXPECT_TRUE(posted);
  }
  EXPECT_GT(queue.size(), 90'000U) << "1 us an item, 1 ms a turn";
  loop.run_until_idle();
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, JoinWaitsForTheWorkOnEveryItem) {
  ManualLoop loop;
  Queue<int> queue;
  loop.run_until([](Queue<int>& q) -> Task<void> { co_await q.join(); }(queue));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.try_put(int{i}));
  const auto begin = loop.now();
  RunningTask worker = start(loop, [](Queue<int>& q) -> Task<void> {
    for (int i = 0; i < 3; ++i) {
      (void)co_await q.get();
      co_await eddy::sleep(1s);
      q.task_done();
    }
  }(queue));
  EXPECT_THROW(loop.run_until([](Queue<int>& q) -> Task<void> { co_await q.join(100ms); }(queue)),
               TimeoutError);
  loop.run_until([](Queue<int>& q) -> Task<void> { co_await q.join(); }(queue));
  EXPECT_EQ(loop.now() - begin, 3s);
  EXPECT_THROW(queue.task_done(), std::invalid_argument);
}

TEST(Queue, OrdersByPriorityOrNewestFirst) {
  eddy::PriorityQueue<int> smallest;
  eddy::LifoQueue<int> newest;
  for (const int i : {3, 1, 2}) {
    EXPECT_TRUE(smallest.try_put(int{i}));
    EXPECT_TRUE(newest.try_put(int{i}));
  }
  for (const int i : {1, 2, 3}) EXPECT_EQ(smallest.try_get(), i);
  for (const int i : {2, 1, 3}) EXPECT_EQ(newest.try_get(), i);
}

TEST(Queue, ProducersAndConsumersLoseAndDoubleNothing) {
  ManualLoop loop;
  Queue<int> queue(3);
  std::vector<int> seen;
  std::vector<RunningTask> tasks;
  for (int p = 0; p < 4; ++p) {
    tasks.push_back(start(loop, [](Queue<int>& q, int first) -> Task<void> {
      for (int i = 0; i < 250; ++i) {
        co_await q.put(first + i);
        if (i % 3 == 0) co_await eddy::yield();
      }
    }(queue, p * 250)));
  }
  for (int c = 0; c < 3; ++c) {
    tasks.push_back(start(loop, [](Queue<int>& q, std::vector<int>& out) -> Task<void> {
      for (;;) {
        out.push_back(co_await q.get());
        if (out.size() % 5 == 0) co_await eddy::yield();
      }
    }(queue, seen)));
  }
  loop.run_until_idle();
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(seen.size(), 1000U);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(Queue, ItsEndEndsTheWaits) {
  ManualLoop loop;
  auto queue = std::make_unique<Queue<int>>(1);
  loop.call_later(1s, [&] { queue.reset(); });
  EXPECT_THROW(loop.run_until([](Queue<int>& q) -> Task<void> { (void)co_await q.get(); }(*queue)),
               std::system_error);
}

TEST(Sync, WaitersMayOutliveTheirLoop) {
  Event event;
  Queue<int> queue;
  std::vector<int> got;
  RunningTask waits;
  RunningTask gets;
  {
    ManualLoop loop;
    Names order;
    waits = start(loop, wait_for(event, order, "never"));
    gets = start(loop, get_into(queue, got));
  }
  event.set();
  EXPECT_TRUE(queue.try_put(1));
  EXPECT_EQ(queue.size(), 1U) << "not handed to a task that can never go on";
  waits.reset();
  gets.reset();
  EXPECT_TRUE(got.empty());
}

}  // namespace
