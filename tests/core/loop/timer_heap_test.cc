// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The timer heap through what stands on it: nodes that a Loop fires.
#include <eddy/core/loop/scheduler.h>
#include <eddy/testing/manual_loop.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace {

using eddy::TimePoint;
using eddy::internal::TimerNode;
using eddy::testing::ManualLoop;
using namespace std::chrono_literals;

struct Node final : TimerNode {
  Node(int n, std::vector<int>& out) : number(n), fired(out) {}
  void on_timer() override { fired.push_back(number); }
  int number;
  std::vector<int>& fired;
};

// A model that is plainly right: timers sorted by deadline, then by when they were added.
class Model {
 public:
  void add(int number, TimePoint deadline) {
    remove(number);
    const Key key{deadline, sequence_++};
    sorted_[key] = number;
    keys_[number] = key;
  }
  void remove(int number) {
    const auto found = keys_.find(number);
    if (found == keys_.end()) return;
    sorted_.erase(found->second);
    keys_.erase(found);
  }
  std::vector<int> take_due(TimePoint now) {
    std::vector<int> due;
    while (!sorted_.empty() && sorted_.begin()->first.first <= now) {
      due.push_back(sorted_.begin()->second);
      keys_.erase(due.back());
      sorted_.erase(sorted_.begin());
    }
    return due;
  }

 private:
  using Key = std::pair<TimePoint, std::uint64_t>;
  std::map<Key, int> sorted_;
  std::map<int, Key> keys_;
  std::uint64_t sequence_ = 0;
};

TEST(TimerHeap, FiresAHundredThousandTimersAsAModelDoes) {
  constexpr int kTimers = 100'000;
  ManualLoop loop;
  loop.set_budget({.slice = 1h});
  eddy::internal::LoopCore& core = *eddy::internal::core_of(loop);
  std::vector<int> fired;
  std::vector<std::unique_ptr<Node>> nodes;
  Model model;
  std::mt19937 random(7);
  // Few different deadlines, so that many are equal.
  const auto some_deadline = [&] { return loop.now() + std::chrono::seconds(random() % 1000); };
  for (int i = 0; i < kTimers; ++i) {
    nodes.push_back(std::make_unique<Node>(i, fired));
    const TimePoint when = some_deadline();
    eddy::internal::add_timer(core, *nodes.back(), when);
    model.add(i, when);
  }
  while (loop.now() < TimePoint(1000h) + 2000s) {
    for (int i = 0; i < 200; ++i) {
      const auto number = static_cast<int>(random() % kTimers);
      Node& node = *nodes[static_cast<std::size_t>(number)];
      if (random() % 2 == 0) {
        node.cancel();
        model.remove(number);
      } else {
        const TimePoint when = some_deadline();
        eddy::internal::add_timer(core, node, when);
        model.add(number, when);
      }
    }
    const auto step = std::chrono::seconds(random() % 20);
    // In one move of the clock, so that the heap and not the clock decides the order.
    loop.system().move_clock(step);
    loop.run_until_idle();
    ASSERT_EQ(fired, model.take_due(loop.now()));
    fired.clear();
  }
}

TEST(TimerHeap, ADestroyedNodeDoesNotFire) {
  ManualLoop loop;
  std::vector<int> fired;
  Node stays(1, fired);
  eddy::internal::LoopCore& core = *eddy::internal::core_of(loop);
  eddy::internal::add_timer(core, stays, loop.now() + 1s);
  {
    Node goes(2, fired);
    eddy::internal::add_timer(core, goes, loop.now() + 1s);
    EXPECT_TRUE(goes.queued());
  }
  loop.advance(1s);
  EXPECT_EQ(fired, (std::vector<int>{1}));
  EXPECT_FALSE(stays.queued());
}

TEST(TimerHeap, NodesMayOutliveTheLoop) {
  std::vector<int> fired;
  Node node(1, fired);
  {
    ManualLoop loop;
    eddy::internal::add_timer(*eddy::internal::core_of(loop), node, loop.now());
  }
  EXPECT_FALSE(node.queued());
  node.cancel();
  EXPECT_TRUE(fired.empty());
}

}  // namespace
