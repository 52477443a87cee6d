// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/stacks/stacks.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <eddy/core/base/thrown_at.h>

namespace stacks_test {

/// Not inlined, and not the last call of what calls it, so that it is on the stack.
[[gnu::noinline]] int inner(int value) {
  if (value > 0) throw std::runtime_error("inner");  // at_inner
  return value;
}
constexpr int kInnerLine = __LINE__ - 3;

[[gnu::noinline]] int outer(int value) { return inner(value) + 1; }
constexpr int kOuterLine = __LINE__ - 1;

}  // namespace stacks_test

namespace {

using eddy::thrown_at;
using stacks_test::outer;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::exception_ptr throw_it() {
  try {
    outer(1);
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

std::string line(int number) { return "stacks_test.cc:" + std::to_string(number) + "\n"; }

// First in the program: the others ask for stacks.
TEST(AStacks, AreNotKeptUnlessAskedFor) { EXPECT_THAT(thrown_at(throw_it()), IsEmpty()); }

class Stacks : public testing::Test {
 protected:
  Stacks() { eddy::keep_stacks(); }
};

TEST_F(Stacks, AreOfTheFunctionsThatWereCalled) {
  const std::string stack = thrown_at(throw_it());
  EXPECT_THAT(stack, StartsWith("#0 stacks_test::inner(int) at "));
  EXPECT_THAT(stack, AllOf(HasSubstr(line(stacks_test::kInnerLine)),
                           HasSubstr("\n#1 stacks_test::outer(int) at "),
                           HasSubstr(line(stacks_test::kOuterLine)), HasSubstr("throw_it()")));
  EXPECT_THAT(stack, Not(HasSubstr("__cxa_throw")));
}

TEST_F(Stacks, AreThoseOfTheFirstThrow) {
  std::exception_ptr again;
  try {
    try {
      outer(1);
    } catch (...) {
      throw;
    }
  } catch (...) {
    again = std::current_exception();
  }
  EXPECT_THAT(thrown_at(again), StartsWith("#0 stacks_test::inner(int)"));
  try {
    std::rethrow_exception(again);
  } catch (...) {
    EXPECT_THAT(thrown_at(std::current_exception()), StartsWith("#0 stacks_test::inner(int)"));
  }
}

TEST_F(Stacks, OfTheLibrarysOwnThrowsAreKept) {
  std::exception_ptr thrown;
  try {
    (void)std::string().at(3);
  } catch (...) {
    thrown = std::current_exception();
  }
  EXPECT_THAT(thrown_at(thrown), AllOf(HasSubstr("#0 ? in "), HasSubstr("/libstdc++.so"),
                                       HasSubstr("\n#1 "), HasSubstr("stacks_test.cc:")));
}

TEST_F(Stacks, GoWithTheException) {
  static int destroyed = 0;
  struct Counted {
    Counted() = default;
    Counted(const Counted& /*other*/) = default;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { ++destroyed; }
  };
  destroyed = 0;
  for (int i = 0; i < 1000; ++i) {  // more than are kept at a time
    std::exception_ptr thrown;
    try {
      throw Counted();
    } catch (...) {
      thrown = std::current_exception();
    }
    ASSERT_THAT(thrown_at(thrown), Not(IsEmpty()));
    // What is made without a throw may be where another one was.
    thrown = nullptr;
    ASSERT_THAT(thrown_at(std::make_exception_ptr(Counted())), IsEmpty());
  }
  EXPECT_GE(destroyed, 1000);
}

TEST_F(Stacks, BeyondTheMostAreNotKept) {
  std::vector<std::exception_ptr> many;
  for (int i = 0; i < 65; ++i) many.push_back(throw_it());
  EXPECT_THAT(thrown_at(many[63]), Not(IsEmpty()));
  EXPECT_THAT(thrown_at(many[64]), IsEmpty());
  many.erase(many.begin());
  EXPECT_THAT(thrown_at(throw_it()), Not(IsEmpty()));
}

TEST_F(Stacks, OfNumbersAndNothing) {
  std::exception_ptr thrown;
  try {
    throw 7;
  } catch (...) {
    thrown = std::current_exception();
  }
  EXPECT_THAT(thrown_at(thrown), HasSubstr("OfNumbersAndNothing"));
  EXPECT_THAT(thrown_at(nullptr), IsEmpty());
}

TEST_F(Stacks, OfThreadsAreTheirOwn) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 200; ++k) {
        const auto thrown = throw_it();
        if (k % 50 == 0 && thrown_at(thrown).starts_with("#0 stacks_test::inner")) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 16);
}

}  // namespace
