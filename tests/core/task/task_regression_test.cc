// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a task whose owner has gone does not do any more, and what programs do inside the callables
// that tasks are given.
#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using eddy::Completion;
using eddy::Executor;
using eddy::from_callback;
using eddy::NativeLoop;
using eddy::RunningTask;
using eddy::Task;
using eddy::TaskGroup;
using eddy::core_test::Alive;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

/// Runs `body`, which is given the owner of the task to destroy.
template <class Body>
void run_owned(Body body) {
  ManualLoop loop;
  RunningTask owner;
  owner = RunningTask(eddy::internal::core_of(loop), body(owner), nullptr);
  owner.start_later();
  loop.run_until_idle();
}

Task<void> destroy(RunningTask& owner) {
  owner.reset();
  co_return;
}
Task<void> set(bool& flag) {
  flag = true;
  co_return;
}

TEST(DestroyedTask, StartsNoOther) {
  bool more = false;
  const auto body = [&more](RunningTask& owner) -> Task<void> {
    owner.reset();
    co_await set(more);
    more = true;
  };
  run_owned(body);
  EXPECT_FALSE(more);
}

TEST(DestroyedTask, DoesNotGoOnWhenAnInnerOneEnds) {
  bool more = false;
  const auto body = [&more](RunningTask& owner) -> Task<void> {
    co_await destroy(owner);
    more = true;
  };
  run_owned(body);
  EXPECT_FALSE(more);
}

TEST(DestroyedTask, StartsNoMoreOfThoseThatItRunsTogether) {
  bool more = false;
  const auto body = [&more](RunningTask& owner) -> Task<void> {
    co_await when_all(destroy(owner), set(more));
    more = true;
  };
  run_owned(body);
  EXPECT_FALSE(more);
}

TEST(DestroyedTask, BeginsNoWaitNotEvenOneThatIsOver) {
  bool more = false;
  const auto body = [&more](RunningTask& owner) -> Task<void> {
    owner.reset();
    co_await from_callback<void>([&more](Completion<void>) { more = true; });
    more = true;
  };
  run_owned(body);
  EXPECT_FALSE(more);
  const auto reads_environment = [&more](RunningTask& owner) -> Task<void> {
    owner.reset();
    co_await eddy::stop_token();
    more = true;
  };
  run_owned(reads_environment);
  EXPECT_FALSE(more);
}

TEST(EndedTask, IsNoWorkThatKeepsTheLoopRunning) {
  ManualLoop loop;
  bool done = false;
  RunningTask kept(eddy::internal::core_of(loop), set(done), nullptr);
  kept.start_later();
  EXPECT_FALSE(loop.run());
  EXPECT_TRUE(done);
}

TEST(WhenAll, OfTasksThatComputeLeavesTheTurnWhenItsBudgetIsSpent) {
  NativeLoop loop;
  int ran = 0;
  const auto compute = [](int& count) -> Task<void> {
    const auto until = std::chrono::steady_clock::now() + 2ms;
    while (std::chrono::steady_clock::now() < until) {
    }
    ++count;
    co_return;
  };
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(compute(ran));
  loop.spawn([](std::vector<Task<void>> all) -> Task<void> {
    co_await when_all(std::move(all));
  }(std::move(tasks)));
  loop.dispatch();
  EXPECT_LE(ran, 2);
  EXPECT_TRUE(eddy::core_test::run_turns_until(loop, [&] { return ran == 20; }));
}

/// A wait for a completion that is kept, whose cancel callable calls `cancel`.
Task<void> wait_for_kept(std::unique_ptr<Completion<void>>& kept,
                         eddy::UniqueFunction<void()> cancel) {
  co_await from_callback<void>(
      [&kept](Completion<void> done) {
        kept = std::make_unique<Completion<void>>(std::move(done));
      },
      [&cancel]() noexcept { cancel(); });
}

TEST(FromCallback, CancelMayDestroyTheTask) {
  ManualLoop loop;
  std::unique_ptr<Completion<void>> kept;
  RunningTask owner;
  const auto begin = [&](Task<void> task) {
    owner = RunningTask(eddy::internal::core_of(loop), std::move(task), nullptr);
    owner.start_later();
    loop.run_until_idle();
  };
  begin(wait_for_kept(kept, [&owner] { owner.reset(); }));
  owner.request_stop();
  EXPECT_TRUE(owner.ended());
  // Also from a deadline, whose scope is in the frames that are destroyed.
  begin(with_timeout(1h, wait_for_kept(kept, [&owner] { owner.reset(); })));
  loop.advance(1h);
  EXPECT_TRUE(owner.ended());
}

TEST(FromCallback, CancelMayDestroyTheGroup) {
  ManualLoop loop;
  std::unique_ptr<Completion<void>> kept;
  auto group = std::make_unique<TaskGroup>(loop);
  group->spawn(wait_for_kept(kept, [&group] { group.reset(); }));
  group->spawn([]() -> Task<void> { co_await eddy::sleep(1h); }());
  loop.run_until_idle();
  group->request_stop();
  EXPECT_EQ(group, nullptr);
}

TEST(FromCallback, CancelIsCalledOnce) {
  ManualLoop loop;
  std::unique_ptr<Completion<void>> kept;
  int cancels = 0;
  {
    TaskGroup group(loop);
    group.spawn(wait_for_kept(kept, [&cancels] { ++cancels; }));
    loop.run_until_idle();
    group.request_stop();
  }
  EXPECT_EQ(cancels, 1);
}

TEST(FromCallback, AStartThatThrowsIsNotCancelled) {
  ManualLoop loop;
  int cancels = 0;
  const auto wait = [](int& count) -> Task<void> {
    co_await from_callback<void>([](Completion<void>) { throw std::runtime_error("no such file"); },
                                 [&count]() noexcept { ++count; });
  };
  EXPECT_THROW(loop.run_until(wait(cancels)), std::runtime_error);
  EXPECT_EQ(cancels, 0);
}

TEST(FromCallback, MayEndInANestedTurnOfItsStart) {
  ManualLoop loop;
  bool started = false;
  const auto wait = [](ManualLoop& inner, bool& flag) -> Task<int> {
    co_return co_await from_callback<int>([&inner, &flag](Completion<int> done) {
      done(7);
      inner.run_turns(3);
      flag = true;
    });
  };
  EXPECT_EQ(loop.run_until(wait(loop, started)), 7);
  EXPECT_TRUE(started);
}

TEST(FromCallback, MayBeStoppedInANestedTurnOfItsStart) {
  ManualLoop loop;
  std::unique_ptr<Completion<void>> kept;
  const auto wait = [](ManualLoop& inner, std::unique_ptr<Completion<void>>& place) -> Task<void> {
    co_await from_callback<void>([&inner, &place](Completion<void> done) {
      place = std::make_unique<Completion<void>>(std::move(done));
      inner.advance(2h);
    });
  };
  EXPECT_THROW(loop.run_until(with_timeout(1h, wait(loop, kept))), eddy::TimeoutError);
}

/// Throws when it is moved for the n-th time.
class ThrowsOnMove {
 public:
  explicit ThrowsOnMove(int& moves_left) : moves_left_(&moves_left) {}
  ThrowsOnMove(ThrowsOnMove&& other) : moves_left_(other.moves_left_) {
    if (--*moves_left_ == 0) throw std::runtime_error("moved");
  }
  ThrowsOnMove& operator=(ThrowsOnMove&&) = default;

 private:
  int* moves_left_;
};

TEST(FromCallback, AValueThatCannotBeMovedEndsTheWaitAllTheSame) {
  for (int moves = 1; moves < 10; ++moves) {
    ManualLoop loop;
    loop.set_exception_handler([](const std::exception_ptr&, const char*) {});
    int left = moves;
    bool ended = false;
    loop.spawn([](int& count, bool& flag) -> Task<void> {
      try {
        co_await from_callback<ThrowsOnMove>([&count](Completion<ThrowsOnMove> done) {
          try {
            done(ThrowsOnMove(count));
          } catch (const std::runtime_error&) {
          }
        });
      } catch (const std::exception&) {
      }
      flag = true;
    }(left, ended));
    loop.run_until_idle();
    EXPECT_TRUE(ended) << "the move number " << moves;
  }
}

TEST(LoopDestruction, ADestructorOfABackgroundTaskMaySpawn) {
  auto loop = std::make_unique<ManualLoop>();
  struct SpawnsAtItsEnd {
    explicit SpawnsAtItsEnd(eddy::Loop& target) : loop(target) {}
    SpawnsAtItsEnd(const SpawnsAtItsEnd&) = delete;
    SpawnsAtItsEnd& operator=(const SpawnsAtItsEnd&) = delete;
    ~SpawnsAtItsEnd() {
      loop.spawn([]() -> Task<void> { co_return; }());
    }
    eddy::Loop& loop;
  };
  loop->spawn([](eddy::Loop& target) -> Task<void> {
    const SpawnsAtItsEnd at_end(target);
    co_await eddy::sleep(1h);
  }(*loop));
  loop->run_until_idle();
  loop.reset();
}

// A thread that is about to take a job counts as one that waits for it.
TEST(Executor, TheQueuesLimitIsThatOfJobsWithoutAThread) {
  for (int i = 0; i < 20; ++i) {
    Executor executor({.threads = 1, .queue_limit = 1});
    std::atomic<bool> go{false};
    std::atomic<int> ran{0};
    eddy::UniqueFunction<void()> first = [&go, &ran] {
      while (!go) std::this_thread::yield();
      ++ran;
    };
    eddy::UniqueFunction<void()> second = [&ran] { ++ran; };
    EXPECT_TRUE(executor.try_submit(first));
    EXPECT_TRUE(executor.try_submit(second));
    go = true;
    while (ran < 2) std::this_thread::yield();
  }
}

}  // namespace
