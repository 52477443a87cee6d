// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/intrusive_list.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <vector>

namespace {

using eddy::internal::IntrusiveList;
using eddy::internal::ListHook;

struct Item : ListHook {
  explicit Item(int n) : number(n) {}
  int number;
};

std::vector<int> drain(IntrusiveList<Item>& list) {
  std::vector<int> numbers;
  while (const Item* item = list.pop_front()) numbers.push_back(item->number);
  return numbers;
}

TEST(IntrusiveList, KeepsOrder) {
  Item a(1);
  Item b(2);
  Item c(3);
  IntrusiveList<Item> list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.front(), nullptr);
  list.push_back(a);
  list.push_back(b);
  list.push_back(c);
  EXPECT_EQ(list.front(), &a);
  b.unlink();
  EXPECT_FALSE(b.linked());
  b.unlink();  // harmless
  EXPECT_EQ(drain(list), (std::vector<int>{1, 3}));
}

TEST(IntrusiveList, ADestroyedItemTakesItselfOut) {
  IntrusiveList<Item> list;
  Item a(1);
  list.push_back(a);
  {
    Item b(2);
    list.push_back(b);
  }
  EXPECT_EQ(drain(list), (std::vector<int>{1}));
}

TEST(IntrusiveList, ADestroyedListLetsItsItemsGo) {
  Item a(1);
  {
    IntrusiveList<Item> list;
    list.push_back(a);
  }
  EXPECT_FALSE(a.linked());
}

TEST(IntrusiveList, SplicesBehind) {
  Item a(1);
  Item b(2);
  Item c(3);
  IntrusiveList<Item> first;
  IntrusiveList<Item> second;
  first.splice_back(second);
  EXPECT_TRUE(first.empty());
  first.push_back(a);
  second.push_back(b);
  second.push_back(c);
  first.splice_back(second);
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(drain(first), (std::vector<int>{1, 2, 3}));
}

// Any sequence of operations does what it would do with a deque of pointers.
TEST(IntrusiveList, BehavesAsADequeDoes) {
  std::mt19937 random(1);
  std::vector<std::unique_ptr<Item>> items;
  for (int i = 0; i < 50; ++i) items.push_back(std::make_unique<Item>(i));
  IntrusiveList<Item> lists[2];
  std::deque<Item*> models[2];
  const auto erase = [&](Item* item) {
    for (auto& model : models) {
      model.erase(std::remove(model.begin(), model.end(), item), model.end());
    }
  };
  for (int step = 0; step < 20000; ++step) {
    const std::size_t which = random() % 2;
    Item* item = items[random() % items.size()].get();
    switch (random() % 8) {
      case 0:
        lists[which].splice_back(lists[1 - which]);
        models[which].insert(models[which].end(), models[1 - which].begin(),
                             models[1 - which].end());
        models[1 - which].clear();
        break;
      case 1:
        item->unlink();
        erase(item);
        break;
      case 2: {
        const Item* popped = lists[which].pop_front();
        ASSERT_EQ(popped, models[which].empty() ? nullptr : models[which].front());
        if (popped != nullptr) models[which].pop_front();
        break;
      }
      default:
        if (item->linked()) break;
        lists[which].push_back(*item);
        models[which].push_back(item);
    }
    ASSERT_EQ(lists[which].empty(), models[which].empty());
    ASSERT_EQ(lists[which].front(), models[which].empty() ? nullptr : models[which].front());
  }
}

}  // namespace
