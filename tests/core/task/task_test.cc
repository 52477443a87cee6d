// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/task.h>

#include <eddy/core/core.h>
#include <eddy/testing/captured_log.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using eddy::Cancelled;
using eddy::RunningTask;
using eddy::Task;
using eddy::core_test::Alive;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

Task<int> ready(int n) { co_return n; }
Task<void> nothing() { co_return; }

TEST(Task, IsLazy) {
  bool began = false;
  {
    const auto task = [](bool& flag) -> Task<void> {
      flag = true;
      co_return;
    }(began);
  }
  EXPECT_FALSE(began);
}

TEST(Task, GivesValuesReferencesAndMoveOnlyThings) {
  ManualLoop loop;
  static int target = 5;
  EXPECT_EQ(loop.run_until(ready(3)), 3);
  int& reference = loop.run_until([]() -> Task<int&> { co_return target; }());
  EXPECT_EQ(&reference, &target);
  auto pointer = loop.run_until([]() -> Task<std::unique_ptr<int>> {
    auto made = [](int n) -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(n); };
    co_return co_await made(9);
  }());
  EXPECT_EQ(*pointer, 9);
  struct NoDefault {
    explicit NoDefault(int n) : value(n) {}
    int value;
  };
  const auto no_default = [](int n) -> Task<NoDefault> { co_return NoDefault(n); };
  EXPECT_EQ(loop.run_until(no_default(4)).value, 4);
}

TEST(Task, ThrowsThroughEveryFrame) {
  ManualLoop loop;
  int live = 0;
  struct Chain {
    static Task<void> of(int depth, int& live) {
      const Alive alive(live);
      if (depth == 0) throw std::runtime_error("deep");
      co_await of(depth - 1, live);
    }
  };
  EXPECT_THROW(loop.run_until(Chain::of(50, live)), std::runtime_error);
  EXPECT_EQ(live, 0);
}

TEST(Task, CanBeAwaitedFromAVariableAndInALoop) {
  ManualLoop loop;
  const int sum = loop.run_until([]() -> Task<int> {
    auto task = ready(1);
    int total = co_await std::move(task);
    for (int i = 0; i < 10; ++i) total += co_await ready(i);
    co_return total;
  }());
  EXPECT_EQ(sum, 46);
}

// ---- The budget ----

TEST(TaskBudget, ACoroutineThatNeverReallyWaitsDoesNotHoldTheLoop) {
  ManualLoop loop;
  loop.system().set_tick(1us);
  bool end = false;
  loop.spawn([](bool& stop) -> Task<void> {
    while (!stop) co_await nothing();
  }(end));
  const auto start = loop.now();
  loop.dispatch();
  EXPECT_LT(loop.now() - start, 1200us);
  bool posted = false;
  loop.post([&] { posted = true; });
  loop.run_turns(2);
  EXPECT_TRUE(posted);
  end = true;
  loop.run_turns(3);
}

TEST(TaskBudget, YieldGoesBehindEverythingElse) {
  ManualLoop loop;
  std::vector<int> order;
  loop.spawn([](eddy::Loop& l, std::vector<int>& out) -> Task<void> {
    l.post([&] { out.push_back(1); });
    co_await eddy::yield();
    out.push_back(2);
  }(loop, order));
  loop.run_until_idle();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

// ---- Owners ----

TEST(RunningTask, TellsHowItEnded) {
  ManualLoop loop;
  std::vector<std::string> ends;
  const auto note = [&](const std::exception_ptr& error) { ends.push_back(eddy::describe(error)); };
  const auto core = eddy::internal::core_of(loop);
  RunningTask fine(core, nothing(), note);
  fine.start();
  EXPECT_TRUE(fine.ended());
  RunningTask fails(
      core,
      []() -> Task<void> {
        co_await eddy::yield();
        throw std::runtime_error("why");
      }(),
      note);
  fails.start();
  EXPECT_FALSE(fails.ended());
  loop.run_until_idle();
  RunningTask stopped(
      core, []() -> Task<void> { co_await eddy::sleep(1h); }(), note);
  stopped.start();
  stopped.request_stop();
  loop.run_until_idle();
  RunningTask destroyed(
      core, []() -> Task<void> { co_await eddy::sleep(1h); }(), note);
  destroyed.start();
  destroyed.reset();
  EXPECT_EQ(ends, (std::vector<std::string>{"no error", "why", "the task was stopped"}));
}

TEST(RunningTask, ATaskMayDestroyItsOwnerWhileItIsOnTheStack) {
  ManualLoop loop;
  int live = 0;
  bool went_on = false;
  std::optional<RunningTask> owner;
  owner.emplace(
      eddy::internal::core_of(loop),
      [](std::optional<RunningTask>& own, int& count, bool& flag) -> Task<void> {
        const Alive alive(count);
        co_await eddy::yield();
        own.reset();
        EXPECT_EQ(count, 1) << "the frame stays while it is on the stack";
        flag = true;
        co_await eddy::yield();
        ADD_FAILURE() << "nothing of it runs later";
      }(owner, live, went_on),
      [](const std::exception_ptr&) { ADD_FAILURE() << "its owner is gone"; });
  owner->start();
  loop.run_until_idle();
  EXPECT_TRUE(went_on);
  EXPECT_EQ(live, 0);
}

TEST(RunningTask, ATaskMayDestroyItsOwnerInItsFirstStep) {
  ManualLoop loop;
  std::optional<RunningTask> owner;
  owner.emplace(
      eddy::internal::core_of(loop),
      [](std::optional<RunningTask>& own) -> Task<void> {
        own.reset();
        co_return;
      }(owner),
      nullptr);
  owner->start_later();
  loop.run_until_idle();
  EXPECT_FALSE(owner);
}

TEST(RunningTask, DoneMayDestroyTheOwner) {
  ManualLoop loop;
  std::optional<RunningTask> owner;
  bool done = false;
  owner.emplace(eddy::internal::core_of(loop), nothing(), [&](const std::exception_ptr&) {
    owner.reset();
    done = true;
  });
  owner->start_later();
  loop.run_until_idle();
  EXPECT_TRUE(done);
}

TEST(RunningTask, InnerFramesAreDestroyedFirst) {
  ManualLoop loop;
  std::vector<std::string> order;
  struct Note {
    std::vector<std::string>* order;
    const char* name;
    ~Note() { order->emplace_back(name); }
  };
  const auto inner = [](std::vector<std::string>& out) -> Task<void> {
    const Note note{&out, "inner"};
    co_await eddy::sleep(1h);
  };
  RunningTask task(
      eddy::internal::core_of(loop),
      [](std::vector<std::string>& out, auto make) -> Task<void> {
        const Note note{&out, "outer"};
        co_await make(out);
      }(order, inner),
      nullptr);
  task.start();
  task.reset();
  EXPECT_EQ(order, (std::vector<std::string>{"inner", "outer"}));
}

TEST(TaskGroup, OwnsItsTasksAndReportsWhatTheyThrow) {
  ManualLoop loop;
  int live = 0;
  std::vector<std::string> errors;
  {
    eddy::TaskGroup group(
        loop, [&](const std::exception_ptr& error) { errors.push_back(eddy::describe(error)); });
    group.spawn([](int& count) -> Task<void> {
      const Alive alive(count);
      co_await eddy::sleep(1h);
    }(live));
    group.spawn([]() -> Task<void> {
      co_await eddy::yield();
      throw std::runtime_error("lost");
    }());
    group.spawn(nothing());
    EXPECT_EQ(group.size(), 3U);
    loop.run_until_idle();
    EXPECT_EQ(group.size(), 1U);
    EXPECT_EQ(live, 1);
  }
  EXPECT_EQ(live, 0);
  EXPECT_EQ(errors, (std::vector<std::string>{"lost"}));
}

TEST(TaskGroup, JoinWaitsForAllAlsoForThoseThatComeLater) {
  ManualLoop loop;
  eddy::TaskGroup group(loop);
  const auto start = loop.now();
  group.spawn([](eddy::TaskGroup& g) -> Task<void> {
    co_await eddy::sleep(1h);
    g.spawn([]() -> Task<void> { co_await eddy::sleep(1h); }());
  }(group));
  loop.run_until(group.join());
  EXPECT_EQ(loop.now() - start, 2h);
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, RequestStopUnwindsThem) {
  ManualLoop loop;
  int live = 0;
  eddy::TaskGroup group(loop);
  for (int i = 0; i < 10; ++i) {
    group.spawn([](int& count) -> Task<void> {
      const Alive alive(count);
      co_await eddy::sleep(1h);
    }(live));
  }
  loop.run_until_idle();
  group.request_stop();
  EXPECT_EQ(live, 10);
  loop.run_until_idle();
  EXPECT_EQ(live, 0);
}

TEST(TaskGroup, MayBeDestroyedFromWithinOneOfItsTasks) {
  ManualLoop loop;
  auto group = std::make_unique<eddy::TaskGroup>(loop);
  int live = 0;
  for (int i = 0; i < 3; ++i) {
    group->spawn([](std::unique_ptr<eddy::TaskGroup>& g, int& count) -> Task<void> {
      const Alive alive(count);
      co_await eddy::yield();
      g.reset();
      co_await eddy::yield();
      ADD_FAILURE();
    }(group, live));
  }
  loop.run_until_idle();
  EXPECT_EQ(live, 0);
}

TEST(TaskGroup, ItsEndEndsAJoin) {
  ManualLoop loop;
  auto group = std::make_unique<eddy::TaskGroup>(loop);
  group->spawn([]() -> Task<void> { co_await eddy::sleep(1h); }());
  loop.call_later(1s, [&] { group.reset(); });
  try {
    loop.run_until(group->join());
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), eddy::Errc::broken_completion);
  }
}

TEST(TaskGroup, AJoinThatBeginsAfterItsEndHasNothingToWaitFor) {
  ManualLoop loop;
  auto group = std::make_unique<eddy::TaskGroup>(loop);
  group->spawn([]() -> Task<void> { co_await eddy::sleep(1h); }());
  auto join = group->join();
  group.reset();
  EXPECT_NO_THROW(loop.run_until(std::move(join)));
}

TEST(Spawn, ErrorsReachTheLoopsHandlerButNotStops) {
  eddy::testing::CapturedLog log;
  ManualLoop loop;
  loop.set_log_sink(log.sink());
  loop.spawn([]() -> Task<void> {
    co_await eddy::yield();
    throw std::runtime_error("nobody waits");
  }());
  loop.spawn([]() -> Task<void> {
    co_await eddy::yield();
    throw Cancelled();
  }());
  loop.run_until_idle();
  log.expect(eddy::LogLevel::error, "exception in background task: nobody waits");
}

}  // namespace
