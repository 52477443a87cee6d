// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Posting: from any thread, in order, never at once, never lost and never after the end.
#include <eddy/conformance/conformance_test.h>
#include <eddy/core/task/task.h>

#include <array>
#include <atomic>
#include <optional>

namespace eddy::inline v0::conformance {

EDDY_RULES_FILE(posts)

EDDY_RULE(PostTest, PostsRunInTheirOrder, "posts of one thread run in the order they were made") {
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) loop().post([&order, i] { order.push_back(i); });
  ASSERT_TRUE(run_until([&] { return order.size() == 1000; }));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

namespace {

Task<void> set(bool& flag) {
  flag = true;
  co_return;
}

}  // namespace

EDDY_RULE(PostTest, NothingRunsInsideTheCallThatScheduledIt,
          "post, call_later(0), call_at(now) and spawn never call inside themselves") {
  std::array<bool, 4> ran{};
  std::array<bool, 4> ran_inside{};
  loop().post([&] {
    loop().post([&] { ran[0] = true; });
    ran_inside[0] = ran[0];
    loop().call_later(Duration::zero(), [&] { ran[1] = true; });
    ran_inside[1] = ran[1];
    loop().call_at(loop().now(), [&] { ran[2] = true; });
    ran_inside[2] = ran[2];
    loop().spawn(set(ran[3]));
    ran_inside[3] = ran[3];
  });
  ASSERT_TRUE(run_until([&] { return ran == std::array<bool, 4>{true, true, true, true}; }));
  EXPECT_EQ(ran_inside, (std::array<bool, 4>{}));
}

EDDY_RULE(PostTest, APostOfACallbackWaitsForTheNextTurn,
          "what is posted while callbacks run waits for the next turn") {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  loop().post([&] {
    first = gate().turns();
    loop().post([&] { second = gate().turns(); });
  });
  ASSERT_TRUE(run_until([&] { return second != 0; }));
  EXPECT_GT(second, first);
}

EDDY_RULE(PostTest, ASnapshotThatTheBudgetCutsKeepsItsBoundary,
          "posts that were made later wait behind those the budget has cut") {
  set_budget({Duration::zero(), 1});
  std::string order;
  loop().post([&] {
    order += 'a';
    loop().post([&] { order += 'd'; });
  });
  loop().post([&] { order += 'b'; });
  loop().post([&] { order += 'c'; });
  ASSERT_TRUE(run_until([&] { return order.size() == 4; }));
  EXPECT_EQ(order, "abcd");
}

EDDY_RULE(PostTest, PostsOfFourThreadsAllRunInTheirThreadsOrder,
          "20,000 posts of four threads all run, each thread's in order") {
  constexpr int kEach = 5000;
  std::array<int, 4> next{};
  bool in_order = true;
  int ran = 0;
  const Remote remote = loop().remote();
  std::vector<ClientThread> threads;
  for (std::size_t t = 0; t < next.size(); ++t) {
    threads.emplace_back([&, t, remote] {
      for (int i = 0; i < kEach; ++i) {
        remote.post([&, t, i] {
          if (next[t]++ != i) in_order = false;
          ++ran;
        });
      }
    });
  }
  EXPECT_TRUE(run_until([&] { return ran == 4 * kEach; }));
  threads.clear();
  EXPECT_EQ(ran, 4 * kEach);
  EXPECT_TRUE(in_order);
}

namespace {

/// Counts callables that were accepted, run, and destroyed.
struct Tally {
  std::atomic<long> accepted{0};
  std::atomic<long> refused{0};
  std::atomic<long> ran{0};
  std::atomic<long> destroyed{0};
  std::atomic<bool> closed{false};
  std::atomic<long> ran_after_the_end{0};
};

class Counted {
 public:
  explicit Counted(Tally& tally) : tally_(&tally) {}
  Counted(Counted&& other) noexcept : tally_(std::exchange(other.tally_, nullptr)) {}
  Counted(const Counted&) = delete;
  ~Counted() {
    if (tally_ != nullptr) ++tally_->destroyed;
  }
  void operator()() const {
    ++tally_->ran;
    if (tally_->closed) ++tally_->ran_after_the_end;
  }
  [[nodiscard]] bool untouched() const { return tally_ != nullptr; }

 private:
  Tally* tally_;
};

}  // namespace

namespace {

class PostsAtTheEndTest : public ConformanceTest {
 protected:
  /// Four threads post before, while and after `end` is called, which ends the Loop.
  void post_during(const std::function<void()>& end) {
    Tally tally;
    std::atomic<bool> over{false};
    std::atomic<long> moved_from_but_refused{0};
    const Remote remote = loop().remote();
    std::vector<ClientThread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, remote] {
        while (!over) {
          Counted call(tally);
          if (remote.post(std::move(call))) {
            ++tally.accepted;
          } else {
            ++tally.refused;
            if (!call.untouched()) ++moved_from_but_refused;  // NOLINT(bugprone-use-after-move)
          }
          // Not so fast that memory is all they are about.
          if (tally.accepted % 64 == 0) sleep_at_least(std::chrono::microseconds(50));
        }
      });
    }
    run_for(std::chrono::milliseconds(20));
    end();
    tally.closed = true;
    const long before = tally.refused;
    while (tally.refused < before + 100) sleep_at_least(std::chrono::milliseconds(1));
    over = true;
    threads.clear();

    EXPECT_GT(tally.ran, 0);
    EXPECT_EQ(tally.destroyed, tally.accepted + tally.refused) << "something was leaked";
    EXPECT_EQ(tally.ran_after_the_end, 0);
    EXPECT_EQ(moved_from_but_refused, 0);
  }
};

}  // namespace

EDDY_RULE_IN(PostsAtTheEndTest, PostTest, FourThreadsMayPostWhileTheLoopIsDestroyed,
             "posting during shutdown neither leaks nor runs anything after the end") {
  post_during([this] { destroy_loop(); });
}

EDDY_RULE_IN(PostsAtTheEndTest, PostTest, FourThreadsMayPostWhileTheHostIsDestroyed,
             "posting while the host goes before its Loop neither leaks nor runs anything then") {
  post_during([this] {
    destroy_host();
    destroy_loop();
  });
}

EDDY_RULE(PostTest, PostsThatWereNotRunAreDestroyedOnTheLoopsThread,
          "the Loop's destruction destroys accepted callables unrun, on its own thread, and what "
          "they post from their destructors is refused") {
  struct Witness {
    std::optional<Remote> remote;
    std::optional<std::thread::id>* destroyed_on;
    bool* refused;
    Witness(Remote r, std::optional<std::thread::id>* d, bool* f)
        : remote(std::move(r)), destroyed_on(d), refused(f) {}
    Witness(Witness&& other) noexcept = default;
    ~Witness() {
      if (!remote) return;
      *destroyed_on = std::this_thread::get_id();
      *refused = !remote->post([] {});
    }
  };
  std::optional<std::thread::id> destroyed_on;
  bool refused = false;
  bool ran = false;
  {
    auto witness = std::make_unique<Witness>(loop().remote(), &destroyed_on, &refused);
    loop().post([&ran, witness = std::move(witness)] { ran = true; });
  }
  destroy_loop();
  EXPECT_FALSE(ran);
  EXPECT_EQ(destroyed_on, std::this_thread::get_id());
  EXPECT_TRUE(refused);
}

EDDY_RULE(PostTest, ARemoteIsGoodForEver, "a Remote may be used after its Loop and its host") {
  const Remote remote = loop().remote();
  destroy_loop();
  destroy_host();
  auto value = std::make_unique<int>(7);
  auto call = [value = std::move(value)] {};
  EXPECT_FALSE(remote.post(std::move(call)));
}

EDDY_RULE(PostTest, APostWakesASleepingHost, "a post of another thread ends the host's sleep") {
  for (int i = 0; i < 20; ++i) {
    bool ran = false;
    const ClientThread thread([&, remote = loop().remote()] {
      sleep_at_least(std::chrono::milliseconds(2));
      remote.post([&] { ran = true; });
    });
    ASSERT_TRUE(run_until([&] { return ran; }));
  }
}

}  // namespace eddy::inline v0::conformance
