// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/unique_function.h>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

using eddy::UniqueFunction;

TEST(UniqueFunction, EmptyIsFalseAndCanBeMovedAndDestroyed) {
  UniqueFunction<void()> f;
  EXPECT_FALSE(f);
  UniqueFunction<void()> g = std::move(f);
  EXPECT_FALSE(g);
  const UniqueFunction<void()> n = nullptr;
  EXPECT_FALSE(n);
}

TEST(UniqueFunction, HoldsWhatCanOnlyBeMoved) {
  UniqueFunction<int(int)> f = [p = std::make_unique<int>(40)](int n) { return *p + n; };
  UniqueFunction<int(int)> g = std::move(f);
  EXPECT_FALSE(f);  // NOLINT(bugprone-use-after-move): a moved-from one is empty, by contract
  EXPECT_EQ(g(2), 42);
}

TEST(UniqueFunction, PassesReferencesAndMovedArgumentsThrough) {
  UniqueFunction<std::string&(std::string&)> same = [](std::string& s) -> std::string& {
    return s;
  };
  std::string text = "text";
  EXPECT_EQ(&same(text), &text);
  UniqueFunction<int(std::unique_ptr<int>)> take = [](std::unique_ptr<int> p) { return *p; };
  EXPECT_EQ(take(std::make_unique<int>(7)), 7);
}

TEST(UniqueFunction, AResultThatNobodyWantsIsDropped) {
  int calls = 0;
  UniqueFunction<void()> f = [&] { return ++calls; };
  f();
  EXPECT_EQ(calls, 1);
}

// Counts how many live copies of a capture there are.
template <std::size_t kBytes>
struct Counted {
  explicit Counted(int& live) : live_(&live) { ++*live_; }
  Counted(Counted&& other) noexcept : live_(other.live_) { ++*live_; }
  ~Counted() { --*live_; }
  int operator()() const { return *live_; }
  int* live_;
  std::array<char, kBytes> padding{};
};

template <std::size_t kBytes>
void destroys_its_callable_once() {
  int live = 0;
  {
    UniqueFunction<int()> f = Counted<kBytes>(live);
    EXPECT_EQ(live, 1);
    UniqueFunction<int()> g = std::move(f);
    EXPECT_EQ(live, 1);
    EXPECT_EQ(g(), 1);
    g = nullptr;
    EXPECT_EQ(live, 0);
    g = Counted<kBytes>(live);
    EXPECT_EQ(live, 1);
  }
  EXPECT_EQ(live, 0);
}

TEST(UniqueFunction, DestroysASmallCallableOnce) { destroys_its_callable_once<1>(); }
TEST(UniqueFunction, DestroysALargeCallableOnce) { destroys_its_callable_once<500>(); }

TEST(UniqueFunction, KeepsAlignment) {
  struct alignas(64) Wide {
    double values[8] = {};
    bool operator()() const { return reinterpret_cast<std::uintptr_t>(this) % 64 == 0; }
  };
  UniqueFunction<bool()> f = Wide();
  EXPECT_TRUE(f());
}

TEST(UniqueFunction, ExceptionsPassThroughAndLeaveItUsable) {
  UniqueFunction<void(bool)> f = [](bool fail) {
    if (fail) throw std::runtime_error("no");
  };
  EXPECT_THROW(f(true), std::runtime_error);
  EXPECT_NO_THROW(f(false));
}

}  // namespace
