// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/thrown_at.h>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

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
  PlacesTest() { eddy::internal::keep_places(true); }
  ~PlacesTest() override { eddy::internal::keep_places(false); }
};

TEST(Places, AreNotKeptUnlessAskedFor) { EXPECT_EQ(thrown_at(thrown()), ""); }

TEST_F(PlacesTest, ComeInnermostFirst) {
  const std::exception_ptr error = thrown();
  EXPECT_EQ(thrown_at(error), "at b.html:3\nat a.html:7");
  EXPECT_EQ(eddy::describe_with_stack(error), "no apples\nat b.html:3\nat a.html:7");
}

TEST_F(PlacesTest, AreThoseOfTheLastException) {
  const std::exception_ptr first = thrown();
  const std::exception_ptr second = thrown();
  EXPECT_EQ(thrown_at(first), "");
  EXPECT_EQ(thrown_at(second), "at b.html:3\nat a.html:7");
  EXPECT_EQ(thrown_at(nullptr), "");
}

// Or another one could get its address, and its places.
TEST_F(PlacesTest, KeepTheExceptionUntilTheNextOne) {
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
  thrown();
  EXPECT_EQ(held.use_count(), 1);
  throw_it();
  eddy::internal::keep_places(false);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
