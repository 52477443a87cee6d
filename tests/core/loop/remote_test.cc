// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/loop/remote.h>

#include <eddy/core/core.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>
#include <tests/core/support.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace {

using eddy::NativeLoop;
using eddy::Remote;
using eddy::core_test::Alive;
using eddy::testing::ManualLoop;

TEST(Remote, PostsRunInTheirOrderAndInALaterTurn) {
  ManualLoop loop;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(loop.post([&order, i] { order.push_back(i); }));
  }
  EXPECT_TRUE(order.empty());
  loop.run_until_idle();
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Remote, ABurstCostsOneWakeUp) {
  ManualLoop loop;
  const std::size_t before = loop.poller().wakes();
  for (int i = 0; i < 1000; ++i) loop.post([] {});
  EXPECT_EQ(loop.poller().wakes() - before, 1U);
  loop.run_until_idle();
  loop.post([] {});
  EXPECT_EQ(loop.poller().wakes() - before, 2U);
}

TEST(Remote, TakesWhatCanOnlyBeMovedAndLeavesARefusedOneAlone) {
  std::optional<Remote> remote;
  struct Function {
    std::unique_ptr<int> value;
    int* sum;
    void operator()() const { *sum += *value; }
  };
  int sum = 0;
  Function refused{std::make_unique<int>(2), &sum};
  {
    ManualLoop loop;
    remote = loop.remote();
    EXPECT_TRUE(remote->post(Function{std::make_unique<int>(1), &sum}));
    loop.run_until_idle();
  }
  EXPECT_FALSE(remote->post(std::move(refused)));
  ASSERT_NE(refused.value, nullptr);  // NOLINT(bugprone-use-after-move): untouched, by contract
  EXPECT_EQ(*refused.value, 2);
  EXPECT_EQ(sum, 1);
}

TEST(Remote, LvaluesAreCopied) {
  ManualLoop loop;
  int calls = 0;
  const auto f = [&calls] { ++calls; };
  loop.post(f);
  loop.post(f);
  loop.run_until_idle();
  EXPECT_EQ(calls, 2);
}

TEST(Remote, AnExceptionInAMoveConstructorPostsNothingAndUnlocks) {
  struct ThrowsOnMove {
    ThrowsOnMove() = default;
    ThrowsOnMove(const ThrowsOnMove& /*other*/) { throw std::runtime_error("no"); }
    void operator()() const {}
  };
  ManualLoop loop;
  EXPECT_THROW(loop.post(ThrowsOnMove()), std::runtime_error);
  bool ran = false;
  loop.post([&] { ran = true; });
  loop.run_until_idle();
  EXPECT_TRUE(ran);
  EXPECT_EQ(loop.stats().posts, 1U);
}

TEST(Remote, DestroyingTheLoopDestroysAcceptedCallablesUnrunOnItsThread) {
  struct Checker {
    std::thread::id expected = std::this_thread::get_id();
    int* dropped;
    explicit Checker(int& d) : dropped(&d) {}
    Checker(Checker&& other) noexcept : dropped(std::exchange(other.dropped, nullptr)) {}
    ~Checker() {
      if (dropped == nullptr) return;
      EXPECT_EQ(std::this_thread::get_id(), expected);
      ++*dropped;
    }
    void operator()() const { FAIL(); }
  };
  int dropped = 0;
  {
    ManualLoop loop;
    for (int i = 0; i < 10; ++i) loop.post(Checker(dropped));
  }
  EXPECT_EQ(dropped, 10);
}

TEST(Remote, ADestructorOfADroppedCallableMayPostAndIsRefused) {
  struct PostsWhenDropped {
    Remote remote;
    int* refused;
    PostsWhenDropped(Remote r, int& n) : remote(std::move(r)), refused(&n) {}
    PostsWhenDropped(PostsWhenDropped&& other) noexcept
        : remote(other.remote), refused(std::exchange(other.refused, nullptr)) {}
    ~PostsWhenDropped() {
      if (refused != nullptr && !remote.post([] { FAIL(); })) ++*refused;
    }
    void operator()() const { FAIL(); }
  };
  int refused = 0;
  {
    ManualLoop loop;
    loop.post(PostsWhenDropped(loop.remote(), refused));
  }
  EXPECT_EQ(refused, 1);
}

TEST(Remote, FourThreadsPostDuringShutdownAndNothingIsLostOrLeaks) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> live{0};
    std::atomic<int> ran{0};
    struct Counted {
      std::atomic<int>* live;
      std::atomic<int>* ran;
      Counted(std::atomic<int>& l, std::atomic<int>& r) : live(&l), ran(&r) { ++*live; }
      Counted(Counted&& other) noexcept : live(other.live), ran(other.ran) { ++*live; }
      ~Counted() { --*live; }
      void operator()() const { ++*ran; }
    };
    auto loop = std::make_unique<NativeLoop>();
    std::atomic<bool> go{false};
    std::atomic<int> accepted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, remote = loop->remote()] {
        while (!go) {
        }
        while (remote.post(Counted(live, ran))) ++accepted;
      });
    }
    go = true;
    for (int turn = 0; turn < 20; ++turn) loop->dispatch();
    loop.reset();
    const int ran_when_destroyed = ran;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ran, ran_when_destroyed);
    EXPECT_GE(accepted, ran);
    EXPECT_EQ(live, 0);
  }
}

TEST(Remote, EveryThreadsPostsKeepTheirOrder) {
  constexpr int kPosts = 5000;
  NativeLoop loop;
  std::vector<int> last(4, -1);
  int done = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t, remote = loop.remote()] {
      for (int i = 0; i < kPosts; ++i) {
        remote.post([&, t, i] {
          EXPECT_EQ(last[t], i - 1);
          last[t] = i;
          if (i == kPosts - 1 && ++done == 4) loop.stop();
        });
      }
    });
  }
  const auto guard = loop.hold();
  EXPECT_FALSE(loop.run());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 4);
}

TEST(Remote, WakesALoopThatSleeps) {
  NativeLoop loop;
  const auto guard = loop.hold();
  std::thread thread([&loop, remote = loop.remote()] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    remote.post([&loop] { loop.stop(); });
  });
  EXPECT_FALSE(loop.run());
  thread.join();
}

}  // namespace
