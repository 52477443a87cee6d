// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Coroutines take constant stack. These run unchanged at -O0, -O2 and under the sanitizers, where
// tail calls are not made: core_stack_test compiles them, and core with them, at -O0.
#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <chrono>
#include <vector>

namespace {

using eddy::RunningTask;
using eddy::Task;
using eddy::core_test::Alive;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

Task<int> ready(int value) { co_return value; }
Task<void> nothing() { co_return; }

TEST(ConstantStack, AMillionImmediateAwaits) {
  ManualLoop loop;
  const int sum = loop.run_until([]() -> Task<int> {
    int total = 0;
    for (int i = 0; i < 1'000'000; ++i) total += co_await ready(1);
    co_return total;
  }());
  EXPECT_EQ(sum, 1'000'000);
}

TEST(ConstantStack, AMillionWhenAllsOfReadyTasks) {
  ManualLoop loop;
  const int sum = loop.run_until([]() -> Task<int> {
    int total = 0;
    for (int i = 0; i < 1'000'000; ++i) {
      const auto [a, b] = co_await eddy::when_all(ready(1), nothing());
      total += a;
      (void)b;
    }
    co_return total;
  }());
  EXPECT_EQ(sum, 1'000'000);
}

TEST(ConstantStack, OneWhenAllOfAMillionReadyTasks) {
  ManualLoop loop;
  const auto sum = loop.run_until([]() -> Task<long> {
    std::vector<Task<int>> tasks;
    for (int i = 0; i < 1'000'000; ++i) tasks.push_back(ready(1));
    long total = 0;
    for (const int n : co_await eddy::when_all(std::move(tasks))) total += n;
    co_return total;
  }());
  EXPECT_EQ(sum, 1'000'000);
}

struct Deep {
  static Task<int> sum_to(int depth) {
    if (depth == 0) co_return 0;
    co_return 1 + co_await sum_to(depth - 1);
  }
  static Task<void> wait_at(int depth, int& live, bool& reached) {
    const Alive alive(live);
    if (depth == 0) {
      reached = true;
      co_await eddy::sleep(1h);
      co_return;
    }
    co_await wait_at(depth - 1, live, reached);
  }
};

/// A hundred thousand coroutines that await each other, the innermost asleep.
class Sleeping {
 public:
  explicit Sleeping(Task<void> (*deep)(int depth, int& live, bool& reached))
      : task_(eddy::internal::core_of(loop_), deep(kDepth, live_, reached_), nullptr) {
    task_.start_later();
    loop_.run_until_idle();
    EXPECT_TRUE(reached_);
    EXPECT_EQ(live_, kDepth + 1);
  }
  void expect_destroyed() {
    task_.reset();
    EXPECT_EQ(live_, 0);
  }
  void expect_stopped() {
    task_.request_stop();
    EXPECT_EQ(live_, kDepth + 1) << "nothing happens inside request_stop";
    loop_.run_until_idle();
    EXPECT_EQ(live_, 0);
    EXPECT_TRUE(task_.ended());
  }

 private:
  static constexpr int kDepth = 100'000;
  ManualLoop loop_;
  int live_ = 0;
  bool reached_ = false;
  RunningTask task_;
};

TEST(ConstantStack, AChainOfAHundredThousandThatReturns) {
  ManualLoop loop;
  EXPECT_EQ(loop.run_until(Deep::sum_to(100'000)), 100'000);
}

TEST(ConstantStack, AChainOfAHundredThousandDestroyedByItsOwner) {
  Sleeping(Deep::wait_at).expect_destroyed();
}

TEST(ConstantStack, AChainOfAHundredThousandDestroyedWithItsLoop) {
  int live = 0;
  {
    ManualLoop loop;
    bool reached = false;
    loop.spawn(Deep::wait_at(100'000, live, reached));
    loop.run_until_idle();
    ASSERT_TRUE(reached);
  }
  EXPECT_EQ(live, 0);
}

TEST(ConstantStack, AChainOfAHundredThousandStopped) { Sleeping(Deep::wait_at).expect_stopped(); }

/// Each level awaits the next one together with others, before and behind it.
Task<void> wait_in_a_tree(int depth, int& live, bool& reached) {
  const Alive alive(live);
  if (depth == 0) {
    reached = true;
    co_await eddy::sleep(1h);
    co_return;
  }
  co_await when_all(nothing(), wait_in_a_tree(depth - 1, live, reached), eddy::shield(nothing()));
}

TEST(ConstantStack, ATreeOfAHundredThousandWhenAllsDestroyedByItsOwner) {
  Sleeping(wait_in_a_tree).expect_destroyed();
}

TEST(ConstantStack, ATreeOfAHundredThousandWhenAllsStopped) {
  Sleeping(wait_in_a_tree).expect_stopped();
}

Task<void> wait_within_limits(int depth, int& live, bool& reached) {
  const Alive alive(live);
  if (depth == 0) {
    reached = true;
    co_await eddy::sleep(1h);
    co_return;
  }
  co_await eddy::with_timeout(2h, wait_within_limits(depth - 1, live, reached));
}

TEST(ConstantStack, AHundredThousandTimeoutsWithinEachOtherStopped) {
  Sleeping(wait_within_limits).expect_stopped();
}

/// Tells in which order a tree is destroyed.
struct Last {
  std::vector<int>& order;
  int number;
  Last(std::vector<int>& o, int n) : order(o), number(n) {}
  Last(const Last&) = delete;
  Last& operator=(const Last&) = delete;
  ~Last() { order.push_back(number); }
};

Task<void> leaf(std::vector<int>& order, int number) {
  const Last last(order, number);
  co_await eddy::sleep(1h);
}
Task<void> node(std::vector<int>& order, int number) {
  const Last last(order, number);
  co_await when_all(leaf(order, number + 1), leaf(order, number + 2));
}

TEST(DestroyedTask, OfATreeTheLastAndInnermostGoesFirst) {
  ManualLoop loop;
  std::vector<int> order;
  {
    RunningTask task(
        eddy::internal::core_of(loop),
        [](std::vector<int>& out) -> Task<void> {
          const Last last(out, 0);
          co_await when_all(node(out, 10), node(out, 20));
        }(order),
        nullptr);
    task.start_later();
    loop.run_until_idle();
  }
  EXPECT_EQ(order, (std::vector<int>{22, 21, 20, 12, 11, 10, 0}));
}

}  // namespace
