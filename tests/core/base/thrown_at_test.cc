// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/thrown_at.h>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using eddy::thrown_at;
using eddy::internal::passed_through;

// Thrown by b.html, which is in line 7 of a.html.
std::exception_ptr thrown() {
  try {
    try {
      throw std::runtime_error("no apples");
    } catch (...) {
      passed_through("b.html", 3);
      throw;
    }
  } catch (...) {
    passed_through("a.html", 7);
    return std::current_exception();
  }
}

class PlacesTest : public testing::Test {
 protected:
  std::optional<eddy::internal::PlacesKept> kept_{std::in_place};
};

TEST(Places, AreNotKeptUnlessAskedFor) { EXPECT_EQ(thrown_at(thrown()), ""); }

TEST_F(PlacesTest, ComeInnermostFirst) {
  const std::exception_ptr error = thrown();
  EXPECT_EQ(thrown_at(error), "at b.html:3\nat a.html:7");
  EXPECT_EQ(eddy::describe_with_stack(error), "no apples\nat b.html:3\nat a.html:7");
}

TEST_F(PlacesTest, AreThoseOfTheLastFew) {
  const std::exception_ptr first = thrown();
  std::exception_ptr last;
  for (int i = 0; i < 3; ++i) last = thrown();
  EXPECT_EQ(thrown_at(first), "at b.html:3\nat a.html:7");
  last = thrown();
  EXPECT_EQ(thrown_at(first), "");
  EXPECT_EQ(thrown_at(last), "at b.html:3\nat a.html:7");
  EXPECT_EQ(thrown_at(nullptr), "");
}

TEST_F(PlacesTest, OfTwoThatPassAtOnceAreTheirOwn) {
  const auto pass = [](const std::exception_ptr& error, const char* file) {
    try {
      std::rethrow_exception(error);
    } catch (...) {
      passed_through(file, 1);
    }
  };
  const auto one = std::make_exception_ptr(1);
  const auto two = std::make_exception_ptr(2);
  pass(one, "inner1");
  pass(two, "inner2");
  pass(one, "outer1");
  pass(two, "outer2");
  EXPECT_EQ(thrown_at(one), "at inner1:1\nat outer1:1");
  EXPECT_EQ(thrown_at(two), "at inner2:1\nat outer2:1");
  // Thrown again, as of a shared result, it begins anew.
  pass(one, "later");
  EXPECT_EQ(thrown_at(one), "at later:1");
}

TEST_F(PlacesTest, AreBounded) {
  const auto error = std::make_exception_ptr(1);
  for (unsigned line = 1; line <= 100; ++line) {
    try {
      std::rethrow_exception(error);
    } catch (...) {
      passed_through("a", line);
    }
  }
  EXPECT_TRUE(thrown_at(error).starts_with("at a:1\nat a:2\n"));
  EXPECT_TRUE(thrown_at(error).ends_with("\nat a:16"));
}

// Or another one could get its address, and its places.
TEST_F(PlacesTest, KeepTheExceptionAsLong) {
  struct Error {
    std::shared_ptr<int> held;
  };
  const auto held = std::make_shared<int>(1);
  const auto throw_it = [&held] {
    try {
      throw Error{held};
    } catch (...) {
      passed_through("a.html", 1);
    }
  };
  throw_it();
  EXPECT_EQ(held.use_count(), 2);
  for (int i = 0; i < 4; ++i) thrown();
  EXPECT_EQ(held.use_count(), 1);
  throw_it();
  {
    const eddy::internal::PlacesKept another;
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 2);
  kept_.reset();
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
